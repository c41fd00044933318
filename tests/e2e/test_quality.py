"""质量: agreement, misses, drift and models, each figure in a table beside its chart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from service.store.models import Batch, BatchItem, Record
from service.store.types import utc_now
from tests.e2e.conftest import Browsers
from tests.service.people import People
from tests.service.review.test_rounds import Blind, decide_all
from tests.service.review.world import TEXT, World

NAMED = "<img src=x onerror=alert(1)>"


def fill(people: People) -> None:
    """Two finished blind rounds, two clauses read of which one was missed, two batches months apart."""
    world = World(people.repository, people)
    for _ in range(2):
        blind = Blind(people.repository, world, people)
        decide_all(blind)
        blind.finish(blind.one)
        blind.finish(blind.other)
    unit_id, author = people.unit(), people.user("archivist")
    made = [[world.record(text) for _ in range(6)] for text in ("李某𠮷同志某某。平平。", TEXT)]
    with people.repository.system_write("test") as session:
        for number, name in enumerate((f"第一批{NAMED}", "第二批")):
            batch = Batch(name=name, unit_id=unit_id, confidentiality=0, created_by=author, state="done")
            session.add(batch)
            session.flush()
            for place, record_id in enumerate(made[number], 1):
                session.get_one(Record, record_id).created_at = utc_now() - timedelta(days=70 - 65 * number)
                session.add(
                    BatchItem(batch_id=batch.id, ordinal=place, file_name="甲.txt", state="done", record_id=record_id)
                )


def test_every_figure_has_its_table(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    fill(people)
    client = browsers.api.client("analyst")
    drawn = client.post("/v1/reviews/samples", json={"size": 4}).json()["items"]
    for place, item in enumerate(drawn):
        tag = {
            "start": item["start"],
            "end": item["end"],
            "quote": item["quote"],
            "label": "work_style",
            "polarity": "-",
        }
        body = {"tags": [] if place else [tag]}
        answer = client.post(f"/v1/reviews/samples/{item['id']}", json=body, headers={"If-Match": item["etag"]})
        assert answer.status_code == 200, answer.text
    page = browsers.signed_in("archivist")
    page.goto("/quality")
    agreement = page.get_by_role("region", name="两人复核的一致程度")
    expect(agreement).to_contain_text("2 轮")
    expect(agreement.get_by_role("row", name="第 2 轮")).to_be_visible()
    expect(page.get_by_role("region", name="机器漏了多少")).to_contain_text("95% 区间")
    drift = page.get_by_role("region", name="标签出现率的变化")
    expect(drift).to_contain_text("变化显著")
    expect(drift.get_by_role("row", name="担当作为").first).to_contain_text("100%")
    expect(drift).to_contain_text(NAMED)
    charts = page.locator("[data-chart]")
    expect(charts.locator("svg.main-svg").first).to_be_visible()
    assert charts.count() == 4
    expect(page.get_by_role("region", name="随附的模型")).to_contain_text("标签 F1")
    assert page.locator("main img").count() == 0
    shot(page, "quality")
    drift.scroll_into_view_if_needed()
    shot(page, "quality-drift")
    accessible(page)
    drift.get_by_role("link", name="担当作为 ＋").click()
    expect(page.locator("select[name=label]")).to_have_value("responsibility+")
    expect(page.get_by_role("region", name="材料列表").locator("tbody tr")).to_have_count(8)
    page.go_back()
    page.get_by_role("link", name="按录入月份").click()
    expect(page.get_by_role("region", name="标签出现率的变化")).to_contain_text("最近一个月")
    page.set_viewport_size({"width": 390, "height": 800})
    page.wait_for_timeout(300)  # the charts follow the width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "quality-phone")
    # a reader of another unit sees none of it
    answers = [
        client.get(f"/records?{query}").status_code for query in ("doc_type=x", "label=%3C", "unit_id=" + 40 * "x")
    ]
    assert answers == [422, 422, 422]
    other = browsers.signed_in("analyst", unit="某省/C县")
    other.goto("/quality")
    expect(other.get_by_text("还没有完成的双盲复核")).to_be_visible()
    expect(other.get_by_text("月份不到两个")).to_be_visible()
