"""运用: a decision after an approved note, its follow-up, and closing it into a case."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from nlp.retrieval import Case
from service.store.models import OutboxEntry
from tests.e2e.conftest import Browsers
from tests.e2e.office import PRAISE, SCRIPT, Office
from tests.service.people import People


def test_a_decision_is_made_followed_up_and_closed_into_a_case(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    office = Office(people)
    note = office.approved(PRAISE)
    page = browsers.signed_in("analyst")
    page.goto(f"/assessments/{note.id}")
    page.get_by_role("link", name="登记运用").click()
    expect(page.get_by_label("决定者")).to_be_visible()
    accessible(page)
    page.locator("select[name=measure]").select_option(label="提醒")
    page.get_by_label("决定者").fill("某县委组织部")
    page.get_by_label("决定日期").fill("2024-05-20")
    page.get_by_label("回访日期").fill("2024-05-19")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("alert")).to_be_visible()  # the follow-up lies before the decision
    browsers.errors.clear()
    page.get_by_label("回访日期").fill("2024-08-20")
    page.get_by_label("说明").fill(SCRIPT)
    page.get_by_role("button", name="登记").click()
    page.wait_for_url(re.compile(r"/decisions/[0-9a-f-]{36}$"))
    expect(page.get_by_text("回访已到期")).to_be_visible()
    expect(page.locator("dl.facts").first).to_contain_text(SCRIPT)

    page.goto("/")
    page.locator(".task", has_text="到期待回访").get_by_role("link", name=re.compile("^提醒")).click()
    page.get_by_label("回访日期").fill("")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("dl.facts").first).to_contain_text("未定")

    page.get_by_label("结果", exact=True).fill("李某𠮷已改正，乔麦麦同志核实。")
    page.get_by_role("button", name="预览将成的案例").click()
    preview = page.locator("[data-preview]")
    expect(preview).to_contain_text("看上去还像姓名的：乔麦麦")
    expect(preview.locator("[data-case=text]")).to_contain_text("某同志从不推诿扯皮")
    page.get_by_label("还要去掉的姓名").fill("乔麦麦")
    expect(preview).to_be_hidden()  # what was looked at is no longer what would be closed
    page.get_by_role("button", name="预览将成的案例").click()
    expect(preview.locator("[data-case=handling]")).not_to_contain_text("乔麦麦")
    accessible(page)
    shot(page, "decision")
    page.get_by_role("button", name="确认无姓名，了结").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已了结")
    with people.repository.system_read("test") as session:
        entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "case_index")).one()
    case = Case.model_validate(entry.payload["case"])
    expect(page.get_by_role("link", name=case.id)).to_have_attribute("href", f"/cases/{case.id}")
    assert "李某" not in case.model_dump_json()
    page.goto("/decisions?state=closed")
    expect(page.get_by_role("region", name="运用列表")).to_contain_text("提醒")
    accessible(page)
    shot(page, "decisions")
    stranger = browsers.signed_in("analyst", unit="某省/B县")
    stranger.goto(f"/decisions/{case.id.removeprefix('decision-')}")
    expect(stranger.get_by_role("heading", name="打不开这一页")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes every answer of 404
