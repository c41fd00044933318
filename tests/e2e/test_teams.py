"""观测: a unit's team; what is said of persons stays out, and so does what lies in another unit."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import update

from service.store.models import TagRow
from tests.e2e.conftest import Browsers
from tests.e2e.office import CREDIT, EVADED, FAIR, PRAISE, SCRIPT, Office
from tests.service.people import People


def test_a_units_team_is_observed_with_the_units_below(
    browsers: Browsers, people: People, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    office = Office(people)
    below = office.world.record(f"班子{FAIR}。", unit=f"{People.ROOT}/A", title=SCRIPT)
    with people.repository.system_write("test") as session:
        of_team = TagRow.quote.in_([PRAISE, EVADED]) | (TagRow.record_id == below)
        session.execute(update(TagRow).where(of_team).values(subject="team"))
    office.world.accept(*(tag.id for tag in office.world.tags(below)))
    page = browsers.signed_in("analyst")
    page.goto("/subjects")
    page.get_by_text("看一个单位的班子").click()
    page.locator("#teams").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/units/[0-9a-f-]{36}$"))
    accessible(page)
    shot(page, "team")
    positive, negative = page.get_by_label("实绩清单"), page.get_by_label("负面表现清单")
    expect(positive).to_contain_text(PRAISE)
    expect(negative).to_contain_text(EVADED)
    expect(positive).not_to_contain_text(CREDIT)  # said of a person
    expect(positive).not_to_contain_text(FAIR)
    expect(page.locator("#ledgers").get_by_role("link", name=re.compile(EVADED))).to_have_attribute(
        "href", f"/records/{office.later_id}#tag-{office.tag_id(EVADED)}"
    )
    page.get_by_label("含下级单位").check()
    page.get_by_role("button", name="查看").click()
    expect(positive).to_contain_text(FAIR)
    expect(page.locator("#ledgers")).to_contain_text(SCRIPT)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出清单").click()
    assert re.fullmatch(r"observation-[0-9a-f-]{36}\.xlsx", download.value.suggested_filename)

    other = browsers.signed_in("analyst", unit=f"{People.ROOT}/B")
    other.goto(f"/units/{people.unit()}")
    expect(other.get_by_role("heading", name="打不开这一页")).to_be_visible()
    other.goto(f"/units/{people.unit(f'{People.ROOT}/B')}")
    expect(other.get_by_text("没有已复核的正面证据")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes the answer of 404
