"""观测: a subject's ledgers, timeline and sources; every mark opens its evidence."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.store.models import Subject, SubjectIdentity, Unit
from tests.e2e.conftest import Browsers
from tests.e2e.office import EVADED, PRAISE, SCRIPT, Office
from tests.service.people import People


@pytest.fixture
def office(people: People) -> Office:
    return Office(people)


def test_every_mark_opens_its_evidence(
    browsers: Browsers, office: Office, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("analyst")
    page.goto("/subjects")
    accessible(page)
    shot(page, "subjects")
    page.goto(f"/subjects/{office.subject_id}")
    accessible(page)
    shot(page, "subject")
    positive, negative = page.get_by_label("实绩清单"), page.get_by_label("负面表现清单")
    expect(positive).to_contain_text(PRAISE)
    expect(negative).to_contain_text(EVADED)
    expect(positive).not_to_contain_text(EVADED)
    # 担当作为 is praised by the superior in 2022 and denied by the public in 2024: side by side, as a change.
    changes = page.locator("#contradictions")
    expect(changes).to_contain_text("前后变化")
    expect(changes.locator(".beside")).to_contain_text(PRAISE)
    expect(changes.locator(".beside")).to_contain_text(EVADED)
    expect(page.locator("#signs")).to_contain_text("此前为正面评价,出现负面事实")
    expect(page.locator("#gaps")).to_contain_text("没有人说到")
    expect(page.get_by_label("来源矩阵").get_by_role("columnheader", name=re.compile("^群众"))).to_contain_text(
        "个来源"
    )
    for place in ("证据的时间分布", "来源矩阵"):
        marks = page.get_by_label(place, exact=True).locator("a.mark")
        opened = {mark.get_attribute("href") for mark in marks.all()}
        assert f"/records/{office.later_id}#tag-{office.tag_id(EVADED)}" in opened
        assert f"/records/{office.desk.record_id}#tag-{office.tag_id(PRAISE)}" in opened
        assert len(opened) == marks.count() == 4
    page.get_by_label("自", exact=True).fill("2024")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_label("实绩清单")).not_to_contain_text(PRAISE)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出清单").click()
    assert download.value.suggested_filename == f"observation-{office.subject_id}.xlsx"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "subject-phone")


def test_a_subject_is_made_and_gets_a_record(
    browsers: Browsers, office: Office, accessible: Callable[[Page], None]
) -> None:
    other = office.world.record("王某同志处事公道。")
    page = browsers.signed_in("analyst")
    page.goto("/subjects")
    page.get_by_role("button", name="建立对象").click()
    accessible(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("姓名").fill("王某")
    dialog.get_by_role("button", name="建立").click()
    page.wait_for_url(re.compile(r"/subjects/[0-9a-f-]{36}"))
    page.get_by_role("button", name="显示姓名").click()
    expect(page.get_by_text("姓名：王某")).to_be_visible()
    page.get_by_text("关联一份材料").click()
    page.locator("#record-choice").select_option(other)
    page.get_by_label("姓名", exact=True).fill("王某")
    page.get_by_role("button", name="在材料里找这个姓名").click()
    expect(page.locator("#records")).to_contain_text("待确认")
    page.get_by_role("button", name=re.compile("^确认")).click()
    expect(page.locator("#records")).to_contain_text("已确认")
    assert "王某" not in page.url


def test_a_name_is_found_and_words_of_documents_stay_words(browsers: Browsers, people: People) -> None:
    office = Office(people, later_title=SCRIPT)
    with office.people.repository.system_write("test") as session:
        subject = session.get_one(Subject, office.subject_id)
        session.query(SubjectIdentity).one().name = SCRIPT
        session.get_one(Unit, subject.unit_id).name = SCRIPT
    page = browsers.signed_in("analyst")
    page.on("dialog", lambda dialog: browsers.errors.append(dialog.message))
    page.goto("/subjects")
    page.get_by_label("按姓名查找").fill(SCRIPT)
    page.get_by_role("button", name="查找").click()
    expect(page.locator("[data-lookup-result] a")).to_have_attribute("href", f"/subjects/{office.subject_id}")
    page.goto(f"/subjects/{office.subject_id}")
    page.get_by_role("button", name="显示姓名").click()
    expect(page.locator("[data-identity-shown]")).to_contain_text(SCRIPT)
    expect(page.get_by_label("负面表现清单")).to_contain_text(SCRIPT)
    assert page.locator("main img, main script:not([type='application/json'])").count() == 0


def test_a_reader_of_another_unit_finds_nothing(browsers: Browsers, office: Office) -> None:
    page = browsers.signed_in("analyst", unit="某省/B县")
    for path in (f"/subjects/{office.subject_id}", "/subjects/0193e3a0-0000-7000-8000-000000000001"):
        page.goto(path)
        expect(page.get_by_role("heading", name="打不开这一页")).to_be_visible()
    page.goto("/subjects")
    expect(page.get_by_text("还没有对象")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes every answer of 404
