"""Answers on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.llm.cache import AnswerCache
from nlp.llm.settings import LanguageModelSettings

SETTINGS = LanguageModelSettings(url="http://a.example/v1", model="m")


def test_an_answer_is_found_again_and_belongs_to_its_owner(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "deep" / "answers", SETTINGS)
    assert cache.get("rules", "text") is None
    cache.put("rules", "text", "answer \ud800 回答")
    cache.put("rules", "text", "newer")
    assert AnswerCache(tmp_path / "deep" / "answers", SETTINGS).get("rules", "text") == "newer"
    path = cache.path("rules", "text")
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert list(path.parent.iterdir()) == [path]


def test_the_text_itself_is_not_kept(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, SETTINGS)
    cache.put("rules", "李某的材料", "answer")
    assert "李某" not in json.loads(cache.path("rules", "李某的材料").read_text(encoding="utf-8")).__repr__()


def test_all_that_decides_the_answer_is_in_the_key(tmp_path: Path) -> None:
    others = [
        LanguageModelSettings(url="http://b.example/v1", model="m"),
        LanguageModelSettings(url="http://a.example/v1", model="n"),
        LanguageModelSettings(url="http://a.example/v1", model="m", temperature=0.5),
    ]
    paths = {AnswerCache(tmp_path, item).path("rules", "text") for item in (SETTINGS, *others)}
    paths |= {AnswerCache(tmp_path, SETTINGS).path(*pair) for pair in (("rules", "other"), ("other", "text"))}
    assert len(paths) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"7",
        b"{",
        b'{"format": 1, "content": "x"}',
        b'{"format": 1, "sha256": "0", "content": "x"}',
    ],
)
def test_a_broken_entry_is_no_answer(tmp_path: Path, content: bytes) -> None:
    cache = AnswerCache(tmp_path, SETTINGS)
    cache.put("rules", "text", "answer")
    cache.path("rules", "text").write_bytes(content)
    assert cache.get("rules", "text") is None


def test_a_cut_or_changed_entry_is_no_answer(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path, SETTINGS)
    cache.put("rules", "text", "answer")
    path = cache.path("rules", "text")
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("answer", "anszer"), encoding="utf-8")
    assert cache.get("rules", "text") is None
    path.write_text(whole[:-3], encoding="utf-8")
    assert cache.get("rules", "text") is None
