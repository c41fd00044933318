// 管理: what is shown once is shown in a dialog, and the list is loaded anew when it is closed.

import "./dialogs.js";
import { toast } from "./toast.js";

const dialog = document.querySelector("dialog[data-secret]");

for (const form of document.querySelectorAll("form[data-shows]")) {
  form.addEventListener("sent", ({ detail }) => {
    const secret = detail.data[form.dataset.shows];
    form.closest("dialog")?.close();
    dialog.querySelector("[data-secret-for]").textContent = detail.data.login ? `用户名 ${detail.data.login}` : detail.data.name;
    // A repeated answer holds no secret: it was shown before.
    dialog.querySelector("[data-secret-value]").textContent = secret ?? "已经显示过，不能再显示；需要时重新生成。";
    dialog.showModal();
  });
}

dialog?.querySelector("[data-secret-copy]").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(dialog.querySelector("[data-secret-value]").textContent);
    toast("已复制。");
  } catch {
    toast("浏览器不允许复制，请手抄。", "bad");
  }
});
dialog?.querySelector("[data-secret-done]").addEventListener("click", () => dialog.close());
dialog?.addEventListener("close", () => location.reload());

document.querySelector("[data-all-scopes]")?.addEventListener("change", (event) => {
  const box = document.querySelector("[data-scopes]");
  box.hidden = event.target.checked;
  for (const field of box.querySelectorAll("input")) field.disabled = event.target.checked;
});
