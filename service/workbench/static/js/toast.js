// Short messages in the corner, read out by screen readers.

export function toast(text, kind = "good", seconds = 5) {
  const box = document.getElementById("toasts");
  const item = document.createElement("div");
  item.className = `toast ${kind}`;
  item.textContent = text;
  box.append(item);
  setTimeout(() => item.remove(), seconds * 1000);
  return item;
}
