// Forms that post JSON to the API: <form data-api="POST /v1/…" data-then="/page/{id}">.
// Fields go by their names; "a.b" nests, data-type="number|boolean|list|json" converts, empty optional fields are left out.

import { call, newKey, Problem } from "./api.js";
import { toast } from "./toast.js";

function value(field) {
  if (field.type === "checkbox" && field.dataset.type !== "list") return field.checked;
  const raw = field.value;
  if (raw === "" && !field.required) return undefined;
  switch (field.dataset.type) {
    case "number": return Number(raw);
    case "boolean": return raw === "true";
    case "list": return raw.split(/[,,、\s]+/).filter(Boolean);
    case "json": return JSON.parse(raw);
    default: return raw;
  }
}

export function read(form) {
  const body = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || (field.type === "radio" && !field.checked)) continue;
    if (field.type === "checkbox" && field.dataset.type === "list") {
      body[field.name] ??= [];
      if (field.checked) body[field.name].push(field.value);
      continue;
    }
    const found = value(field);
    if (found === undefined) continue;
    const parts = field.name.split(".");
    const last = parts.pop();
    const at = parts.reduce((inside, part) => (inside[part] ??= {}), body);
    at[last] = found;
  }
  return body;
}

export function fill(pattern, data) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(data?.[name] ?? ""));
}

async function send(form, event) {
  event.preventDefault();
  const alert = form.querySelector("[data-problem]");
  if (alert) alert.hidden = true;
  if (!form.reportValidity()) return;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return;
  const [method, path] = form.dataset.api.split(" ");
  const button = event.submitter ?? form.querySelector("[type=submit]");
  if (button) button.disabled = true;
  form.dataset.once ??= newKey(); // the same form sent twice makes one thing
  try {
    const body = form.elements.length && method !== "DELETE" ? read(form) : undefined;
    const answer = await call(method, path, { body, etag: form.dataset.etag, once: method === "POST" ? form.dataset.once : undefined });
    form.dispatchEvent(new CustomEvent("sent", { detail: answer, bubbles: true }));
    if (form.dataset.then !== undefined) location.assign(fill(form.dataset.then, answer.data) || location.href);
    else if (form.dataset.done) toast(form.dataset.done);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (alert) {
      alert.textContent = error.text;
      alert.hidden = false;
    } else toast(error.text, "bad", 12);
    if (error.status !== 0) delete form.dataset.once;
  } finally {
    if (button) button.disabled = false;
  }
}

export function enhance(root = document) {
  for (const form of root.querySelectorAll("form[data-api]")) {
    if (form.dataset.ready) continue;
    form.dataset.ready = "yes";
    form.addEventListener("submit", (event) => send(form, event));
  }
}
