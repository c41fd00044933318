// One decision: when it is looked at again, and closing it after a look at the case that it becomes.

import { call, Problem } from "./api.js";

const LEVELS = ["公开", "内部", "秘密", "机密", "绝密"];

function guarded(form, work) {
  return async (event) => {
    event.preventDefault();
    const alert = form.querySelector("[data-problem]");
    alert.hidden = true;
    const button = event.submitter ?? event.currentTarget;
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      alert.textContent = error.text;
      alert.hidden = false;
      alert.scrollIntoView({ block: "nearest" });
    } finally {
      button.disabled = false;
    }
  };
}

const followUp = document.querySelector("[data-follow-up]");
followUp?.addEventListener("submit", guarded(followUp, async () => {
  const { follow_up_on: day, note } = followUp.elements;
  const body = { follow_up_on: day.value || null, note: note.value.trim() || null }; // null takes it away
  await call("PATCH", `/v1/decisions/${followUp.dataset.followUp}`, { body, etag: followUp.dataset.etag });
  location.reload();
}));

const closing = document.querySelector("[data-closing]");
const preview = document.querySelector("[data-preview]");

function wanted() {
  const names = closing.elements.names.value.split(/[,，、\s]+/).filter(Boolean);
  return { outcome: closing.elements.outcome.value, names };
}

function show({ case: made, like_names: names }) {
  const words = { ...made, handling: made.meta.handling, level: LEVELS[made.confidentiality] };
  for (const place of preview.querySelectorAll("[data-case]")) place.textContent = words[place.dataset.case] ?? "—";
  const warning = preview.querySelector("[data-like-names]");
  warning.hidden = !names.length;
  warning.textContent = `看上去还像姓名的：${names.join("、")}。是姓名就填到上面“还要去掉的姓名”里，再预览一次。`;
  preview.hidden = false;
  preview.focus();
  preview.scrollIntoView({ block: "start" });
}

closing?.addEventListener("submit", guarded(closing, async () => {
  const { data } = await call("POST", `/v1/decisions/${closing.dataset.closing}/case`, { body: wanted() });
  show(data);
}));
// What was looked at is what is closed: words changed since then are looked at again first.
closing?.addEventListener("input", () => { preview.hidden = true; });

const close = document.querySelector("[data-close-now]");
if (close) {
  close.addEventListener("click", guarded(closing, async () => {
    await call("POST", `/v1/decisions/${closing.dataset.closing}/close`, { body: wanted(), etag: closing.dataset.etag });
    location.reload();
  }));
}
