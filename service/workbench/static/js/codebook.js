// 标签体系: finds words in labels, examples and the guideline, and marks them where the browser can.

const field = document.querySelector("[data-search] [name=words]");
const found = document.querySelector("[data-found]");
const entries = [...document.querySelectorAll("[data-entry]")];
const guideline = document.querySelector("[data-guideline]");

function mark(roots, words) {
  if (!globalThis.Highlight || !CSS.highlights) return;
  const ranges = [];
  for (const root of roots) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.toLowerCase();
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}

function search() {
  const words = field.value.toLowerCase().split(/[\s,,、]+/).filter(Boolean);
  const has = (element) => words.every((word) => element.textContent.toLowerCase().includes(word));
  const shown = entries.filter(has);
  for (const entry of entries) entry.hidden = !shown.includes(entry);
  for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
  const inGuideline = guideline !== null && has(guideline);
  const section = document.getElementById("guideline");
  if (section) section.hidden = !inGuideline;
  document.querySelector("[data-nothing]").hidden = shown.length > 0 || inGuideline;
  for (const entry of shown) for (const details of entry.querySelectorAll("details")) if (words.length && has(details)) details.open = true;
  found.textContent = words.length ? `${shown.length} 个标签${inGuideline ? ",细则里也有" : ""}` : "";
  mark(words.length ? [...shown, ...(inGuideline ? [guideline] : [])] : [], words);
}

field.addEventListener("input", search);
document.querySelector("[data-search]").addEventListener("submit", (event) => event.preventDefault());
window.addEventListener("hashchange", () => {
  // A link to a label that the search has hidden must still lead there.
  const target = document.getElementById(location.hash.slice(1));
  if (target?.closest("[hidden]")) {
    field.value = "";
    search();
    target.scrollIntoView();
  }
});
