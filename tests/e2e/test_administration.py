"""管理 and 审计: a user who comes with a one-time password, units, keys, jobs; the log without what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from service.store.models.working import Job
from tests.e2e.conftest import Browsers, sign_in
from tests.e2e.office import SCRIPT, Office
from tests.service.people import People


def test_an_administrator_makes_a_user_who_changes_the_one_time_password(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    admin = browsers.signed_in("admin")
    admin.on("dialog", lambda dialog: browsers.errors.append(dialog.message))
    admin.goto("/admin")
    admin.get_by_role("link", name="单位", exact=True).click()
    admin.get_by_role("button", name="新建单位").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("名称").fill(SCRIPT)
    dialog.get_by_label("代码").fill("x-1")
    dialog.get_by_role("button", name="建立").click()
    expect(admin.get_by_role("list", name="单位")).to_contain_text(SCRIPT)
    accessible(admin)
    shot(admin, "units")

    admin.get_by_role("link", name="用户", exact=True).click()
    admin.get_by_role("button", name="新建用户").click()
    form = admin.get_by_role("dialog")
    form.get_by_label("用户名").fill("zhou")
    form.get_by_label("姓名").fill(SCRIPT)
    form.get_by_label("分析员").check()
    accessible(admin)
    form.get_by_role("button", name="建立").click()
    secret = admin.get_by_role("dialog", name="一次性密码")
    password = secret.locator("code").inner_text()
    assert len(password) >= 12
    accessible(admin)
    secret.get_by_role("button", name="已经记下").click()
    expect(admin.get_by_role("region", name="用户列表")).to_contain_text("待改密码")
    expect(admin.get_by_text(password)).to_have_count(0)
    accessible(admin)
    shot(admin, "users")

    page = browsers.blank()
    sign_in(page, "zhou", password)
    page.goto("/subjects")
    expect(page).to_have_url(re.compile("/account/password$"))
    page.get_by_label("现在的密码").fill(password)
    page.get_by_label("新密码").fill("four-words-for-a-pass")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="等我处理")).to_be_visible()
    page.goto("/admin/keys")
    page.get_by_role("button", name="新建自己的密钥").click()
    key = page.get_by_role("dialog")
    key.get_by_label("用途").fill("夜间标注")
    key.get_by_label("自己的全部权限").uncheck()
    key.get_by_label("检索相似案例").check()
    key.get_by_role("button", name="建立").click()
    token = page.get_by_role("dialog", name="新密钥").locator("code").inner_text()
    assert browsers.api.opened({"authorization": f"Bearer {token}"}).get("/v1/session").json()["permissions"] == [
        "case.search"
    ]
    page.get_by_role("button", name="已经记下").click()
    accessible(page)
    shot(page, "keys")

    admin.get_by_role("link", name="zhou").click()
    expect(admin.get_by_label(re.compile("^停用"))).to_be_visible()
    accessible(admin)
    admin.get_by_label(re.compile("^停用")).check()
    admin.get_by_role("button", name="保存").click()
    expect(admin.get_by_role("heading", level=1)).to_contain_text("已停用")
    page.goto("/")
    expect(page).to_have_url(re.compile("/sign-in"))


def test_an_auditor_sees_the_log_but_no_record(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    office = Office(people)
    analyst = browsers.signed_in("analyst")
    analyst.goto(f"/subjects/{office.subject_id}")
    page = browsers.signed_in("auditor")
    expect(page.get_by_role("navigation", name="主导航")).not_to_contain_text("观测")
    page.get_by_role("link", name="审计", exact=True).click()
    entries = page.get_by_role("region", name="审计条目")
    entries.get_by_role("link", name="对象·观测").click()
    expect(entries.get_by_role("row")).to_have_count(2)
    expect(entries).to_contain_text(office.subject_id)
    expect(entries).not_to_contain_text("李某")
    page.get_by_role("button", name="核验整条日志").click()
    expect(page.locator("[data-verified]")).to_contain_text("日志完整")
    accessible(page)
    shot(page, "audit")
    for path in (f"/subjects/{office.subject_id}", "/subjects", "/assessments", "/decisions", "/admin/users"):
        page.goto(path)
        expect(page.get_by_text("您没有做这件事的权限")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes every answer of 403


def test_jobs_show_how_far_they_are_and_can_be_asked_again(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("archivist", "admin")
    owner = browsers.api.people.user("archivist")
    with people.repository.system_write("test") as session:
        running = Job(owner_id=owner, kind="reannotate", state="running", total=4, done=1, workflow_id="w-1")
        failed = Job(owner_id=owner, kind="batch", state="failed", total=2, done=1, failed=1, error={"code": "reading"})
        session.add_all([running, failed])
    page.goto("/jobs")
    row = page.get_by_role("row", name=re.compile("重新标注"))
    expect(row).to_contain_text("1 / 4")
    accessible(page)
    shot(page, "jobs")
    with people.repository.system_write("test") as session:
        session.get_one(Job, running.id).done = 3
    expect(row).to_contain_text("3 / 4")
    with people.repository.system_write("test") as session:
        job = session.get_one(Job, running.id)
        job.state, job.done = "done", 4
    expect(row).to_contain_text("完成")
    page.get_by_role("row", name=re.compile("成批录入")).get_by_role("button", name="重试").click()
    expect(page.get_by_role("row", name=re.compile("成批录入"))).to_contain_text("排队")
