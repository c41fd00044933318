// 成批录入: files or folders, sent in parts so that one large upload cannot fail as a whole.

import { call, newKey, Problem } from "../api.js";
import { h } from "../dom.js";
import { fromDrop, fromInput } from "./dropped.js";

const PART_FILES = 50;
const PART_BYTES = 32 * 1024 * 1024;
const LISTED = 500;
const form = document.querySelector("[data-upload]");
const drop = form.querySelector("[data-drop]");
const alert = form.querySelector("[data-problem]");
const largest = Number(form.dataset.largest);
let picked = [];
let batch = null; // what a broken upload has reached: {id, sent}
let busy = false;

function size(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

function problem(words) {
  alert.textContent = words ?? "";
  alert.hidden = !words;
}

function draw() {
  const bytes = picked.reduce((sum, one) => sum + one.file.size, 0);
  form.querySelector("[data-picked]").hidden = picked.length === 0;
  form.querySelector("[data-summary]").textContent = `选了 ${picked.length} 个文件，共 ${size(bytes)}`;
  form.querySelector("[data-files]").replaceChildren(
    ...picked.slice(0, LISTED).map((one) => h("li", {}, one.name, " ", h("span", { class: "dim" }, size(one.file.size)))),
    picked.length > LISTED ? h("li", { class: "dim" }, `……另外 ${picked.length - LISTED} 个`) : "");
  form.querySelector("[data-send]").disabled = busy || picked.length === 0;
  if (picked.length && !form.elements.name.value) {
    const folder = picked[0].name.includes("/") ? picked[0].name.split("/")[0] : null;
    form.elements.name.value = folder ?? (picked.length === 1 ? picked[0].name : `${new Date().toLocaleDateString("zh-CN")} 录入`);
  }
}

function take(found) {
  if (busy || batch) return;
  const known = new Set(picked.map((one) => `${one.name}\n${one.file.size}`));
  const fitting = found.filter((one) => one.file.size <= largest);
  picked.push(...fitting.filter((one) => !known.has(`${one.name}\n${one.file.size}`)));
  const large = found.filter((one) => one.file.size > largest).map((one) => one.name);
  problem(large.length ? `超过上限 ${size(largest)}，没有选入：${large.slice(0, 5).join("、")}` : found.length === 0 ? "里面没有文件。" : null);
  draw();
}

function* parts(from) {
  let part = [];
  let bytes = 0;
  for (const one of picked.slice(from)) {
    if (part.length && (part.length >= PART_FILES || bytes + one.file.size > PART_BYTES)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(one);
    bytes += one.file.size;
  }
  if (part.length) yield part;
}

function packed(part, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== "") body.append(name, value);
  for (const one of part) body.append("files", one.file, one.name);
  return body;
}

function progress(sent) {
  form.querySelector("[data-sending]").hidden = false;
  const bar = form.querySelector("[data-progress]");
  bar.max = picked.length;
  bar.value = sent;
  form.querySelector("[data-progress-words]").textContent = `已上传 ${sent} ／ ${picked.length}`;
}

async function send() {
  const { name, unit_id, confidentiality, source } = form.elements;
  const fields = { name: name.value.trim(), unit_id: unit_id.value, confidentiality: confidentiality.value, source: source.value.trim(), start: "false" };
  progress(batch?.sent ?? 0);
  for (const part of parts(batch?.sent ?? 0)) {
    if (batch) await call("POST", `/v1/batches/${batch.id}/files`, { body: packed(part) });
    else batch = { id: (await call("POST", "/v1/batches", { body: packed(part, fields), once: newKey() })).data.id, sent: 0 };
    batch.sent += part.length;
    progress(batch.sent);
  }
  await call("POST", `/v1/batches/${batch.id}/start`);
  location.assign(`/batches/${batch.id}`);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem(null);
  busy = true;
  draw();
  try {
    await send();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const button = form.querySelector("[data-send]");
    if (batch) button.textContent = "接着上传";
    problem(batch ? `${error.text} 已上传 ${batch.sent} 个，可以接着上传其余的。` : error.text);
  } finally {
    busy = false;
    draw();
  }
});

for (const input of form.querySelectorAll("[data-pick]")) {
  input.addEventListener("change", () => {
    take(fromInput(input.files));
    input.value = "";
  });
}
form.querySelector("[data-empty]").addEventListener("click", () => {
  if (busy || batch) return;
  picked = [];
  problem(null);
  draw();
});
for (const name of ["dragenter", "dragover"]) {
  drop.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
drop.addEventListener("drop", async (event) => {
  event.preventDefault();
  take(await fromDrop(event.dataTransfer));
});
// a file that misses the place must not replace the page
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
