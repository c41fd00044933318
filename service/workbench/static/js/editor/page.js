// The editor of a note: loads the panels, keeps what is not saved yet, saves.

import { call, newKey, Problem } from "../api.js";
import * as cases from "./cases.js";
import * as circumstances from "./circumstances.js";
import * as evidence from "./evidence.js";
import { draw, focusStatement, revealFaults } from "./findings.js";
import * as state from "./note.js";

const problem = document.querySelector("[data-problem]");
const occasion = document.querySelector("[data-occasion]");
const summary = document.querySelector("[data-summary]");
const keptBox = document.querySelector("[data-kept]");
const saved = document.querySelector("[data-saved]");
const save = document.querySelector("[data-save]");
let once = newKey();

function tell(text) {
  problem.textContent = text;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

async function send() {
  problem.hidden = true;
  const faults = state.faults();
  if (faults.length) {
    revealFaults();
    tell(faults.map(([, words]) => words).join(" "));
    if (faults[0][0]) focusStatement(faults[0][0] - 1);
    else occasion?.focus();
    return;
  }
  save.disabled = true;
  try {
    const body = state.content();
    const answer = state.data.id
      ? await call("POST", `/v1/assessments/${state.data.id}/versions`, { body, etag: state.data.etag, once })
      : await call("POST", "/v1/assessments", { body: { ...body, subject_id: state.data.subject_id, occasion: state.note.occasion.trim() }, once });
    state.forget();
    location.assign(`/assessments/${answer.data.id}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status !== 0) once = newKey();
    tell(error.status === 412 ? "别人刚刚保存了新版本。您写的内容还在本页：请另开一页看新版本，再决定怎么改。" : error.text);
    save.disabled = false;
  }
}

function fields() {
  if (occasion) occasion.value = state.note.occasion;
  summary.value = state.note.summary;
}

occasion?.addEventListener("input", () => { state.note.occasion = occasion.value; state.changed("text"); });
summary.addEventListener("input", () => { state.note.summary = summary.value; state.changed("text"); });
document.querySelector("[data-add-finding]").addEventListener("click", () => { state.addFinding(); focusStatement(state.current); });
save.addEventListener("click", send);
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!save.disabled) send();
  }
});
window.addEventListener("beforeunload", (event) => state.isTouched() && event.preventDefault());
state.events.addEventListener("changed", () => { saved.textContent = "有未保存的改动"; });

const tabs = [...document.querySelectorAll("[role=tab]")];
function choose(tab) {
  for (const one of tabs) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
  }
}
for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = tabs[(place + by + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  });
}

const kept = state.kept();
if (kept) {
  // Over a version that came in between it is put only by the writer's own choice, too.
  keptBox.querySelector("[data-older]").hidden = kept.etag === state.data.etag;
  keptBox.hidden = false;
  keptBox.querySelector("[data-restore]").addEventListener("click", () => { state.restore(); fields(); keptBox.hidden = true; });
  keptBox.querySelector("[data-forget]").addEventListener("click", () => { state.forget(); keptBox.hidden = true; });
}
fields();
draw();
cases.load();
await Promise.all([evidence.load(), circumstances.load()]);
