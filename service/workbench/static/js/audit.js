// 审计: checking the whole chain, copying its end.

import { call, Problem } from "./api.js";
import { h } from "./dom.js";
import { toast } from "./toast.js";

const box = document.querySelector("[data-verified]");

document.querySelector("[data-verify]").addEventListener("click", async ({ currentTarget: button }) => {
  button.disabled = true;
  box.replaceChildren(h("p", { class: "dim" }, "正在逐条核验……"));
  try {
    const { data } = await call("GET", "/v1/audit/verify");
    box.replaceChildren(data.intact
      ? h("p", { class: "notice good" }, `日志完整：${data.entries} 条逐条相接，没有增删改动。`)
      : h("p", { class: "notice bad", role: "alert" }, `日志被动过：${data.broken_at}（${data.what}）。请与备份比对。`));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    box.replaceChildren(h("p", { class: "notice bad", role: "alert" }, error.text));
  } finally {
    button.disabled = false;
  }
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast("已复制。");
    } catch {
      toast("浏览器不允许复制，请手抄。", "bad");
    }
  });
}
