// 三个区分开来: words of the records for one side or the other, taken into the note with a comment.

import { call, Problem } from "../api.js";
import { h } from "../dom.js";
import { toast } from "../toast.js";
import * as state from "./note.js";

const panel = document.querySelector("[data-proposals]");
const box = document.querySelector("[data-circumstances]");
const names = new Map(state.data.distinctions.map((one) => [one.id, one.zh]));
const SIDES = { honest: "属失误、可容一侧", wilful: "属违规、不可容一侧" };
let proposals = [];

const side = (said) => h("span", { class: `tag side ${said.side === "honest" ? "good" : "bad"}` }, SIDES[said.side]);

function drawPanel() {
  panel.replaceChildren(...proposals.map((said) => {
    const used = state.note.circumstances.some((one) => state.sameWords(one, said));
    return h("li", { class: `piece${used ? " used" : ""}` },
      h("button", { type: "button", class: "take", disabled: used, onclick: () => { state.note.circumstances.push({ ...said }); state.changed("circumstances"); } },
        h("span", { class: "quote" }, `“${said.quote}”`), h("span", { class: "sr-only" }, "，记入研判")),
      h("a", { class: "open", href: `/records/${said.record_id}#at-${said.start}-${said.end}`, target: "_blank", rel: "noopener", "aria-label": `打开原文 ${said.quote}` }, "原文"),
      h("span", { class: "meta" }, side(said), h("span", {}, names.get(said.distinction) ?? ""), used && h("span", { class: "tag good" }, "已记入")));
  }));
  if (!proposals.length) panel.append(h("li", { class: "empty" }, "材料里没有找到有关的字句。"));
}

function draw() {
  box.replaceChildren(...state.note.circumstances.map((said, place) =>
    h("li", { class: "card stack" },
      h("div", { class: "row between" }, h("span", { class: "row" }, side(said), h("span", { class: "small dim" }, said.zh)),
        h("button", { type: "button", class: "quiet", "aria-label": `撤下 ${said.quote}`, onclick: () => { state.note.circumstances.splice(place, 1); state.changed("circumstances"); } }, "撤下")),
      h("p", { class: "quote" }, `“${said.quote}”`),
      h("label", {}, "说明", h("input", { value: said.comment ?? "", maxlength: 4000, oninput: (event) => { said.comment = event.target.value; state.changed("text"); } })))));
  if (!state.note.circumstances.length) box.append(h("li", { class: "dim small" }, "没有记录。从右边“三个区分开来”记入。"));
}

state.events.addEventListener("changed", (event) => {
  if (!["circumstances", "all"].includes(event.detail)) return;
  draw();
  drawPanel();
});

export async function load() {
  draw();
  try {
    const { data } = await call("GET", `/v1/assessments/circumstances?subject_id=${state.data.subject_id}`);
    proposals = data.items;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.text, "bad", 12);
  }
  drawPanel();
}
