// Evidence in the text: every line is cut where spans begin and end, and wrapped in one mark for each span.

import { points, units } from "./points.js";

export class Marks {
  constructor(root, labels) {
    this.labels = labels;
    this.lines = [...root.querySelectorAll("[data-start]")].map((node) => {
      const start = Number(node.dataset.start);
      const text = node.textContent;
      return { node, start, text, end: start + points(text) };
    });
    this.drawn = new Map(); // start of a line → what is drawn in it, so that unchanged lines are left alone
  }

  draw(tags, current) {
    for (const line of this.lines) {
      const here = tags.filter((tag) => tag.start < line.end && tag.end > line.start);
      const look = here.map((tag) => [tag.id, tag.start, tag.end, tag.label, tag.polarity, tag.status, tag.state].join()).join(";");
      if (this.drawn.get(line.start) === look || (look === "" && !this.drawn.has(line.start))) continue;
      this.drawn.set(line.start, look);
      line.node.replaceChildren(...this.pieces(line, here));
    }
    this.point(current);
  }

  pieces(line, tags) {
    const cuts = new Set([line.start, line.end]);
    for (const tag of tags) for (const place of [tag.start, tag.end]) if (place > line.start && place < line.end) cuts.add(place);
    const places = [...cuts].sort((a, b) => a - b);
    return places.slice(1).map((end, index) => {
      const start = places[index];
      const words = line.text.slice(units(line.text, start - line.start), units(line.text, end - line.start));
      const covering = tags.filter((tag) => tag.start < end && tag.end > start).sort((a, b) => b.end - b.start - (a.end - a.start));
      return covering.reduceRight((inside, tag) => this.mark(tag, inside, tag.start === Math.max(start, tag.start) && tag.start >= start), document.createTextNode(words));
    });
  }

  mark(tag, inside, first) {
    const made = document.createElement("mark");
    const sign = tag.polarity === "+" ? "plus" : "minus";
    made.className = `ev ${this.labels.get(tag.label)?.css ?? "g6"} ${sign} ${tag.status} ${tag.state}${first ? " first" : ""}`;
    made.dataset.id = tag.id;
    made.dataset.sign = tag.polarity === "+" ? "＋" : "－";
    if (first) made.id = `tag-${tag.id}`;
    made.append(inside);
    return made;
  }

  point(id, className = "current") {
    for (const node of document.querySelectorAll(`mark.ev.${className}`)) node.classList.remove(className);
    if (id) for (const node of document.querySelectorAll(`mark.ev[data-id="${CSS.escape(id)}"]`)) node.classList.add(className);
  }

  place(id) {
    return document.getElementById(`tag-${id}`);
  }

  // The selected words as code points of the record; null without a selection inside the text.
  selection() {
    const chosen = getSelection();
    if (!chosen || chosen.isCollapsed || !chosen.rangeCount) return null;
    const range = chosen.getRangeAt(0);
    const start = this.offset(range.startContainer, range.startOffset);
    const end = this.offset(range.endContainer, range.endOffset);
    return start !== null && end !== null && start < end ? { start, end } : null;
  }

  offset(node, at) {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    const line = this.lines.find((one) => one.node === element?.closest("[data-start]"));
    if (!line) return null;
    const before = document.createRange();
    before.selectNodeContents(line.node);
    before.setEnd(node, at);
    return line.start + points(before.toString());
  }
}
