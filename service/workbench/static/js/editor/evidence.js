// The panel of evidence: filter, keys, dragging.

import { call, Problem } from "../api.js";
import { h, labelTag } from "../dom.js";
import { toast } from "../toast.js";
import { focusStatement, setPieces } from "./findings.js";
import * as state from "./note.js";

const box = document.querySelector("[data-evidence]");
const words = document.querySelector("[data-evidence-words]");
const sign = document.querySelector("[data-evidence-sign]");
let pieces = [];

function wanted(piece) {
  const asked = words.value.trim();
  if (sign.value && piece.polarity !== sign.value) return false;
  return !asked || [piece.quote, state.labels.get(piece.label)?.zh, piece.title].some((text) => text?.includes(asked));
}

function take(piece, index) {
  const done = state.cite(piece, index);
  if (done === false) toast("这条认定里已经有了。");
  else toast(`已加入认定 ${state.current + 1}。`, "good", 2);
}

function item(piece) {
  const used = state.citedIn(piece.tag_id);
  const made = h("li", { class: `piece${used.length ? " used" : ""}`, draggable: "true", dataset: { tag: piece.tag_id } },
    h("button", { type: "button", class: "take", onclick: () => take(piece) }, h("span", { class: "quote" }, `“${piece.quote}”`), h("span", { class: "sr-only" }, "，加入当前认定")),
    h("a", { class: "open", href: `/records/${piece.record_id}#tag-${piece.tag_id}`, target: "_blank", rel: "noopener", "aria-label": `打开原文 ${piece.quote}` }, "原文"),
    h("span", { class: "meta" }, labelTag(state.labels.get(piece.label), piece.polarity),
      ...[piece.document_date, piece.title && `《${piece.title}》`, piece.speaker?.length > 1 && piece.speaker, piece.kind === "fact" ? "事例" : "评价"].filter(Boolean).map((text) => h("span", {}, text)),
      used.length > 0 && h("span", { class: "tag good" }, `已用于认定 ${used.join("、")}`)));
  made.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", piece.tag_id));
  return made;
}

function draw() {
  const at = document.activeElement?.closest?.(".piece")?.dataset.tag;
  const shown = pieces.filter(wanted);
  box.replaceChildren(...shown.map(item));
  if (!shown.length) box.append(h("li", { class: "empty" }, pieces.length ? "没有符合的证据。" : "没有可引的证据：先复核标注，并确认材料与对象的关联。"));
  if (at) box.querySelector(`[data-tag="${at}"] .take`)?.focus();
}

box.addEventListener("keydown", (event) => {
  const here = event.target.closest(".piece");
  if (!here || event.ctrlKey || event.metaKey || event.altKey) return;
  const piece = pieces.find((one) => one.tag_id === here.dataset.tag);
  const neighbour = { ArrowDown: here.nextElementSibling, ArrowUp: here.previousElementSibling }[event.key];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") neighbour?.querySelector(".take")?.focus();
  else if (/^[1-9]$/.test(event.key) && Number(event.key) <= state.note.findings.length) take(piece, Number(event.key) - 1);
  else if (event.key.toLowerCase() === "n") {
    state.addFinding(piece);
    focusStatement(state.current);
  } else return;
  event.preventDefault();
});

words.addEventListener("input", draw);
sign.addEventListener("change", draw);
state.events.addEventListener("changed", (event) => ["findings", "all"].includes(event.detail) && draw());

export async function load() {
  try {
    const { data } = await call("GET", `/v1/assessments/evidence?subject_id=${state.data.subject_id}`);
    pieces = data.items;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.text, "bad", 12);
  }
  setPieces(new Map(pieces.map((piece) => [piece.tag_id, piece])));
  draw();
}
