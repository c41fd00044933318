"""标签体系: labels, examples and the guideline, and words looked for in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nlp.codebook import Codebook
from service.workbench.guideline import guideline_of, to_html
from tests.e2e.conftest import Browsers

OWN = """\
version: "7"
traits:
  - id: thrift
    zh: "节俭<img src=x onerror=alert(1)>"
    group: 廉
    pos: 不铺张
    neg: "大手大脚<script>alert(2)</script>"
    examples: {"+": ["自带𠮷字茶杯"], "-": []}
"""


@pytest.fixture
def own_codebook(tmp_path: Path) -> Path:
    path = tmp_path / "codebook.yaml"
    path.write_text(OWN, encoding="utf-8")
    path.with_name("GUIDELINE.md").write_text(
        "# 细则\n\n## 证据<b>范围</b>\n\n|左|右|\n|:-|-:|\n|<script>alert(3)</script>|[链接](javascript:alert(4))|\n",
        encoding="utf-8",
    )
    return path


def test_labels_and_guideline_are_found_by_their_words(
    browsers: Browsers, accessible: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = browsers.signed_in("analyst")
    page.goto("/codebook")
    shot(page, "codebook")
    cards = page.locator("[data-entry]:visible")
    book = Codebook.load()
    expect(cards).to_have_count(len(book.labels))
    page.get_by_label("查找标签、例句和细则").fill("推诿")
    expect(page.get_by_role("status").first).to_contain_text("个标签")
    assert 0 < cards.count() < len(book.labels)
    for text in cards.all_inner_texts():
        assert "推诿" in text
    accessible(page)
    page.get_by_label("查找标签、例句和细则").fill("没有这样的词")
    expect(page.get_by_text("没有找到")).to_be_visible()
    # a link leads to a label though the search has hidden it
    page.get_by_role("navigation", name="标签分组").get_by_role("link", name="担当作为", exact=True).click()
    expect(page.locator("#label-responsibility")).to_be_in_viewport()
    page.set_viewport_size({"width": 390, "height": 800})
    shot(page, "codebook-phone")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_own_codebook_is_only_text(browsers: Browsers, own_codebook: Path) -> None:
    engine = browsers.api.app.state.engine
    engine.settings = engine.settings.model_copy(update={"codebook": own_codebook})
    page = browsers.signed_in("auditor")  # the codebook is for everybody
    page.goto("/codebook")
    expect(page.locator("#label-thrift")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.locator("#label-thrift")).to_contain_text("自带𠮷字茶杯")
    expect(page.locator("#guideline")).to_contain_text("<script>alert(3)</script>")
    assert page.locator("#guideline a[href^=javascript], #guideline script, main img").count() == 0


def test_a_guideline_is_headings_tables_and_text(own_codebook: Path) -> None:
    guideline = guideline_of(own_codebook)
    assert guideline is not None
    assert guideline.contents == (("guide-1", "细则"), ("guide-2", "证据<b>范围</b>"))
    assert '<h3 id="guide-2">' in guideline.html
    assert "style=" not in guideline.html
    assert guideline_of(own_codebook.parent / "elsewhere" / "codebook.yaml") is None
    assert "&lt;b&gt;" in to_html("<b>粗</b>", prefix="g").html
