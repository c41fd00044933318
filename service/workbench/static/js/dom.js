// h("li", { class: "piece", onclick: …, dataset: { id } }, "words", child, …): an element. Words become text, never markup.

export function h(tag, fields = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(made.dataset, value);
    else if (name === "value") made.value = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function labelTag(label, polarity) {
  const sign = polarity ? ` ${polarity === "+" ? "＋" : "－"}` : "";
  const spoken = polarity ? h("span", { class: "sr-only" }, polarity === "+" ? "正面" : "负面") : null;
  return h("span", { class: `tag label ${label?.css ?? "g6"}` }, `${label?.zh ?? "?"}${sign}`, spoken);
}
