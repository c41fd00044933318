"""批次: a folder with a broken file uploaded, followed to its end, the error in Chinese, tried again; stored XSS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.store.models import Batch, BatchItem
from tests.e2e.conftest import Browsers
from tests.e2e.working_site import at_work
from tests.service.conftest import Api
from tests.service.people import People

NAMED = "<img src=x onerror=alert(1)>"
GOOD = "该同志处事公道，从不推诿扯皮，但听不进不同意见。😀"


@pytest.fixture
def api(people: People, tmp_path: Path) -> Iterator[Api]:
    with at_work(people, tmp_path, worker=True, cases=False) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "二〇二六年考察"
    (made / "B镇").mkdir(parents=True)
    (made / "甲.txt").write_text(GOOD, encoding="utf-8")
    (made / f"{NAMED}.txt").write_text(GOOD + "另有一句。", encoding="utf-8")
    (made / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    (made / "B镇" / "甲-副本.txt").write_text(GOOD, encoding="utf-8")
    (made / ".DS_Store").write_bytes(b"\0")
    return made


def test_a_folder_with_a_broken_file(
    browsers: Browsers, folder: Path, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("archivist")
    page.goto("/batches")
    with page.expect_file_chooser() as chooser:
        page.get_by_text("选择文件夹").click()
    chooser.value.set_files(folder)
    expect(page.locator("[data-summary]")).to_contain_text("选了 4 个文件")
    expect(page.get_by_label("批次名称")).to_have_value("二〇二六年考察")
    page.get_by_label("批次名称").fill(f"第一批{NAMED}")
    page.get_by_label("密级").select_option("内部")
    page.get_by_text("文件清单").click()
    shot(page, "batches")
    accessible(page)
    page.get_by_role("button", name="上传并录入").click()
    page.wait_for_url(re.compile(r"/batches/[0-9a-f-]{36}$"))
    # the page follows the job to its end without being loaded again
    expect(page.locator("[data-words]")).to_have_text("已处理 4 ／ 4 个文件，1 个失败", timeout=30_000)
    expect(page.locator("[data-spoken]")).to_contain_text("处理完毕")
    row = page.get_by_role("row", name=re.compile("坏.pdf"))
    expect(row).to_contain_text("文件已损坏")
    expect(row).to_contain_text("另存一份再传")
    expect(page.get_by_role("row").filter(has_text="B镇/甲-副本.txt")).to_contain_text("与已有材料相同")
    expect(page.get_by_role("row").filter(has_text=NAMED)).to_contain_text("完成")
    assert page.locator("main img").count() == 0
    shot(page, "batch")
    accessible(page)
    page.get_by_role("button", name="重试 二〇二六年考察/坏.pdf").click()
    expect(row).to_contain_text("第 2 次", timeout=20_000)
    expect(row).to_contain_text("失败")
    page.get_by_role("link", name="失败 1").click()
    expect(page.locator("[data-item]")).to_have_count(1)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/batches")
    expect(page.get_by_role("row", name=re.compile("第一批"))).to_contain_text("重复 1")
    assert page.locator("main img").count() == 0


def test_dropped_files_a_cancelled_batch_and_other_units(browsers: Browsers, people: People) -> None:
    page = browsers.signed_in("archivist", unit="某省/A县", clearance=2)
    page.goto("/batches")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(['该同志敢于担责。'], '拖来的.txt'));
            const drop = document.querySelector('[data-drop]');
            drop.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("[data-summary]")).to_contain_text("选了 1 个文件")
    expect(page.get_by_label("密级").locator("option")).to_have_text(["公开", "内部", "秘密"])
    units, author = [people.unit(unit) for unit in ("某省/A县", "某省/B县")], people.user("archivist")
    with people.repository.system_write("test") as session:
        here, there = (Batch(name="等着的", unit_id=unit, confidentiality=1, created_by=author) for unit in units)
        session.add_all([here, there])
        session.flush()
        session.add(BatchItem(batch_id=here.id, ordinal=1, file_name="甲.txt", file_sha256="0" * 64))
        own, other = here.id, there.id
    page.goto(f"/batches/{own}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="取消批次").click()
    expect(page.get_by_role("heading", name="已取消")).to_be_visible()
    expect(page.get_by_role("button", name="重试未成的 1 个文件")).to_be_visible()
    page.goto(f"/batches/{other}")
    expect(page.get_by_role("heading", name="打不开这一页")).to_be_visible()
    browsers.errors.clear()  # the browser itself notes the answer of 404
