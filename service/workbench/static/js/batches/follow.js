// A batch at work: its job's events say that something changed, and the live part of the page is fetched anew.

import { enhance } from "../forms.js";

const PAUSE = 1200; // ms between two looks: a thousand small files end in a minute
const LOOK = 3000; // of somebody else's batch, whose job is not ours to follow
const spoken = document.querySelector("[data-spoken]");
let waiting = null;

const live = () => document.querySelector("[data-live]");

async function refresh() {
  waiting = null;
  const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return;
  const focused = document.activeElement?.id;
  const opened = new Set([...document.querySelectorAll("[data-item] details[open]")].map((one) => one.closest("[data-item]").dataset.item));
  const made = document.adoptNode(fresh);
  live().replaceWith(made);
  enhance(made);
  for (const row of made.querySelectorAll("[data-item]")) if (opened.has(row.dataset.item)) for (const one of row.querySelectorAll("details")) one.open = true;
  if (focused) document.getElementById(focused)?.focus();
}

function soon() {
  waiting ??= setTimeout(refresh, PAUSE);
}

function follow(id) {
  const source = new EventSource(`/v1/jobs/${id}/events`);
  source.addEventListener("progress", soon);
  source.addEventListener("end", async () => {
    source.close();
    clearTimeout(waiting);
    await refresh();
    spoken.textContent = `处理完毕：${document.querySelector("[data-words]").textContent}`;
  });
}

if (live().dataset.job) follow(live().dataset.job);
else if (live().dataset.state === "running") {
  const timer = setInterval(async () => {
    await refresh();
    if (live().dataset.state !== "running") clearInterval(timer);
  }, LOOK);
}
