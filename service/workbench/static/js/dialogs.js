// <button data-open="id"> opens a dialog, [data-close] inside it closes it; <button data-print> prints.

export function enhance(root = document) {
  for (const button of root.querySelectorAll("[data-open]"))
    button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
  for (const button of root.querySelectorAll("dialog [data-close]"))
    button.addEventListener("click", () => button.closest("dialog").close());
  for (const button of root.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());
}

enhance();
