// The page of the original beside the text: it follows the chosen tag and the place that is being read.

const STILL = 800; // after a tag was chosen, its page stays while the text moves to it, in milliseconds
const KEPT = "reading.pages"; // whether the reader last had it open; nothing of the record

export class Pages {
  constructor(panel, data, text) {
    this.panel = panel;
    this.pages = data.pages;
    this.address = (number) => `/v1/records/${encodeURIComponent(data.record.id)}/pages/${number}?version_id=${encodeURIComponent(data.version)}`;
    this.text = text;
    this.reader = panel.closest(".reader");
    this.image = panel.querySelector("img");
    this.number = null;
    this.still = 0;
    this.button = document.querySelector("[data-pages-toggle]");
    this.button.addEventListener("click", () => this.toggle());
    panel.querySelector("[data-page-back]").addEventListener("click", () => this.step(-1));
    panel.querySelector("[data-page-on]").addEventListener("click", () => this.step(1));
    panel.querySelector("[data-page-zoom]").addEventListener("click", (event) => {
      const large = panel.classList.toggle("large");
      event.currentTarget.setAttribute("aria-pressed", String(large));
    });
    this.image.addEventListener("load", () => this.say(""));
    this.image.addEventListener("error", () => this.say("这一页画不出来，请下载原件查看。"));
    let waiting = false;
    addEventListener("scroll", () => {
      if (this.panel.hidden || waiting) return;
      waiting = true;
      requestAnimationFrame(() => ((waiting = false), this.follow()));
    }, { passive: true });
    if (sessionStorage.getItem(KEPT)) this.toggle();
  }

  get open() {
    return !this.panel.hidden;
  }

  toggle() {
    this.panel.hidden = this.open;
    this.reader.classList.toggle("with-page", this.open);
    this.button.setAttribute("aria-expanded", String(this.open));
    if (this.open) sessionStorage.setItem(KEPT, "1");
    else sessionStorage.removeItem(KEPT);
    if (this.open) this.show(this.of(this.place ?? this.read()));
  }

  // The page that a place of the text stands on, or the last one before it.
  of(start) {
    return (this.pages.findLast((page) => page.start <= start) ?? this.pages[0]).number;
  }

  // The place of the line at the top of what is seen.
  read() {
    const box = this.text.getBoundingClientRect();
    const line = document.elementFromPoint(box.left + box.width / 2, Math.max(box.top + 8, 140))?.closest("[data-start]");
    return line ? Number(line.dataset.start) : 0;
  }

  follow() {
    if (this.text.offsetParent && performance.now() > this.still) this.show(this.of(this.read()));
  }

  // The chosen tag's page.
  point(start) {
    this.place = start;
    this.still = performance.now() + STILL;
    if (this.open && start !== null) this.show(this.of(start));
  }

  step(by) {
    const at = this.pages.findIndex((page) => page.number === this.number);
    const next = this.pages[at + by];
    if (next) this.show(next.number);
  }

  show(number) {
    if (number === this.number) return;
    this.number = number;
    const at = this.pages.findIndex((page) => page.number === number);
    const page = this.pages[at];
    this.image.src = this.address(number);
    this.image.alt = `原件第 ${number} 页`;
    this.panel.querySelector("[data-page-number]").textContent = `第 ${number} 页，共 ${this.pages.length} 页${page.label && page.label !== String(number) ? `（页码 ${page.label}）` : ""}`;
    this.panel.querySelector("[data-page-recognised]").hidden = !page.recognised;
    this.panel.querySelector("[data-page-back]").disabled = at === 0;
    this.panel.querySelector("[data-page-on]").disabled = at === this.pages.length - 1;
    this.panel.scrollTop = 0;
    this.say("正在画这一页…");
  }

  say(words) {
    this.panel.querySelector("[data-page-state]").textContent = words;
  }
}
