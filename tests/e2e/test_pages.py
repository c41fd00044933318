"""The original's page beside the text follows the chosen tag."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from nlp.pipeline import Pipeline
from nlp.resources import corpora_path
from tests.e2e.conftest import Browsers
from tests.service.people import People
from tests.service.records.conftest import lexicon

__all__ = ["lexicon"]

LETTER = corpora_path("samples", "07-信访核查报告-某水利局.pdf")


def test_the_page_of_the_chosen_tag_stands_beside_it(
    browsers: Browsers,
    people: People,
    lexicon: Pipeline,
    accessible: Callable[[Page], None],
    shot: Callable[[Page, str], None],
) -> None:
    browsers.api.app.state.engine.pipeline = lexicon
    answer = browsers.api.client("archivist").post(
        "/v1/records/uploads", data={"unit_id": people.unit()}, files={"file": (LETTER.name, LETTER.read_bytes())}
    )
    record = answer.json()["items"][0]["record"]
    page = browsers.signed_in("reviewer")
    page.goto(f"/records/{record['id']}")
    button, panel = page.get_by_role("button", name="原页"), page.get_by_role("region", name="原件页面")
    expect(panel).to_be_hidden()
    page.keyboard.press("v")
    expect(button).to_have_attribute("aria-expanded", "true")
    image = panel.get_by_role("img", name="原件第 1 页")
    expect(image).to_be_visible()
    expect(panel.get_by_role("status")).to_have_text("")  # it is drawn
    assert image.evaluate("one => one.naturalWidth") > 500
    accessible(page)
    shot(page, "page")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.locator(".ev-card").last.click()
    expect(panel.get_by_role("img", name=re.compile("第 [23] 页"))).to_be_visible()
    later = panel.locator("[data-page-number]").inner_text()
    panel.get_by_role("button", name="上一页").click()
    expect(panel.locator("[data-page-number]")).not_to_have_text(later)
    panel.get_by_role("button", name="放大").click()
    expect(panel.get_by_role("button", name="放大")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(panel).to_be_visible()  # as it was left
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.get_by_role("article", name="正文")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="原页").click()
    expect(page.get_by_role("article", name="正文")).to_be_visible()


def test_a_record_without_pages_offers_none(browsers: Browsers, people: People, lexicon: Pipeline) -> None:
    browsers.api.app.state.engine.pipeline = lexicon
    answer = browsers.api.client("archivist").post(
        "/v1/records", json={"text": "该同志处事公道。", "unit_id": people.unit()}
    )
    page = browsers.signed_in("reviewer")
    page.goto(f"/records/{answer.json()['record']['id']}")
    expect(page.get_by_role("article", name="正文")).to_contain_text("处事公道")
    expect(page.get_by_role("button", name="原页")).to_have_count(0)
    page.keyboard.press("v")
    expect(page.get_by_role("article", name="正文")).to_be_visible()
