"""How long the reader's page takes: ``python -m tests.bench.bench_workbench [CHARACTERS]``.

A record of about 20 kB (6,700 characters by default) on SQLite, read by a key over HTTP from a server in this process; the
sign-in page, which asks the database nothing, is the baseline. Where there is a Chromium, also the first paint and the
time until all evidence is marked.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

from service.app import create_app
from service.opening import open_repository
from service.settings import Settings
from tests.service.conftest import serving
from tests.service.people import People

ROUNDS = 30
# From a key to two frames later, when it can be seen.
_STEPS = """async () => {
  const seen = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const timed = async (work) => { const began = performance.now(); work(); await seen(); return performance.now() - began; };
  const found = { j: [], filter: [], scroll: [] };
  for (let at = 0; at < 40; at += 1) found.j.push(await timed(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }))));
  const field = document.querySelector("[data-filter=polarity]");
  for (const value of ["+", "", "-", "", "+", ""]) found.filter.push(await timed(() => { field.value = value; field.dispatchEvent(new Event("change")); }));
  scrollTo(0, 0);
  await seen();
  const blocked = [];
  const watch = new PerformanceObserver((list) => blocked.push(...list.getEntries().map((one) => one.duration)));
  watch.observe({ type: "longtask" });
  for (let at = 0; at < 30; at += 1) found.scroll.push(await timed(() => scrollBy(0, innerHeight)));
  await new Promise((done) => setTimeout(done, 100));  // the observer is told between tasks
  watch.disconnect();
  return { ...found, blocked };
}"""
PARAGRAPH = (
    "该同志处事公道,从不推诿扯皮,遇事敢于拍板;有时听不进不同意见,个别工作拖沓。"
    "群众反映他常到田间地头,也有人说他开会多、落实少。去年汛期他守在大堤上三天,险情处置果断。\n"
    "2021年3月至2023年9月分管农业、水利,联系东片六个村;镇里有耕地两万三千亩,常住人口一万八千人,集体经济收入主要来自"
    "水库租金和苗圃。2022年春旱,南渠三个村的水先后断了十一天,镇上从邻县调水,花了四十六万元,账目附后。同年秋天修通了"
    "到县城的公路,全长十四公里,施工队是县里统一招的,监理每半月来一次。\n"
)


def main(characters: int) -> None:
    """Print milliseconds and their ratio to the baseline."""
    text = "关于李某同志的考察材料\n" + PARAGRAPH * max(1, characters // len(PARAGRAPH))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder), index_dir=Path(folder) / "index", warm_up=False, migrate_on_start=True
        )
        repository = open_repository(settings)
        people = People(repository)
        unit = people.unit()
        with serving(create_app(settings, repository)) as url:
            keys = {role: people.key(role) for role in ("archivist", "analyst")}
            clients = {
                role: httpx.Client(
                    base_url=url,
                    timeout=300,
                    trust_env=False,
                    headers={"authorization": f"Bearer {key}", "accept": "text/html"},
                )
                for role, key in keys.items()
            }
            made = clients["archivist"].post("/v1/records", json={"text": text, "title": "考察材料", "unit_id": unit})
            made.raise_for_status()
            path = f"/records/{made.json()['record']['id']}"
            page = _milliseconds(clients["analyst"], path)
            base = _milliseconds(clients["analyst"], "/sign-in")
            body = clients["analyst"].get(path).text
            sys.stdout.write(
                f"{len(text)} characters, {len(text.encode())} bytes, {made.json()['tags']} tags, page {len(body)} characters\n"
                f"reader p50 {page[0]:.1f} ms, p95 {page[1]:.1f} ms; sign-in page p50 {base[0]:.1f} ms; "
                f"ratio {page[0] / base[0]:.1f}\n"
            )
            chromium = shutil.which("chromium")
            if chromium is not None:
                _in_browser(chromium, url, path, keys["analyst"])


def _milliseconds(client: httpx.Client, path: str) -> tuple[float, float]:
    client.get(path).raise_for_status()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path).raise_for_status()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), sorted(times)[int(ROUNDS * 0.95) - 1]


def _in_browser(chromium: str, url: str, path: str, key: str) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(base_url=url, extra_http_headers={"authorization": f"Bearer {key}"}).new_page()
        found = []
        for _ in range(5):
            began = time.perf_counter()
            page.goto(path)
            page.locator("mark.ev").first.wait_for()
            marked = (time.perf_counter() - began) * 1000
            paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")
            found.append((paint or 0.0, marked))
        steps = page.evaluate(_STEPS)
        elements = page.evaluate("document.querySelectorAll('*').length")
        browser.close()
    paints, marks = zip(*found, strict=True)
    sys.stdout.write(
        f"Chromium: first paint p50 {statistics.median(paints):.0f} ms, evidence marked p50 {statistics.median(marks):.0f} ms\n"
        f"{elements} elements; from key to picture: j p50 {statistics.median(steps['j']):.0f} ms, p95 {sorted(steps['j'])[-3]:.0f} ms; "
        f"filter p50 {statistics.median(steps['filter']):.0f} ms; scrolling a screen p50 {statistics.median(steps['scroll']):.0f} ms, "
        f"{len(steps['blocked'])} tasks over 50 ms, the longest {max(steps['blocked'], default=0):.0f} ms\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 6_700)
