"""Records are found by words that never stand in an address."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from nlp.pipeline import Pipeline
from tests.e2e.conftest import Browsers
from tests.e2e.office import SCRIPT
from tests.service.people import People
from tests.service.records.conftest import lexicon

__all__ = ["lexicon"]

TEXT = f"检查组来之前,镇里连夜粉刷外墙。{SCRIPT}群众说:墙白了,路还是烂的。"


def test_words_lead_to_their_place_in_the_text(
    browsers: Browsers,
    people: People,
    lexicon: Pipeline,
    accessible: Callable[[Page], None],
    shot: Callable[[Page, str], None],
) -> None:
    browsers.api.app.state.engine.pipeline = lexicon
    archivist = browsers.api.client("archivist")
    for text, title in ((TEXT, SCRIPT), ("会议在周三召开。", "会议")):
        made = archivist.post("/v1/records", json={"text": text, "title": title, "unit_id": people.unit()})
        assert made.status_code == 201
    page = browsers.signed_in("analyst")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/records")
    expect(page.get_by_role("region", name="材料列表").get_by_role("row")).to_have_count(3)
    page.keyboard.press("/")
    page.keyboard.type("连夜 墙")
    page.keyboard.press("Enter")
    results = page.get_by_role("list", name="含有字句的材料")
    expect(results.get_by_role("listitem")).to_have_count(1)
    expect(results).to_contain_text(SCRIPT)
    expect(results.locator("mark").first).to_have_text("连夜")
    expect(page.get_by_role("region", name="材料列表")).to_be_hidden()
    accessible(page)
    shot(page, "find")
    results.locator("mark").first.click()
    expect(page).to_have_url(re.compile(r"/records/[0-9a-f-]{36}#at-\d+$"))
    page.go_back()
    expect(results).to_contain_text("镇里")  # the words are still there
    page.get_by_role("searchbox").fill("没有这句话")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("没有含这些字句的材料")).to_be_visible()
    page.get_by_role("button", name="清除").click()
    expect(page.get_by_role("region", name="材料列表")).to_be_visible()
    assert not [url for url in asked if "连夜" in url or "%E8%BF%9E" in url]
