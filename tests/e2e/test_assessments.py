"""研判: a note from draft to approval by two people; its editor, versions and dossier."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Browsers
from tests.e2e.office import CREDIT, EVADED, PRAISE, SCRIPT, Office
from tests.service.assessment.desk import CASE
from tests.service.people import People
from tests.service.working import LightEngine

API = """async ([method, path, body, etag]) => (await fetch(path, {method, body: body && JSON.stringify(body), headers: {
    'content-type': 'application/json', 'if-match': etag ?? '*',
    'x-csrf-token': document.querySelector('meta[name="csrf-token"]').content}})).status"""


@pytest.fixture
def office(people: People) -> Office:
    return Office(people)


def finding(page: Page, number: int) -> Page:
    return page.get_by_role("listitem", name=f"认定 {number}", exact=True)  # type: ignore[return-value]


def test_a_note_from_draft_to_approval_by_two_people(
    browsers: Browsers, office: Office, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    engine = LightEngine(browsers.api.app.state.engine.settings)
    engine.add_cases([CASE])
    browsers.api.app.state.engine = engine
    author = browsers.signed_in("analyst", "reviewer")
    author.goto(f"/assessments/new?subject_id={office.subject_id}")
    author.get_by_label("事由").fill("年度考核")
    author.get_by_label("综述").fill("总的看能担当。\n另有群众不同意见。")
    author.get_by_role("button", name="加一条认定").click()
    finding(author, 1).get_by_label("内容").fill("敢于担责")

    # A finding without evidence is refused by the page, and by the service when a page does not care.
    author.keyboard.press("Control+s")
    expect(author.get_by_role("alert")).to_contain_text("认定 1 没有证据")
    empty = {"statement": "好", "evidence": []}
    body = {"subject_id": office.subject_id, "occasion": "x", "summary": "", "findings": [empty]}
    assert author.evaluate(API, ["POST", "/v1/assessments", body, None]) == 422
    browsers.errors.clear()  # the browser itself notes an answer of 422

    # By key: Enter takes the piece into the current finding, N begins another one with it.
    pieces = author.get_by_role("list", name="可引的证据")
    pieces.get_by_role("button", name=PRAISE).focus()
    author.keyboard.press("Enter")
    expect(finding(author, 1)).to_contain_text(PRAISE)
    expect(finding(author, 1).get_by_label("标签")).to_have_value("responsibility")
    expect(finding(author, 1)).to_contain_text("同一标签有 1 条相反证据没有引")
    pieces.get_by_role("button", name=CREDIT).focus()
    author.keyboard.press("n")
    expect(finding(author, 2).get_by_label("内容")).to_be_focused()
    author.keyboard.type("化解旧账")
    # By mouse: dragged onto the first finding.
    pieces.locator(".piece", has_text=EVADED).drag_to(author.locator("[data-findings] > li").first)
    expect(finding(author, 1)).to_contain_text(EVADED)
    expect(finding(author, 1)).not_to_contain_text("相反证据没有引")
    shot(author, "assessment-editor")

    author.get_by_role("tab", name="三个区分开来").click()
    author.get_by_role("list", name="有关的字句").get_by_role("button").first.click()
    author.get_by_role("tab", name="相似案例").click()
    author.get_by_label("用什么去找").fill("连夜粉刷外墙")
    author.get_by_role("button", name="检索").click()
    author.get_by_role("list", name="相似案例").get_by_role("button").click()
    accessible(author)
    author.get_by_role("button", name=re.compile("^保存")).click()
    author.wait_for_url(re.compile(r"/assessments/[0-9a-f-]{36}$"))
    expect(author.locator("#finding-1 .evidence a").first).to_have_attribute(
        "href", f"/records/{office.desk.record_id}#tag-{office.tag_id(PRAISE)}"
    )
    expect(author.get_by_role("link", name=CASE.id)).to_be_visible()
    author.on("dialog", lambda dialog: dialog.accept())
    author.get_by_role("button", name="提交批准").click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("待批准")

    # The author may approve notes, but not this one.
    expect(author.get_by_text("须由其他人批准或退回")).to_be_visible()
    expect(author.get_by_role("button", name="批准", exact=True)).to_have_count(0)
    path = re.search(r"/assessments/[0-9a-f-]+", author.url)
    assert path is not None
    assert author.evaluate(API, ["POST", f"/v1{path[0]}/approve", None, None]) == 403
    browsers.errors.clear()

    approver = browsers.signed_in("reviewer")
    approver.on("dialog", lambda dialog: dialog.accept())
    expect(approver.locator(".task", has_text="待我批准的研判")).to_contain_text("年度考核")
    accessible(approver)
    shot(approver, "home")
    approver.get_by_role("link", name="年度考核", exact=True).click()
    expect(approver.get_by_label("退回理由")).to_be_visible()
    accessible(approver)
    shot(approver, "assessment")
    approver.get_by_label("退回理由").fill("第二条缺事例")
    approver.get_by_role("button", name="退回").click()
    expect(approver.get_by_role("heading", level=1)).to_contain_text("已退回")

    author.goto("/")
    expect(author.locator(".task", has_text="退回的研判")).to_contain_text("第二条缺事例")
    author.goto(path[0] + "/edit")
    finding(author, 2).get_by_label("内容").fill("三年化解旧账")
    author.get_by_role("button", name=re.compile("^保存")).click()
    author.wait_for_url(re.compile(path[0] + "$"))
    author.get_by_role("button", name="提交批准").click()
    expect(author.get_by_role("heading", level=1)).to_contain_text("待批准")
    author.get_by_role("link", name="版本（2）").click()
    expect(author.locator("del", has_text="化解旧账")).to_be_visible()
    expect(author.locator("ins", has_text="三年化解旧账")).to_be_visible()
    accessible(author)
    shot(author, "assessment-versions")

    approver.reload()
    approver.get_by_role("button", name="批准", exact=True).click()
    expect(approver.get_by_role("heading", level=1)).to_contain_text("已批准")
    approver.get_by_role("link", name="卷宗").click()
    expect(approver.get_by_role("article")).to_contain_text("三年化解旧账")
    accessible(approver)
    shot(approver, "dossier")
    with approver.expect_download() as download:
        approver.get_by_role("link", name="导出 docx").click()
    assert download.value.suggested_filename.endswith(".docx")


def test_nothing_written_is_lost_when_somebody_else_saved_first(browsers: Browsers, office: Office) -> None:
    made = office.desk.create(office.desk.note(PRAISE))
    one, other = browsers.signed_in("analyst"), browsers.signed_in("analyst")
    for page in (one, other):
        page.goto(f"/assessments/{made.id}/edit")
        expect(page.get_by_role("list", name="可引的证据")).to_contain_text(PRAISE)
    other.get_by_label("综述").fill("另一人写的。")
    other.get_by_role("button", name=re.compile("^保存")).click()
    other.wait_for_url(f"**/assessments/{made.id}")
    one.get_by_label("综述").fill("我写的。")
    one.get_by_role("button", name=re.compile("^保存")).click()
    expect(one.get_by_role("alert")).to_contain_text("别人刚刚保存了新版本")
    expect(one.get_by_label("综述")).to_have_value("我写的。")
    browsers.errors.clear()  # the browser itself notes an answer of 412
    one.on("dialog", lambda dialog: dialog.accept())
    one.reload()
    expect(one.get_by_label("综述")).to_have_value("另一人写的。")
    expect(one.get_by_text("是在更早的版本上写的")).to_be_visible()
    one.get_by_role("button", name="恢复").click()
    expect(one.get_by_label("综述")).to_have_value("我写的。")
    # What was not saved is there again after the page was left, but not for the next one to sign in.
    other.goto(f"/assessments/{made.id}/edit")
    other.get_by_label("综述").fill("没有保存的。")
    other.on("dialog", lambda dialog: dialog.accept())
    other.goto("/assessments")
    other.goto(f"/assessments/{made.id}/edit")
    expect(other.get_by_label("综述")).to_have_value("另一人写的。")
    other.get_by_role("button", name="恢复").click()
    expect(other.get_by_label("综述")).to_have_value("没有保存的。")
    other.get_by_role("button", name="退出").click()
    other.wait_for_url("**/sign-in")
    assert other.evaluate("sessionStorage.length") == 0


def test_words_of_a_note_stay_words_and_other_units_see_nothing(browsers: Browsers, people: People) -> None:
    office = Office(people, later_title=SCRIPT)
    cited = office.desk.note(PRAISE).findings[0].model_copy(update={"statement": SCRIPT})
    late = cited.model_copy(update={"evidence": [office.tag_id(EVADED)]})
    note = office.desk.note(PRAISE).model_copy(update={"summary": SCRIPT, "findings": [cited, late]})
    made = office.desk.create(note)
    page = browsers.signed_in("analyst")
    page.on("dialog", lambda dialog: browsers.errors.append(dialog.message))
    for path in ("", "/edit", "/dossier", "/versions"):
        page.goto(f"/assessments/{made.id}{path}")
        expect(page.get_by_role("heading").first).to_be_visible()
        assert page.locator("main img, main script:not([type='application/json'])").count() == 0
    page.goto(f"/assessments/{made.id}")
    expect(page.locator("#finding-1")).to_contain_text(SCRIPT)
    page.goto(f"/assessments/{made.id}/edit")
    expect(page.get_by_role("list", name="可引的证据")).to_contain_text(SCRIPT)
    stranger = browsers.signed_in("analyst", unit="某省/B县")
    for path in ("", "/edit", "/dossier", "/versions"):
        stranger.goto(f"/assessments/{made.id}{path}")
        expect(stranger.get_by_role("heading", name="打不开这一页")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes every answer of 404
