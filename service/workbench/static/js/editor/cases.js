// Similar cases: search in the panel, attach with the reasons that were shown.

import { call, Problem } from "../api.js";
import { h, labelTag } from "../dom.js";
import { toast } from "../toast.js";
import * as state from "./note.js";

const MOST = 8;
const form = document.querySelector("[data-case-search]");
const panel = document.querySelector("[data-hits]");
const box = document.querySelector("[data-cases]");
let hits = [];

const facts = (hit) => [hit.unit, hit.date, hit.outcome].filter(Boolean).map((words) => h("span", {}, words));

function reasons(hit) {
  return [
    ...hit.pairs.slice(0, 1).map((pair) => h("p", { class: "small" }, `与“${pair.query.quote}”相近：`, h("q", {}, pair.case.quote))),
    ...[["shared_tags", "双方都有"], ["opposite_tags", "双方相反"]].filter(([key]) => hit[key]?.length)
      .map(([key, name]) => h("p", { class: "small" }, `${name}：`, ...hit[key].map((tag) => labelTag(state.labels.get(tag.label), tag.polarity)))),
  ];
}

function drawHits() {
  panel?.replaceChildren(...hits.map((hit) => {
    const used = state.note.cases.some((one) => one.hit.id === hit.id);
    return h("li", { class: `piece${used ? " used" : ""}` },
      h("button", { type: "button", class: "take", disabled: used, onclick: () => { state.note.cases.push({ hit, comment: "" }); state.changed("cases"); } },
        h("b", {}, hit.title ?? hit.id), h("span", { class: "sr-only" }, "，附入研判")),
      h("a", { class: "open", href: `/cases/${encodeURIComponent(hit.id)}`, target: "_blank", rel: "noopener", "aria-label": `打开案例 ${hit.title ?? hit.id}` }, "案例"),
      h("span", { class: "meta" }, ...facts(hit), used && h("span", { class: "tag good" }, "已附入")),
      h("div", {}, h("p", { class: "small dim" }, hit.snippet), ...reasons(hit)));
  }));
}

function draw() {
  box.replaceChildren(...state.note.cases.map((one, place) =>
    h("li", { class: "card stack" },
      h("div", { class: "row between" }, h("b", {}, one.hit.title ?? one.hit.id),
        h("button", { type: "button", class: "quiet", "aria-label": `撤下案例 ${one.hit.title ?? one.hit.id}`, onclick: () => { state.note.cases.splice(place, 1); state.changed("cases"); } }, "撤下")),
      h("p", { class: "meta" }, ...facts(one.hit)), ...reasons(one.hit),
      h("label", {}, "说明", h("input", { value: one.comment ?? "", maxlength: 4000, oninput: (event) => { one.comment = event.target.value; state.changed("text"); } })))));
  if (!state.note.cases.length) box.append(h("li", { class: "dim small" }, "没有附入案例。从右边“相似案例”检索后附入。"));
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    const { data } = await call("POST", "/v1/search", { body: { text: form.querySelector("[data-case-words]").value, k: MOST } });
    hits = data.hits;
    drawHits();
    if (!hits.length) panel.append(h("li", { class: "empty" }, "没有找到相似案例。"));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.text, "bad", 12);
  } finally {
    button.disabled = false;
  }
});

document.querySelector("[data-case-fill]")?.addEventListener("click", () => {
  const lines = state.note.findings.flatMap((finding) => [finding.statement, ...finding.evidence.map((piece) => piece.quote)]);
  form.querySelector("[data-case-words]").value = lines.filter(Boolean).join("\n");
});

state.events.addEventListener("changed", (event) => {
  if (!["cases", "all"].includes(event.detail)) return;
  draw();
  drawHits();
});

export function load() {
  draw();
}
