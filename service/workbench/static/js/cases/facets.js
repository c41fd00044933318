// The conditions of a search: values with their numbers of cases. Built once, then only the numbers change, so that the
// focus stays where it is.

import { call } from "../api.js";
import { h, labelTag } from "../dom.js";

const SHOWN = 6;
const MANY = 12;
const TITLES = { doc_type: "材料类型", unit: "单位", outcome: "结果", labels: "写到的表现（须同时具备）" };

export class FacetForm {
  // `words` are those of the page: docTypes and labels; `changed` is called after every choice.
  constructor(form, words, changed) {
    this.form = form;
    this.words = words;
    this.extra = {};
    form.addEventListener("change", () => changed());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  async load(filters = {}) {
    const { data } = await call("POST", "/v1/search/facets", { body: { filters: {} } });
    this.form.replaceChildren(
      ...Object.keys(TITLES).map((field) => this.#group(field, data[field].map((one) => one.value), filters[field] ?? [])),
      this.#period(data.year.map((one) => one.value), filters),
      h("div", { class: "actions" }, h("button", { type: "button", class: "quiet", onclick: () => this.clear() }, "清除条件")),
    );
    const own = new Set([...Object.keys(TITLES), "date_from", "date_to"]);
    this.extra = Object.fromEntries(Object.entries(filters).filter(([name, value]) => !own.has(name) && worth(value)));
    await this.count();
    return data.cases;
  }

  clear() {
    for (const box of this.form.querySelectorAll("[type=checkbox]")) box.checked = false;
    for (const select of this.form.querySelectorAll("select")) select.value = "";
    this.form.dispatchEvent(new Event("change"));
  }

  // What /v1/search takes.
  value() {
    const found = { ...this.extra };
    for (const box of this.form.querySelectorAll("input:checked")) (found[box.name] ??= []).push(box.value);
    for (const select of this.form.querySelectorAll("select")) if (select.value) found[select.name] = select.value;
    return found;
  }

  get chosen() {
    return Object.values(this.value()).reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
  }

  async count() {
    const { data } = await call("POST", "/v1/search/facets", { body: { filters: this.value() } });
    for (const field of Object.keys(TITLES)) {
      const numbers = new Map(data[field].map((one) => [one.value, one.cases]));
      for (const box of this.form.querySelectorAll(`input[name="${field}"]`)) {
        const cases = numbers.get(box.value) ?? 0;
        box.closest("label").querySelector("[data-number]").textContent = cases;
        box.closest("label").classList.toggle("none", cases === 0);
      }
    }
    return data.cases;
  }

  #group(field, values, checked) {
    const all = [...new Set([...values, ...checked])];
    const boxes = all.map((value) =>
      h("label", { class: "inline facet" },
        h("input", { type: "checkbox", name: field, value, checked: checked.includes(value) }),
        h("span", { class: "value" }, this.#named(field, value)),
        h("span", { class: "dim small", "data-number": true })));
    const front = boxes.filter((box, place) => place < SHOWN || box.querySelector("input").checked);
    const rest = boxes.filter((box) => !front.includes(box));
    return h("fieldset", {}, h("legend", {}, TITLES[field]), ...front,
      rest.length > 0 && h("details", {}, h("summary", {}, `其余 ${rest.length} 个`), rest.length > MANY && finder(TITLES[field], rest), ...rest),
      all.length === 0 && h("p", { class: "dim small" }, "没有可选的值"));
  }

  #named(field, value) {
    if (field === "doc_type") return this.words.docTypes[value] ?? value;
    if (field === "labels") {
      const label = this.words.labels[value.slice(0, -1)] ?? { zh: value.slice(0, -1) };
      return labelTag(label, value.slice(-1));
    }
    return value;
  }

  #period(years, filters) {
    const oldest = [...years].sort();
    const choice = (name, words, list) => {
      const given = filters[name] ?? "";
      const options = given && !list.includes(given) ? [given, ...list] : list;
      const select = h("select", { name }, h("option", { value: "" }, "不限"), ...options.map((year) => h("option", {}, year)));
      select.value = given;
      return h("label", {}, words, select);
    };
    return h("fieldset", {}, h("legend", {}, "时间"), h("div", { class: "row" }, choice("date_from", "从", oldest), choice("date_to", "到", years)));
  }
}

// Not one of the form's fields: what is typed here narrows the list, not the search.
function finder(title, boxes) {
  const field = h("input", { type: "search", "aria-label": `在“${title}”里查找`, placeholder: "查找" });
  field.addEventListener("change", (event) => event.stopPropagation());
  field.addEventListener("input", () => {
    for (const box of boxes) box.hidden = !box.querySelector(".value").textContent.includes(field.value.trim());
  });
  return field;
}

function worth(value) {
  return Array.isArray(value) ? value.length > 0 : value !== null && (typeof value !== "object" || Object.keys(value).length > 0);
}
