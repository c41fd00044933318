// Finding records by words. The words go to the API in a body, never into an address; coming back, they are still there.

import { call, Problem } from "../api.js";
import { h } from "../dom.js";

const KEPT = "records.words";
const root = document.querySelector("[data-find]");
const field = root.querySelector("input");
const status = root.querySelector("[data-found]");
const listed = document.querySelector("[data-listed]");
const results = document.querySelector("[data-results]");
const filters = document.querySelector("form.filters");
const names = JSON.parse(root.dataset.names);
let running = null;

function body(cursor) {
  const asked = { text: field.value.trim(), limit: 20 };
  const given = new FormData(filters);
  for (const name of ["unit_id", "doc_type", "date_from", "date_to"]) if (given.get(name)) asked[name] = given.get(name);
  if (given.get("label")) asked.label = [given.get("label")];
  if (given.get("state")) asked.unreviewed = given.get("state") === "waiting";
  if (cursor) asked.cursor = cursor;
  return asked;
}

function result({ record, places }) {
  const where = `/records/${encodeURIComponent(record.id)}`;
  const facts = [names.docTypes[record.doc_type], record.document_date, names.units[record.unit_id], record.tags.proposed ? `待复核 ${record.tags.proposed}` : null];
  return h("li", { class: "card" },
    h("h2", { class: "small" }, h("a", { href: places.length ? `${where}#at-${places[0].start}` : where }, record.title ?? "无题材料")),
    h("p", { class: "meta dim small" }, facts.filter(Boolean).join(" · ")),
    ...places.map((place) => h("p", { class: "context" }, "…", place.before, h("a", { href: `${where}#at-${place.start}` }, h("mark", {}, place.quote)), place.after, "…")),
    places.length === 0 && h("p", { class: "dim small" }, "只有标题里有。"));
}

async function find(cursor) {
  if (!field.value.trim()) return void close();
  running?.abort();
  running = new AbortController();
  status.textContent = "正在查找…";
  sessionStorage.setItem(KEPT, field.value);
  try {
    const { data } = await call("POST", "/v1/records/search", { body: body(cursor), signal: running.signal });
    const items = data.items.map(result);
    results.querySelector("[data-more]")?.remove();
    if (cursor) results.append(...items);
    else results.replaceChildren(...items);
    if (data.next_cursor) results.append(h("li", { dataset: { more: "" } }, h("button", { type: "button", onclick: () => find(data.next_cursor) }, "再找一些")));
    const shown = results.querySelectorAll(".card").length;
    status.textContent = shown ? `找到 ${shown} 份${data.next_cursor ? "，还有" : ""}，新录入的在前。` : "没有含这些字句的材料。";
    listed.hidden = true;
    results.hidden = false;
    if (cursor) items[0]?.querySelector("a").focus();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof Problem)) throw error;
    status.textContent = error.text;
  }
}

function close() {
  running?.abort();
  sessionStorage.removeItem(KEPT);
  results.replaceChildren();
  results.hidden = true;
  listed.hidden = false;
  status.textContent = "";
}

root.addEventListener("submit", (event) => (event.preventDefault(), find()));
root.addEventListener("reset", () => setTimeout(close));
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  event.preventDefault();
  field.focus();
});
field.value = sessionStorage.getItem(KEPT) ?? "";
if (field.value) find();
