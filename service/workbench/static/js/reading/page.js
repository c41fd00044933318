// The reader: text and cards bound together, and review by keyboard.

import { handOver } from "../cases/handover.js";
import { toast } from "../toast.js";
import { Cards } from "./cards.js";
import { chooseLabel } from "./labels.js";
import { Marks } from "./marks.js";
import { Pages } from "./pages.js";
import { between } from "./points.js";
import { Review } from "./review.js";

const data = JSON.parse(document.getElementById("reading").textContent);
const labels = new Map(data.labels.map((label) => [label.id, label]));
const marks = new Marks(document.querySelector("[data-text]"), labels);
const cards = new Cards(document.querySelector("[data-cards]"), data, labels, (name) => act(name));
// Whoever has gone on to another tag while one was being saved stays there.
const review = new Review(data, (id, before) => redraw(before === undefined || before === current ? id : current));
const filters = Object.fromEntries([...document.querySelectorAll("[data-filter]")].map((field) => [field.dataset.filter, field]));
const NEXT = { status: ["observed", "reported", "advised"], subject: ["target", "team", "other"], kind: ["judgement", "fact"], polarity: ["+", "-"] };
const PAUSE = 500; // after the last step of a moved span it is saved, in milliseconds
const panel = document.querySelector("[data-page]");
const pages = panel && new Pages(panel, data, document.querySelector("[data-text]"));
let current = null;
let moving = null;

function shown() {
  const { group, polarity, state, label } = filters;
  return data.tags.filter(
    (tag) =>
      (state.value ? tag.state === state.value : tag.state !== "rejected") &&
      (!group.value || labels.get(tag.label)?.group === group.value) &&
      (!polarity.value || tag.polarity === polarity.value) &&
      (!label.value || tag.label === label.value),
  );
}

function redraw(id = current) {
  data.tags = review.data.tags;
  const tags = shown();
  current = tags.some((tag) => tag.id === id) ? id : nearest(tags, id);
  marks.draw(tags, current);
  cards.draw(tags, current);
  const waiting = data.tags.filter((tag) => tag.state === "proposed" && !data.sealed[tag.id]).length;
  document.querySelector("[data-count]").textContent = `显示 ${tags.length} 条,待复核 ${waiting} 条`;
  cards.point(current)?.scrollIntoView({ block: "nearest" });
}

// A tag that is no longer shown leaves the place to the one after it.
function nearest(tags, id) {
  const gone = data.tags.find((tag) => tag.id === id);
  return gone ? (tags.find((tag) => tag.start >= gone.start)?.id ?? tags.at(-1)?.id ?? null) : null;
}

function go(id, focus = true) {
  current = id;
  marks.point(id);
  cards.point(id)?.scrollIntoView({ block: "nearest" });
  const place = id && marks.place(id);
  if (place && focus) place.scrollIntoView({ block: "center" });
  pages?.point(data.tags.find((tag) => tag.id === id)?.start ?? null);
}

function step(by) {
  const tags = shown();
  if (!tags.length) return;
  const at = tags.findIndex((tag) => tag.id === current);
  go(tags[at < 0 ? (by > 0 ? 0 : tags.length - 1) : Math.max(0, Math.min(tags.length - 1, at + by))].id);
}

async function act(name) {
  if (!data.reviewing) return;
  if (moving) await settle(); // not otherwise: the dialog has to be open before the next key
  const tag = data.tags.find((one) => one.id === current);
  if (!tag) return void toast("先用 j、k 选一个标注", "bad");
  if (name === "accept" || name === "reject") {
    const following = after(tag);
    await review.decide(tag.id, name);
    if (following) go(following);
  } else if (name === "label") {
    const chosen = await chooseLabel(data.labels, tag);
    if (chosen && (chosen.label !== tag.label || chosen.polarity !== tag.polarity)) await review.decide(tag.id, "change", chosen);
  } else {
    const values = NEXT[name];
    const next = values[(values.indexOf(tag[name]) + 1) % values.length];
    await review.decide(tag.id, "change", { [name]: next });
  }
}

