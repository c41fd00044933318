// 观测: finding a subject by name, showing the name behind a code, linking a record.

import { call, Problem } from "./api.js";
import "./dialogs.js";
import { toast } from "./toast.js";

const LEVELS = ["公开", "内部", "秘密", "机密", "绝密"];

function element(tag, text, fields = {}) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  Object.assign(made, fields);
  return made;
}

function told(error) {
  if (!(error instanceof Problem)) throw error;
  toast(error.text, "bad", 12);
}

document.querySelector("[data-lookup]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = document.querySelector("[data-lookup-result]");
  try {
    const { data } = await call("POST", "/v1/subjects/lookup", { body: { name: event.target.elements.name.value } });
    box.replaceChildren();
    if (!data.items.length) box.append(element("p", "没有这个姓名的对象，或者不在您可以查阅的范围内。", { className: "notice" }));
    const list = element("ul", undefined, { className: "notice good plain" });
    for (const item of data.items) {
      const line = element("li");
      line.append(element("a", item.code, { href: `/subjects/${item.id}` }), ` ${item.kind === "team" ? "班子" : "个人"} · ${LEVELS[item.confidentiality]}`);
      list.append(line);
    }
    if (data.items.length) box.append(list);
  } catch (error) {
    told(error);
  }
});

document.querySelector("[data-identity]")?.addEventListener("click", async (event) => {
  const box = document.querySelector("[data-identity-shown]");
  const button = event.currentTarget;
  try {
    const { data } = await call("GET", `/v1/subjects/${button.dataset.identity}/identity`);
    const words = [data.name, data.position, data.aliases.length ? `又称 ${data.aliases.join("、")}` : null].filter(Boolean).join(",");
    box.replaceChildren(element("p", `姓名：${words}（本次查看已留痕）`, { className: "notice no-print" }));
    button.disabled = true;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) {
      box.replaceChildren(element("p", "还没有登记姓名。", { className: "notice" }));
      return;
    }
    told(error);
  }
});

for (const field of document.querySelectorAll("[data-filter]")) {
  const select = document.getElementById(field.dataset.filter);
  const options = [...select.options];
  field.addEventListener("input", () => {
    const words = field.value.trim();
    select.replaceChildren(...options.filter((option) => option.textContent.includes(words)));
  });
}

document.querySelector("[data-propose]")?.addEventListener("click", async (event) => {
  const form = event.currentTarget.form;
  const name = form.querySelector("[data-name]").value.trim();
  if (!name) return toast("先填姓名。", "bad");
  try {
    await call("POST", "/v1/subject-links/proposals", {
      body: { record_id: form.elements.record_id.value, subject_id: form.elements.subject_id.value, name },
    });
    location.hash = "records";
    location.reload();
  } catch (error) {
    told(error);
  }
});
