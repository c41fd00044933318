// Two hits marked for being compared; the bar at the foot of the page leads to the comparison.

import { h } from "../dom.js";
import { toast } from "../toast.js";

export class Marking {
  #chosen = new Map();

  constructor(bar) {
    this.bar = bar;
    bar.querySelector("[data-clear]").addEventListener("click", () => {
      this.#chosen.clear();
      for (const box of document.querySelectorAll("[data-hits] .hit h2 ~ label input")) box.checked = false;
      this.#draw();
    });
  }

  has(id) {
    return this.#chosen.has(id);
  }

  mark(id, title, box) {
    if (!box.checked) this.#chosen.delete(id);
    else if (this.#chosen.size < 2) this.#chosen.set(id, title);
    else {
      box.checked = false;
      toast("一次比较两个案例，请先取消一个。", "bad");
    }
    this.#draw();
  }

  #draw() {
    const ids = [...this.#chosen.keys()];
    this.bar.hidden = ids.length === 0;
    this.bar.querySelector("[data-marked]").replaceChildren("已选：", ...[...this.#chosen.values()].flatMap((title, place) => [place ? "、" : "", h("b", {}, title)]), ids.length < 2 ? "，再选一个" : "");
    const go = this.bar.querySelector("[data-go]");
    go.hidden = ids.length < 2;
    if (ids.length === 2) go.href = `/cases/compare?${new URLSearchParams({ a: ids[0], b: ids[1] })}`;
  }
}