function after(tag) {
  const tags = shown();
  const at = tags.findIndex((one) => one.id === tag.id);
  return tags[at + 1]?.id ?? null;
}

// Moving an end of the span is shown at once and saved when the keys rest.
function move(which, by) {
  const tag = data.tags.find((one) => one.id === current);
  if (!data.reviewing || !tag) return;
  const to = { start: tag.start, end: tag.end, [which]: tag[which] + by };
  const quote = to.start < to.end ? between(marks.lines, to.start, to.end) : null;
  if (quote === null || !quote.trim()) return;
  moving ??= { id: tag.id, from: { start: tag.start, end: tag.end, quote: tag.quote } };
  Object.assign(tag, to, { quote });
  redraw(tag.id);
  clearTimeout(moving.timer);
  moving.timer = setTimeout(settle, PAUSE);
}

async function settle() {
  if (!moving) return;
  const { id, from, timer } = moving;
  clearTimeout(timer);
  moving = null;
  const tag = data.tags.find((one) => one.id === id);
  if (!tag || (tag.start === from.start && tag.end === from.end)) return;
  const wanted = { start: tag.start, end: tag.end, quote: tag.quote };
  Object.assign(tag, from); // until it is saved, the tag is what it was
  await review.decide(id, "change", wanted);
}

async function add() {
  if (!data.reviewing) return;
  if (moving) await settle();
  const span = marks.selection();
  const quote = span && between(marks.lines, span.start, span.end);
  if (!quote) return void toast("先选中一段文字,再按 n", "bad");
  const chosen = await chooseLabel(data.labels, { quote, polarity: "-" });
  if (chosen) await review.add({ ...span, quote, ...chosen, status: "observed", subject: "target", kind: "judgement" });
}

async function undo() {
  await settle();
  await review.undo();
}

const KEYS = {
  j: () => step(1), k: () => step(-1), a: () => act("accept"), x: () => act("reject"), l: () => act("label"),
  p: () => act("polarity"), s: () => act("status"), o: () => act("subject"), t: () => act("kind"),
  "[": () => move("start", -1), "]": () => move("start", 1), "{": () => move("end", -1), "}": () => move("end", 1),
  n: add, u: undo, v: () => pages?.toggle(), "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const known = KEYS[event.key];
  if (!known) return;
  event.preventDefault();
  if ("jk".includes(event.key)) settle();
  known();
});

const owner = (node) => node.closest?.("[data-id]")?.dataset.id ?? null;
for (const root of [document.querySelector("[data-text]"), document.querySelector("[data-cards]")]) {
  root.addEventListener("click", (event) => owner(event.target) && getSelection().isCollapsed && go(owner(event.target), root.matches("[data-cards]")));
  root.addEventListener("focusin", (event) => owner(event.target) && go(owner(event.target)));
  root.addEventListener("mouseover", (event) => {
    marks.point(owner(event.target), "hover");
    cards.point(owner(event.target), "hover");
  });
}
for (const field of Object.values(filters)) field.addEventListener("change", () => redraw());
document.querySelector("[data-help]").addEventListener("click", KEYS["?"]);
document.querySelector("[data-like]")?.addEventListener("click", () => {
  const span = marks.selection();
  const text = span && between(marks.lines, span.start, span.end);
  handOver(text ? { text, title: data.record.title, record_id: data.record.id, ...span } : { record_id: data.record.id });
  location.assign("/cases");
});
addEventListener("beforeunload", (event) => moving && event.preventDefault());

function follow() {
  const [, kind, rest] = location.hash.match(/^#(tag|at)-(.+)$/) ?? [];
  if (kind === "tag" && data.tags.some((tag) => tag.id === rest)) {
    const tag = data.tags.find((one) => one.id === rest);
    if (tag.state === "rejected") filters.state.value = "rejected";
    redraw(rest);
    go(rest);
  } else if (kind === "at") {
    const place = Number(rest.split("-")[0]);
    const line = marks.lines.findLast((one) => one.start <= place);
    line?.node.scrollIntoView({ block: "center" });
  }
}

redraw(null);
follow();
addEventListener("hashchange", follow);
