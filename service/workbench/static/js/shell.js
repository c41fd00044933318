// On every page: theme, signing out, forms, and lists that load further rows.

import { call } from "./api.js";
import { enhance } from "./forms.js";

const THEMES = ["auto", "light", "dark"];

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

applyTheme(localStorage.getItem("theme") ?? "auto");
document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const now = localStorage.getItem("theme") ?? "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  localStorage.setItem("theme", next);
  applyTheme(next);
});

document.querySelector("[data-sign-out]")?.addEventListener("click", async () => {
  await call("DELETE", "/v1/session").catch(() => undefined);
  sessionStorage.clear(); // what was being written or searched is not for whoever signs in next
  location.assign("/account/signed-out");
});

enhance();
