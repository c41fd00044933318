// What a search begins with. Other pages hand words over in sessionStorage, since they must not stand in an address:
// handOver({ text, title?, record_id?, start?, end? }) and go to /cases. Ids may stand in the address instead:
// /cases?record=ID&start=0&end=80 · /cases?like=CASE-ID · /cases?search=SAVED-SEARCH-ID

import { call } from "../api.js";

const KEY = "cases.handover";
const LAST = "cases.last";

export function handOver(given) {
  sessionStorage.setItem(KEY, JSON.stringify(given));
}

function taken() {
  const found = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return found ? JSON.parse(found) : null;
}

const LONGEST = 100_000; // of what the API searches with

// Code points, as all offsets of the service count.
const slice = (text, start, end) => [...text].slice(start ?? 0, end ?? undefined).slice(0, LONGEST).join("");

async function fromRecord(id, start, end) {
  const { data } = await call("GET", `/v1/records/${encodeURIComponent(id)}`);
  const part = start !== null || end !== null;
  return {
    text: slice(data.version.text, start, end),
    from: { href: `/records/${encodeURIComponent(id)}`, words: `${part ? "选自材料" : "来自材料"}《${data.record.title ?? "无题材料"}》` },
  };
}

async function fromCase(id) {
  const { data } = await call("GET", `/v1/cases/${id.split("/").map(encodeURIComponent).join("/")}`);
  return {
    text: slice(data.text),
    exclude: [data.id],
    from: { href: `/cases/${encodeURIComponent(data.id)}`, words: `与案例《${data.title ?? data.id}》相似` },
  };
}

async function fromSearch(id) {
  const { data } = await call("GET", `/v1/searches/${encodeURIComponent(id)}`);
  return { text: data.text, filters: data.filters, k: data.k, from: { href: "/searches", words: `保存的检索“${data.name}”` } };
}

const number = (words) => (words === null || !/^\d+$/.test(words) ? null : Number(words));

// → { text, filters?, exclude?, k?, from? } or null when nothing was handed over.
export async function begin() {
  const asked = new URLSearchParams(location.search);
  if (asked.get("record")) return fromRecord(asked.get("record"), number(asked.get("start")), number(asked.get("end")));
  if (asked.get("like")) return fromCase(asked.get("like"));
  if (asked.get("search")) return fromSearch(asked.get("search"));
  const given = taken();
  if (given?.text) {
    const from = given.record_id && {
      href: `/records/${encodeURIComponent(given.record_id)}`,
      words: `选自材料${given.title ? `《${given.title}》` : ""}`,
    };
    return { text: given.text, from };
  }
  if (given?.record_id) return fromRecord(given.record_id, given.start ?? null, given.end ?? null);
  const [entry] = performance.getEntriesByType("navigation");
  const last = ["back_forward", "reload"].includes(entry?.type) && sessionStorage.getItem(LAST);
  return last ? JSON.parse(last) : null;
}

export function remember(search) {
  try {
    sessionStorage.setItem(LAST, JSON.stringify(search));
  } catch {
    sessionStorage.removeItem(LAST); // a narrative too long for the browser's store: coming back begins anew
  }
}
