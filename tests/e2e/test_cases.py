"""相似案例: a search with its reasons, facets, near-duplicates, a case, two cases compared; access and stored XSS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browsers
from tests.e2e.working_site import SCRIPT, WALL, at_work
from tests.service.conftest import Api
from tests.service.people import People

ASKED = "为迎接检查，街道连夜粉刷外墙，背街污水没人管，群众说路还是烂的。"


@pytest.fixture
def api(people: People, tmp_path: Path) -> Iterator[Api]:
    with at_work(people, tmp_path) as made:
        yield made


def no_sideways(page: Page) -> None:
    wide = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll('main *')]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 90))"""
    )
    assert wide == []


def test_from_a_text_to_two_compared_cases(
    browsers: Browsers, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("analyst", clearance=2)
    page.goto("/cases")
    page.get_by_label("写一段情况").fill(ASKED)
    page.get_by_role("button", name="检索", exact=True).click()
    hits = page.locator("[data-hits] > li")
    expect(page.locator("[data-status]")).to_contain_text("找到")
    first = hits.first
    expect(first.get_by_role("heading")).to_contain_text("一夜白墙")
    expect(first.locator(".pair mark").first).to_be_visible()  # words of both sides
    expect(first).to_contain_text("当时处理：责令整改")
    first.get_by_text("另有 1 个案例内容近乎相同").click()
    expect(first.get_by_role("link", name="一夜白墙（重报）")).to_be_visible()
    first.get_by_text("为什么排第 1").click()
    expect(first.get_by_role("row", name=re.compile("用词"))).to_contain_text("第 1")
    assert "机密" not in page.locator("main").inner_text()
    # what stands in texts, titles and outcomes stays text
    bad = hits.filter(has_text="刷墙<img src=x")
    expect(bad).to_have_count(1)
    expect(bad).to_contain_text("提醒谈话<img")
    assert page.locator("main img, main script").count() == 0
    assert ASKED not in page.url
    shot(page, "cases")
    accessible(page)
    # narrowed by a value, with its number of cases
    outcome = page.get_by_role("group", name="结果")
    outcome.get_by_label("诫勉").check()
    expect(page.locator("[data-status]")).to_contain_text("找到 1 个")
    outcome.get_by_label("诫勉").uncheck()
    page.get_by_role("group", name="写到的表现").get_by_label("重实效 －").check()
    expect(page.locator("[data-status]")).to_contain_text("找到 2 个")
    for box in hits.get_by_label(re.compile("^比较")).all():
        box.check()
    page.get_by_role("link", name="并列比较").click()
    expect(page.get_by_role("heading", name="两个案例的比较")).to_be_visible()
    expect(page.locator(".case-text mark").first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("表现相同"))).to_contain_text("连夜粉刷沿街外墙")
    expect(page.get_by_role("row", name=re.compile("左边独有"))).to_contain_text("背街污水照流")
    assert page.locator("main img, main script").count() == 0
    shot(page, "cases-compare")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 800})
    no_sideways(page)
    page.go_back()  # the search is asked again as it was
    expect(page.locator("[data-status]")).to_contain_text("找到 2 个")
    no_sideways(page)
    shot(page, "cases-phone")


def test_a_case_and_those_like_it(
    browsers: Browsers, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("investigator", clearance=2, unit="某省/A县")
    page.goto("/cases/wall-1")
    mark = page.locator(".evidence-mark", has_text="连夜粉刷沿街外墙")
    expect(mark).to_have_attribute("title", "重实效（负面，直接表现）")
    page.get_by_role("link", name="“背街污水照流”").click()
    expect(page.locator(".place:target + mark")).to_have_text("背街污水照流")
    shot(page, "case")
    accessible(page)
    page.get_by_role("button", name="找相似案例").click()
    expect(page.get_by_role("link", name="与案例《一夜白墙》相似")).to_be_visible()
    expect(page.get_by_label("写一段情况")).to_have_value(WALL)
    expect(page.locator("[data-hits] > li").first).to_contain_text("一夜白墙（重报）")
    expect(page.locator("[data-hits]").get_by_role("link", name="一夜白墙", exact=True)).to_have_count(0)
    # another unit's case, one above the own level, and none at all look alike
    for hidden in ("wall-3", "secret-1", "nothing", "compare?a=wall-1&b=wall-3"):
        page.goto(f"/cases/{hidden}")
        expect(page.get_by_role("heading", name="打不开这一页")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes every answer of 404


def test_a_selection_is_handed_over_by_the_reader(browsers: Browsers) -> None:
    record_id = browsers.api.people.record("𠮷镇为迎接检查，连夜粉刷沿街外墙。此外无事。")
    page = browsers.signed_in("analyst")
    page.goto(f"/cases?record={record_id}&start=1&end=16")
    expect(page.get_by_label("写一段情况")).to_have_value("镇为迎接检查，连夜粉刷沿街外墙")
    expect(page.locator("[data-hits] > li").first).to_contain_text("一夜白墙")
    page.evaluate(
        "sessionStorage.setItem('cases.handover', JSON.stringify({text: '新官理旧账', title: '某<b>件</b>', record_id: 'x'}))"
    )
    page.goto("/cases")
    expect(page.get_by_role("link", name="选自材料《某<b>件</b>》")).to_have_attribute("href", "/records/x")
    expect(page.locator("[data-hits] > li").first).to_contain_text("四千万旧账")
    assert SCRIPT not in page.url
