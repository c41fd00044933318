// A card for every tag beside the text.

import { h, labelTag } from "../dom.js";

const STATES = { proposed: "待复核", accepted: "已认可", rejected: "已否定" };
const TONES = { proposed: "warn", accepted: "good", rejected: "bad" };
const SEALED = { accept: "已认可(密封)", change: "已改(密封)", reject: "已否定(密封)" };

export class Cards {
  constructor(root, data, labels, act) {
    this.root = root;
    this.data = data;
    this.labels = labels;
    this.act = act;
    this.drawn = new Map(); // tag to its card and what is on it: a long record has a thousand, of which a step changes one
  }

  draw(tags, current) {
    const before = this.drawn;
    this.drawn = new Map();
    for (const tag of tags) {
      const look = JSON.stringify([tag, this.data.sealed[tag.id]]);
      const kept = before.get(tag.id);
      if (kept?.look === look) this.drawn.set(tag.id, kept);
      else {
        const node = this.card(tag, tag.id === current);
        if (kept) kept.node.replaceWith(node);
        this.drawn.set(tag.id, { node, look });
      }
    }
    const order = [...before.keys()];
    if (order.length !== tags.length || tags.some((tag, at) => tag.id !== order[at])) this.root.replaceChildren(...[...this.drawn.values()].map((one) => one.node));
    if (!tags.length) this.root.replaceChildren(h("p", { class: "empty" }, "没有符合条件的标注。"));
    this.point(current);
  }

  card(tag, current) {
    const label = this.labels.get(tag.label);
    const { statuses, subjects, kinds, sources, sealed } = this.data;
    const facts = [statuses[tag.status], subjects[tag.subject], kinds[tag.kind], sources[tag.source] ?? tag.source, tag.origin === "human" ? null : `可信 ${tag.score.toFixed(2)}`, tag.speaker ? `说话人 ${tag.speaker}` : null];
    const cues = tag.cues.map((cue) => `${cue.quote}`).join("、");
    const state = sealed[tag.id] ? h("span", { class: "tag" }, SEALED[sealed[tag.id]] ?? "已表态(密封)") : h("span", { class: `tag ${TONES[tag.state] ?? ""}` }, STATES[tag.state] ?? tag.state);
    return h(
      "div",
      { class: `ev-card ${label?.css ?? "g6"}${current ? " current" : ""}`, id: `card-${tag.id}`, dataset: { id: tag.id }, role: "group", tabindex: "0", "aria-label": `${label?.zh ?? tag.label} ${tag.polarity === "+" ? "正面" : "负面"}:${tag.quote}`, "aria-current": current ? "true" : undefined },
      h("div", { class: "row between" }, labelTag(label, tag.polarity), state),
      h("p", { class: "quote" }, tag.quote),
      h("p", { class: "detail" }, facts.filter(Boolean).join(" · ")),
      cues ? h("p", { class: "detail" }, `依据词:${cues}`) : null,
      this.data.reviewing ? this.buttons() : null,
    );
  }

  buttons() {
    const one = (key, words, name) => h("button", { type: "button", onclick: (event) => (event.stopPropagation(), this.act(name)), "aria-keyshortcuts": key }, words);
    return h("div", { class: "actions" }, one("a", "认可", "accept"), one("x", "否定", "reject"), one("l", "改标签", "label"), one("p", "正负", "polarity"), one("s", "状态", "status"), one("o", "所说的人", "subject"), one("t", "事例/评价", "kind"));
  }

  point(id, className = "current") {
    for (const node of this.root.querySelectorAll(`.${className}`)) {
      node.classList.remove(className);
      if (className === "current") node.removeAttribute("aria-current");
    }
    const node = id && document.getElementById(`card-${id}`);
    if (!node) return null;
    node.classList.add(className);
    if (className === "current") node.setAttribute("aria-current", "true");
    return node;
  }
}
