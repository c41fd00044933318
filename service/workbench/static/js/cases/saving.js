// Keeping the search that was just asked, with its conditions, under a name.

import { call, newKey, Problem } from "../api.js";
import { toast } from "../toast.js";

export function enhance(dialog, current) {
  const form = dialog.querySelector("[data-save-form]");
  const alert = dialog.querySelector("[data-problem]");
  let once = newKey();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    alert.hidden = true;
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    const { text, filters, k } = current();
    const body = { name: form.elements.name.value.trim(), alerting: form.elements.alerting.checked, text, filters, k };
    try {
      await call("POST", "/v1/searches", { body, once });
      dialog.close();
      form.reset();
      toast(body.alerting ? `已保存“${body.name}”，有新案例时会提醒。` : `已保存“${body.name}”。`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      alert.textContent = error.status === 409 ? "已有同名的检索，换个名称。" : error.text;
      alert.hidden = false;
    } finally {
      once = newKey();
      button.disabled = false;
    }
  });
}
