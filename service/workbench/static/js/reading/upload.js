// Taking in one record: a file, or pasted words.

import { call, newKey, Problem } from "../api.js";
import { read } from "../forms.js";

const form = document.querySelector("[data-take-in]");
const alert = form.querySelector("[data-problem]");
const status = form.querySelector("[data-taken]");
let once = newKey();

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  alert.hidden = true;
  const { text, file: _file, ...fields } = read(form);
  const file = form.elements.file.files[0];
  const button = form.querySelector("[type=submit]");
  if (!file && !text) return complain("选一个文件,或粘贴文字。");
  button.disabled = true;
  status.textContent = "正在读取和标注……";
  try {
    let made;
    if (file) {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      body.set("file", file);
      const { data } = await call("POST", "/v1/records/uploads", { body, once });
      if (!data.items.length) return complain(data.errors.map((one) => `${one.path ?? file.name}:${one.message}`).join(";") || "文件里没有可读的内容。");
      made = data.items[0].record;
    } else {
      const { data } = await call("POST", "/v1/records", { body: { ...fields, confidentiality: Number(fields.confidentiality), text }, once });
      made = data.record;
    }
    location.assign(`/records/${made.id}`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    complain(error.text);
    if (error.status !== 0) once = newKey();
  } finally {
    button.disabled = false;
    status.textContent = "";
  }
  return undefined;
});

function complain(words) {
  alert.textContent = words;
  alert.hidden = false;
}
