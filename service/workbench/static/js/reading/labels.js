// Choosing a label by pinyin initials, pinyin or Chinese; a sign at the end of what is typed decides the polarity.

import { h, labelTag } from "../dom.js";

const rank = (label, typed) => {
  if (!typed) return 1;
  if (label.initials === typed || label.zh === typed || label.id === typed) return 5;
  if (label.zh.startsWith(typed) || label.initials.startsWith(typed)) return 4;
  if (label.pinyin.startsWith(typed)) return 3;
  return label.zh.includes(typed) || label.pinyin.includes(typed) || label.id.startsWith(typed) || label.group === typed ? 2 : 0;
};

export function matching(labels, typed) {
  const words = typed.trim().toLowerCase();
  const found = labels.map((label, place) => ({ label, place, rank: rank(label, words) })).filter((one) => one.rank);
  return found.sort((a, b) => b.rank - a.rank || a.place - b.place).map((one) => one.label);
}

// Resolves to { label, polarity } or null when nothing was chosen.
export function chooseLabel(labels, { quote, polarity }) {
  const dialog = document.getElementById("labels");
  const input = dialog.querySelector("[data-label-input]");
  const list = dialog.querySelector("[data-label-list]");
  dialog.querySelector("[data-label-quote]").textContent = quote;
  let sign = polarity;
  let shown = [];
  let at = 0;
  return new Promise((resolve) => {
    const end = (chosen) => {
      dialog.oncancel = input.oninput = input.onkeydown = null;
      if (dialog.open) dialog.close();
      input.blur(); // where nothing had the focus before, it would stay here and swallow the next key
      resolve(chosen);
    };
    const cancelled = (event) => {
      event.preventDefault();
      end(null);
    };
    const draw = () => {
      list.replaceChildren(
        ...shown.map((label, place) =>
          h("li", { role: "option", id: `label-${label.id}`, "aria-selected": String(place === at), onclick: () => end({ label: label.id, polarity: sign }) }, labelTag(label, sign), h("span", { class: "dim small" }, `${label.initials} · ${sign === "-" ? label.neg : label.pos}`)),
        ),
      );
      input.setAttribute("aria-activedescendant", shown[at] ? `label-${shown[at].id}` : "");
      list.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    };
    input.oninput = () => {
      const typed = input.value.replace(/＋/g, "+").replace(/[－—]/g, "-");
      if (/[+-]\s*$/.test(typed)) sign = typed.trim().slice(-1);
      shown = matching(labels, typed.replace(/[+-]/g, ""));
      at = 0;
      draw();
    };
    input.onkeydown = (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") cancelled(event); // at once: the next key may follow before the browser closes it
      else if (step) {
        event.preventDefault();
        at = Math.max(0, Math.min(shown.length - 1, at + step));
        draw();
      } else if (event.key === "Enter" && !event.isComposing) {
        event.preventDefault();
        if (shown[at]) end({ label: shown[at].id, polarity: sign });
      }
    };
    dialog.querySelector("[data-label-cancel]").onclick = cancelled;
    dialog.oncancel = cancelled;
    input.value = "";
    dialog.showModal();
    input.oninput();
    input.focus();
  });
}
