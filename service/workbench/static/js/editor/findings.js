// The findings: statement, label, the evidence that each cites.

import { h, labelTag } from "../dom.js";
import * as state from "./note.js";

const box = document.querySelector("[data-findings]");
let pieces = new Map();
let showFaults = false;

export function setPieces(found) {
  pieces = found;
  draw();
}

export function revealFaults() {
  showFaults = true;
  draw();
}

function options(chosen) {
  return [h("option", { value: "" }, "不定"), ...state.data.labels.map((label) => h("option", { value: label.id, selected: label.id === chosen }, label.zh))];
}

function cited(finding, index) {
  return h("ul", { class: "cited" }, ...finding.evidence.map((piece, place) =>
    h("li", {},
      h("div", {},
        h("p", { class: "quote" }, `“${piece.quote}”`),
        h("p", { class: "meta" }, ...[piece.document_date, piece.title && `《${piece.title}》`, piece.place].filter(Boolean).map((words) => h("span", {}, words)),
          labelTag(state.labels.get(piece.label), piece.polarity), piece.standing === false && h("span", { class: "tag bad" }, "已改动，须撤下"))),
      h("button", { type: "button", class: "quiet", "aria-label": `撤下证据 ${piece.quote}`, dataset: { key: `drop-${index}-${place}` },
        onclick: () => { finding.evidence.splice(place, 1); state.changed("findings"); } }, "撤下"))));
}

// Evidence on the same label with the other sign, which the finding should not pass over.
function against(finding) {
  if (!finding.label || !finding.polarity) return null;
  const cited = new Set(finding.evidence.map((piece) => piece.tag_id));
  const count = [...pieces.values()].filter((piece) => piece.label === finding.label && piece.polarity !== finding.polarity && !cited.has(piece.tag_id)).length;
  return count ? h("p", { class: "small" }, h("span", { class: "tag warn" }, `同一标签有 ${count} 条相反证据没有引`)) : null;
}

function move(index, by) {
  const [taken] = state.note.findings.splice(index, 1);
  state.note.findings.splice(index + by, 0, taken);
  state.setCurrent(index + by);
  state.changed("findings");
}

function card(finding, index) {
  const number = index + 1;
  const set = (name) => (event) => { finding[name] = event.target.value || null; state.changed("labels"); };
  const problems = showFaults ? state.faults().filter(([place]) => place === number).map(([, words]) => words) : [];
  const made = h("li", { class: "card finding", "aria-label": `认定 ${number}`, dataset: { index } },
    h("div", { class: "stack" },
      h("div", { class: "row between" }, h("h3", {}, `认定 ${number}`),
        h("span", { class: "actions" },
          index > 0 && h("button", { type: "button", class: "quiet", "aria-label": `认定 ${number} 上移`, dataset: { key: `up-${index}` }, onclick: () => move(index, -1) }, "↑"),
          index < state.note.findings.length - 1 && h("button", { type: "button", class: "quiet", "aria-label": `认定 ${number} 下移`, dataset: { key: `down-${index}` }, onclick: () => move(index, 1) }, "↓"),
          h("button", { type: "button", class: "quiet", "aria-label": `删去认定 ${number}`, onclick: () => remove(index) }, "删去"))),
      h("label", {}, "内容", h("textarea", { rows: 2, maxlength: 20000, value: finding.statement, dataset: { key: `statement-${index}` }, oninput: (event) => { finding.statement = event.target.value; state.changed("text"); } })),
      h("div", { class: "row labelling" },
        h("label", {}, "标签", h("select", { onchange: set("label"), dataset: { key: `label-${index}` } }, ...options(finding.label))),
        h("label", {}, "正负", h("select", { onchange: set("polarity"), dataset: { key: `sign-${index}` } },
          ...[["", "不定"], ["+", "正面"], ["-", "负面"]].map(([value, words]) => h("option", { value, selected: value === (finding.polarity ?? "") }, words))))),
      cited(finding, index), against(finding),
      !finding.evidence.length && h("p", { class: problems.length ? "missing" : "dim small" }, "还没有证据：从右边加入或拖到这里。"),
      ...problems.filter((words) => !words.includes("没有证据")).map((words) => h("p", { class: "missing" }, words))));
  made.addEventListener("focusin", () => index !== state.current && state.setCurrent(index));
  made.addEventListener("click", () => state.setCurrent(index));
  made.addEventListener("dragover", (event) => { event.preventDefault(); made.classList.add("over"); });
  made.addEventListener("dragleave", () => made.classList.remove("over"));
  made.addEventListener("drop", (event) => {
    event.preventDefault();
    made.classList.remove("over");
    const piece = pieces.get(event.dataTransfer.getData("text/plain"));
    if (piece) state.cite(piece, index);
  });
  return made;
}

function remove(index) {
  const finding = state.note.findings[index];
  if ((finding.statement || finding.evidence.length) && !window.confirm(`删去认定 ${index + 1} 吗？`)) return;
  state.note.findings.splice(index, 1);
  state.setCurrent(Math.min(state.current, state.note.findings.length - 1));
  state.changed("findings");
}

function mark() {
  for (const item of box.children) {
    const here = Number(item.dataset.index) === state.current;
    item.classList.toggle("current", here);
    if (here) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
}

export function draw() {
  const key = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  box.replaceChildren(...state.note.findings.map(card));
  if (key) box.querySelector(`[data-key="${key}"]`)?.focus();
  mark();
}

export function focusStatement(index) {
  box.querySelector(`[data-key="statement-${index}"]`)?.focus();
}

state.events.addEventListener("current", mark);
state.events.addEventListener("changed", (event) => {
  if (["findings", "labels", "all"].includes(event.detail)) draw();
});
