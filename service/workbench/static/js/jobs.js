// Follows the jobs that run, a few at a time; a page that shows one's end is loaded anew.

const MOST = 4; // a browser keeps few connections to one server
const STATES = { queued: "排队", running: "进行中", done: "完成", failed: "失败", cancelled: "已取消" };

function show(row, job) {
  row.querySelector("[data-state]").textContent = STATES[job.state] ?? job.state;
  const bar = row.querySelector("[data-progress]");
  bar.max = job.total ?? 1;
  bar.value = job.done + job.failed;
  row.querySelector("[data-count]").textContent = job.total === null ? job.done : `${job.done} / ${job.total}`;
  row.querySelector("[data-failed]").textContent = job.failed;
}

for (const row of [...document.querySelectorAll("[data-follow]")].slice(0, MOST)) {
  const source = new EventSource(`/v1/jobs/${row.dataset.job}/events`);
  source.addEventListener("progress", (event) => show(row, JSON.parse(event.data)));
  source.addEventListener("end", (event) => {
    source.close();
    show(row, JSON.parse(event.data));
    setTimeout(() => location.reload(), 500);
  });
}
