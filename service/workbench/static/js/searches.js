// Alerts that were seen.

import { call, Problem } from "./api.js";
import { toast } from "./toast.js";

async function see(card) {
  await call("POST", `/v1/alerts/${card.dataset.alert}/seen`);
  const button = card.querySelector("[data-see]");
  const done = document.createElement("span");
  done.className = "dim small";
  done.textContent = "看过";
  button.replaceWith(done);
}

function told(error) {
  if (!(error instanceof Problem)) throw error;
  toast(error.text, "bad", 12);
}

for (const button of document.querySelectorAll("[data-see]")) {
  button.addEventListener("click", () => see(button.closest("[data-alert]")).catch(told));
}

document.querySelector("[data-see-all]")?.addEventListener("click", async () => {
  try {
    for (const button of document.querySelectorAll("[data-see]")) await see(button.closest("[data-alert]"));
    location.reload();
  } catch (error) {
    told(error);
  }
});
