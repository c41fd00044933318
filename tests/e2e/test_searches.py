"""保存的检索: kept from the results, told of a new case, changed, removed; only the own ones; stored XSS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browsers
from tests.e2e.working_site import SCRIPT, SHOW, at_work, case
from tests.service.conftest import Api
from tests.service.people import People

NEW = "迎检前夜，某镇又连夜粉刷沿街外墙，水沟没有动。"


@pytest.fixture
def api(people: People, tmp_path: Path) -> Iterator[Api]:
    with at_work(people, tmp_path, worker=True) as made:
        yield made


def test_a_saved_search_tells_of_a_new_case(
    browsers: Browsers, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("analyst")
    page.goto("/cases")
    page.get_by_label("写一段情况").fill("为迎检连夜粉刷外墙")
    page.get_by_role("group", name="材料类型").get_by_label("专项调研").check()
    page.get_by_role("button", name="检索", exact=True).click()
    expect(page.locator("[data-status]")).to_contain_text("找到")
    page.get_by_role("button", name="保存检索").click()
    page.get_by_label("名称").fill(f"刷墙{SCRIPT}")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("有新案例时会提醒")
    page.get_by_role("button", name="保存检索").click()
    page.get_by_label("名称").fill(f"刷墙{SCRIPT}")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("已有同名的检索")
    browsers.errors.clear()  # the browser itself notes the answer of 409
    page.goto("/searches")
    expect(page.get_by_text("没有新案例")).to_be_visible()
    browsers.api.app.state.engine.add_cases(
        [
            case(
                "wall-9",
                NEW,
                f"又刷墙{SCRIPT}",
                (SHOW, "substance_over_show", "-"),
                doc_type="survey",
                unit="某省",
                date="2026",
            )
        ]
    )
    card = page.locator("[data-alert]")
    for _ in range(40):  # until the worker has asked
        page.reload()
        if card.count():
            break
        page.wait_for_timeout(250)
    expect(card).to_have_count(1)
    expect(card).to_contain_text(f"又刷墙{SCRIPT}")
    expect(card).to_contain_text(SHOW)
    expect(page.get_by_text("新案例 1")).to_be_visible()
    expect(page.get_by_text("材料类型：专项调研")).to_be_visible()
    assert page.locator("main img, main script").count() == 0
    shot(page, "searches")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    card.get_by_role("button", name="标为看过").click()
    expect(card.get_by_role("button")).to_have_count(0)
    page.reload()
    expect(card).to_have_count(0)
    page.get_by_role("link", name="连看过的一起列出").click()
    expect(card).to_have_count(1)
    page.get_by_role("button", name="修改：刷墙").click()
    page.get_by_label("名称").fill("刷墙")
    page.get_by_label("有新案例时提醒我").uncheck()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("heading", name="刷墙", exact=True)).to_be_visible()
    expect(page.get_by_text("提醒中")).to_have_count(0)
    page.get_by_role("link", name="检索：刷墙").click()
    expect(page.get_by_label("写一段情况")).to_have_value("为迎检连夜粉刷外墙")
    expect(page.get_by_role("group", name="材料类型").get_by_label("专项调研")).to_be_checked()
    expect(page.locator("[data-hits]")).to_contain_text("又刷墙")
    assert "粉刷" not in page.url
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/searches")
    page.get_by_role("button", name="删除：刷墙").click()
    expect(page.get_by_text("还没有保存的检索")).to_be_visible()
