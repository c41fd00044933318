"""The record reader: evidence in the text, review by keyboard, what two people do at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.workbench.reading import lines, outline
from tests.e2e.conftest import Browsers

TEXT = (
    "关于李某同志的考察材料\n一、主要表现\n𠮷某反映,该同志处事公道,从不推诿扯皮😀,坚持原则。\n"
    "二、主要不足\n有时听不进不同意见,工作拖沓,虎头蛇尾。<img src=x onerror=alert(1)>\n"
    "他业务精通,雷厉风行,清正廉洁,敢于担当,团结同志,深入基层。\n"
)
pytestmark = pytest.mark.slow


def taken_in(browsers: Browsers, text: str = TEXT, title: str = "考察材料<script>alert(1)</script>") -> dict[str, Any]:
    people = browsers.api.people
    client = browsers.api.client("archivist")
    answer = client.post("/v1/records", json={"text": text, "title": title, "unit_id": people.unit()})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["record"]
    return found


def tags(browsers: Browsers, record: dict[str, Any]) -> list[dict[str, Any]]:
    client = browsers.api.client("analyst")
    answer = client.get("/v1/reviews/tags", params={"version_id": record["current_version_id"], "replaced": True})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def saved(page: Page, keys: str) -> Any:
    """Press a key and wait for what it saves."""
    with page.expect_response(lambda answer: "/v1/reviews" in answer.url and answer.request.method == "POST") as got:
        page.keyboard.press(keys)
    return got.value.json()


def test_ten_tags_are_reviewed_by_keyboard_alone(
    browsers: Browsers, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    record = taken_in(browsers)
    page = browsers.signed_in("analyst")
    page.goto("/records")
    page.get_by_role("link", name=re.compile("考察材料")).first.click()
    page.wait_for_url(f"**/records/{record['id']}")
    # what stands in title and text is words, never markup
    assert page.locator("main img, main h1 script").count() == 0
    expect(page.locator("[data-text]")).to_contain_text("<img src=x onerror=alert(1)>")
    count = page.locator(".ev-card").count()
    assert count >= 8
    shot(page, "reader")
    accessible(page)
    page.keyboard.press("j")
    for key in ("a", "x", "a", "p", "s", "o", "t", "a"):
        if key in "psot":
            page.keyboard.press("j")
        answer = saved(page, key)
        assert answer["review"]["action"] == {"a": "accept", "x": "reject"}.get(key, "change")
    # a label by its initials
    page.keyboard.press("j")
    page.keyboard.press("l")
    expect(page.locator("#labels")).to_be_visible()
    page.keyboard.type("zysy")
    expect(page.locator("#label-list li").first).to_contain_text("专业素养")
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.keyboard.type("lj-")
    expect(page.locator("#label-list li").first).to_contain_text("廉洁自律")
    with page.expect_response(lambda one: "/v1/reviews" in one.url) as got:
        page.keyboard.press("Enter")
    answer = got.value.json()
    assert (answer["result"]["label"], answer["result"]["polarity"]) == ("integrity", "-")
    undone = saved(page, "u")
    assert undone["review"]["undone_at"] is not None
    states = {tag["state"] for tag in tags(browsers, record)}
    assert {"accepted", "rejected", "replaced"} <= states


def test_spans_move_by_characters_of_the_text_and_not_of_the_browser(browsers: Browsers) -> None:
    record = taken_in(browsers)
    page = browsers.signed_in("analyst")
    found = next(tag for tag in tags(browsers, record) if "推诿" in tag["quote"])
    page.goto(f"/records/{record['id']}#tag-{found['id']}")
    expect(page.locator(".ev-card.current")).to_contain_text(found["quote"])
    with page.expect_response(lambda one: one.url.endswith("/v1/reviews")) as got:
        page.keyboard.press("Shift+}")
    moved = got.value.json()["result"]
    assert moved["end"] == found["end"] + 1
    assert moved["quote"] == TEXT[moved["start"] : moved["end"]] != found["quote"]
    # a tag for words that somebody selects, beyond 𠮷, which is two units of a browser
    line = page.locator("[data-text] p").filter(has_text="坚持原则")
    line.evaluate(
        """(node) => { const words = [...node.querySelectorAll('*'), node].flatMap((n) => [...n.childNodes])
          .filter((n) => n.nodeType === 3).find((n) => n.data.includes('坚持原则'));
          const at = words.data.indexOf('坚持原则'); getSelection().setBaseAndExtent(words, at, words, at + 4); }"""
    )
    page.keyboard.press("n")
    page.keyboard.type("公道+")
    with page.expect_response(lambda one: one.url.endswith("/v1/reviews")) as got:
        page.keyboard.press("Enter")
    added = got.value.json()["result"]
    assert TEXT[added["start"] : added["end"]] == added["quote"] == "坚持原则"
    assert (added["label"], added["polarity"], added["origin"]) == ("fairness", "+", "human")


def test_what_another_person_did_meanwhile_is_shown_and_not_overwritten(browsers: Browsers) -> None:
    record = taken_in(browsers)
    one, other = browsers.signed_in("analyst"), browsers.signed_in("analyst")
    for page in (one, other):
        page.goto(f"/records/{record['id']}")
        page.keyboard.press("j")
    first = one.locator(".ev-card.current").get_attribute("data-id")
    assert first == other.locator(".ev-card.current").get_attribute("data-id")
    saved(one, "x")
    with other.expect_response(lambda answer: answer.url.endswith("/v1/reviews")) as got:
        other.keyboard.press("a")
    assert got.value.status == 412
    expect(other.locator("#toasts")).to_contain_text("没有保存")
    browsers.errors.clear()  # the browser itself notes the 412
    assert next(tag for tag in tags(browsers, record) if tag["id"] == first)["state"] == "rejected"
    expect(other.locator(f"#card-{first}")).to_have_count(0)


def test_readers_without_the_right_see_no_buttons_and_other_units_no_page(
    browsers: Browsers, shot: Callable[[Page, str], None]
) -> None:
    record = taken_in(browsers)
    page = browsers.signed_in("investigator", width=390, height=844)
    page.goto(f"/records/{record['id']}")
    page.keyboard.press("j")
    expect(page.locator(".ev-card.current")).to_be_visible()
    assert page.locator(".ev-card button").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "reader-phone")
    stranger = browsers.signed_in("analyst", unit="某省/A县")
    answer = stranger.goto(f"/records/{record['id']}")
    assert answer is not None
    assert answer.status == 404
    browsers.errors.clear()


def test_the_queue_leads_into_the_text(browsers: Browsers, accessible: Callable[[Page], None]) -> None:
    taken_in(browsers)
    page = browsers.signed_in("reviewer")
    page.goto("/review")
    accessible(page)
    page.get_by_role("link", name="在原文里复核").first.click()
    expect(page.locator(".ev-card.current")).to_be_visible()
    page.goto("/records")
    accessible(page)


def test_lines_keep_their_places() -> None:
    text = "标题\n\n  问:𠮷怎样?\n答:好。\n"
    found = lines(text, [{"start": 0, "level": 1}], [{"start": 6, "speaker": "甲", "role": "interviewer"}])
    assert [(line.start, line.text) for line in found] == [(0, "标题"), (4, "  问:𠮷怎样?"), (14, "答:好。")] or all(
        text[line.start : line.start + len(line.text)] == line.text for line in found
    )
    assert [place.start for place in outline(found)][:1] == [0]
    assert found[1].speaker == "甲"
