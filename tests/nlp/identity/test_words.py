"""The word lists, and the shapes that are made of them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from nlp.errors import ConfigurationError
from nlp.identity import rules
from nlp.identity.names import is_name, may_be_name
from nlp.identity.posts import read_post
from nlp.reading.splitting import keys
from nlp.reading.splitting.characters import matching_form
from nlp.resources import corpora_path

LISTS = ("header_keys.yaml", "surnames.yaml", "posts.yaml", "titles.yaml", "bundles.yaml")


def test_traditional_characters_of_all_words_are_matched() -> None:
    from opencc import OpenCC

    text = "".join((corpora_path("identity") / name).read_text(encoding="utf-8") for name in LISTS)
    text = re.sub("#.*", "", text)
    used = {char for char in text if "\u3400" <= char <= "\u9fff"}
    variants = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(variants)).split("\n")
    pairs = {
        variant: plain
        for variant, plain in zip(variants, simplified, strict=True)
        if variant != plain and plain in used
    }
    assert len(pairs) > 300
    assert {variant for variant, plain in pairs.items() if matching_form(variant) != plain} == set()
    # The words themselves are simplified: no word is changed by the table.
    assert {char for char in used if matching_form(char) != char} == set()


def test_the_matching_form_keeps_every_offset() -> None:
    text = "姓\u3000名：ＡＢ１２\r\n職務\u2003【局長】😀𠮷\ufeff"
    plain = matching_form(text)
    assert len(plain) == len(text)
    assert plain == "姓 名：AB12\n\n职务 （局长）😀𠮷 "


@pytest.mark.parametrize(
    "name",
    ["李某", "欧阳某某", "张三丰", "王五", "老杜", "A某", "𠮷某", "𡧃某某", "李×", "阿依古丽·买某", "高某", "司马光"],
)
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "word",
    ["王牌单位", "高级", "关于", "方面", "组长", "常委", "党委", "老人", "小组", "县教育局", "和谐", "连长", "办公室"],
)
def test_words_that_begin_like_names(word: str) -> None:
    assert not is_name(word)


def test_a_name_no_list_knows_needs_a_key() -> None:
    assert may_be_name("巴特尔")
    assert not may_be_name("领导班子成员")
    assert not may_be_name("A县")


@pytest.mark.parametrize(
    ("text", "unit", "position"),
    [
        ("A县交通运输局局长", "A县交通运输局", "局长"),
        ("P县S镇党委副书记、镇长", "P县S镇", "党委副书记、镇长"),
        ("F县教育局基础教育科科长", "F县教育局", "基础教育科科长"),
        ("C县D乡人民政府乡长", "C县D乡人民政府", "乡长"),
        ("K街道办事处主任", "K街道办事处", "主任"),
        ("A县委组织部部长", "A县委组织部", "部长"),
        ("镇党委书记", None, "镇党委书记"),
        ("副院长（主持工作）", None, "副院长（主持工作）"),
        ("Y县人民医院", "Y县人民医院", None),
        ("局", None, None),
        ("七十一岁", None, None),
        ("", None, None),
    ],
)
def test_unit_and_position(text: str, unit: str | None, position: str | None) -> None:
    post = read_post(text, 0, len(text))
    assert (post.unit and text[slice(*post.unit)], post.position and text[slice(*post.position)]) == (unit, position)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A copy of the word lists that may be spoiled."""
    shutil.copytree(corpora_path("identity"), tmp_path / "identity")
    for module in (rules, keys):
        monkeypatch.setattr(module, "corpora_path", tmp_path.joinpath)
    caches = (rules.title_words, rules.post_words, rules.name_words, keys.header_keys)
    for cache in caches:
        cache.cache_clear()
    yield tmp_path / "identity"
    for cache in caches:
        cache.cache_clear()


def test_a_key_that_stands_twice_is_named_with_its_line(folder: Path) -> None:
    path = folder / "header_keys.yaml"
    path.write_text("subject: [考察对象]\nname:\n  - 姓名\n  - 考察对象\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="考察对象 stands twice") as caught:
        keys.header_keys()
    assert caught.value.place == "line 4"


def test_an_unknown_list_and_a_missing_one_are_named(folder: Path) -> None:
    path = folder / "posts.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "ranks: [科]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="ranks"):
        rules.post_words()
    (folder / "titles.yaml").write_text("occasions: [考察]\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no words for own_reports"):
        rules.title_words()
    (folder / "surnames.yaml").unlink()
    with pytest.raises(ConfigurationError, match="does not exist"):
        rules.name_words()
