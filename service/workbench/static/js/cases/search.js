// The page /cases: asks, shows hits with their reasons, narrows by facets.

import { call, Problem } from "../api.js";
import { h } from "../dom.js";
import { toast } from "../toast.js";
import { FacetForm } from "./facets.js";
import { begin, remember } from "./handover.js";
import { hitCard } from "./hit.js";
import { Marking } from "./marking.js";
import { enhance as enhanceSaving } from "./saving.js";

const DIVERSE = 0.7; // how much likeness counts against novelty, 1 being the plain ranking
const root = document.querySelector("[data-cases]");
const form = root.querySelector("[data-search]");
const status = root.querySelector("[data-status]");
const list = root.querySelector("[data-hits]");
const words = JSON.parse(root.dataset.words);
const marking = new Marking(root.querySelector("[data-compare]"));
const facets = new FacetForm(root.querySelector("[data-filters]"), words, () => refine());
let asked = null; // what the hits on the page answer
let running = null;

function failed(error) {
  if (error.name === "AbortError") return;
  if (!(error instanceof Problem)) throw error;
  status.textContent = error.code === "index_missing" ? "案例库还是空的：先录入历史案例，或者等第一个运用登记了结。" : error.text;
  if (error.code !== "index_missing") toast(error.text, "bad", 12);
}

function current() {
  const fields = form.elements;
  return { text: fields.text.value, k: Number(fields.k.value), filters: facets.value() };
}

function understood(meanings) {
  const box = root.querySelector("[data-understood]");
  box.hidden = meanings.length === 0;
  box.replaceChildren(...meanings.map((one) => h("p", {}, h("b", {}, `按词典理解“${one.form}”：`), one.means.join(" ／ "))));
  if (meanings.length) box.append(h("button", { type: "button", class: "quiet", onclick: () => { form.elements.sayings.checked = false; search(); } }, "只按原话检索"));
}

async function search() {
  if (!form.elements.text.value.trim()) return;
  running?.abort();
  running = new AbortController();
  const fields = form.elements;
  const search = current();
  const filters = asked?.exclude && search.text === asked.text ? { ...search.filters, exclude_ids: asked.exclude } : search.filters;
  status.textContent = "正在检索…";
  list.setAttribute("aria-busy", "true");
  try {
    const { data } = await call("POST", "/v1/search", {
      body: { text: search.text, k: search.k, filters, collapse: fields.collapse.checked, diverse: fields.diverse.checked ? DIVERSE : null, sayings: fields.sayings.checked },
      signal: running.signal,
    });
    list.replaceChildren(...data.hits.map((hit) => hitCard(hit, words, marking)));
    status.textContent = data.hits.length ? `找到 ${data.hits.length} 个相似案例，最像的在前。` : "没有找到相似案例：放宽条件，或者换个说法。";
    understood(data.understood);
    const save = root.querySelector("[data-save]");
    if (save) save.disabled = false;
    asked = { ...asked, ...search };
    remember(asked);
  } catch (error) {
    failed(error);
  } finally {
    list.removeAttribute("aria-busy");
  }
}

async function refine() {
  showChosen();
  try {
    const cases = await facets.count();
    if (!form.elements.text.value.trim()) status.textContent = `符合条件的案例 ${cases} 个。写下要找的情况再检索。`;
  } catch (error) {
    failed(error);
  }
  if (asked) await search();
}

function showChosen() {
  root.querySelector("[data-chosen]").textContent = facets.chosen ? `已选 ${facets.chosen} 项` : "";
}

function showOrigin(from) {
  const line = root.querySelector("[data-from]");
  line.hidden = !from;
  if (from) line.replaceChildren(h("a", { href: from.href }, from.words));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
form.elements.text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
for (const name of ["k", "collapse", "diverse", "sayings"]) form.elements[name].addEventListener("change", () => asked && search());

const dialog = document.getElementById("save-search");
if (dialog) enhanceSaving(dialog, () => ({ text: asked.text, k: asked.k, filters: asked.filters }));
if (matchMedia("(max-width: 48rem)").matches) root.querySelector("[data-facets]").open = false;

try {
  const given = await begin();
  await facets.load(given?.filters ?? {});
  showChosen();
  if (given) {
    form.elements.text.value = given.text;
    if (given.k && [...form.elements.k.options].every((option) => Number(option.value) !== given.k)) form.elements.k.append(h("option", {}, String(given.k)));
    if (given.k) form.elements.k.value = String(given.k);
    asked = { text: given.text, exclude: given.exclude, from: given.from };
    showOrigin(given.from);
    await search();
  }
} catch (error) {
  failed(error);
}
