"""The pattern language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import LexiconError
from nlp.tagging.lexicon import Entry, Lexicon, matches
from nlp.tagging.pattern import compile_pattern
from nlp.tagging.scanner import Scanner


@pytest.mark.parametrize(
    ("pattern", "hits", "misses"),
    [
        ("雷厉风行", ["他雷厉风行"], ["雷厉"]),
        (
            "盯着…抓",
            ["盯着抓", "盯着工程进度抓"],
            ["盯着，抓", "盯着一二三四五六七八九抓", "盯着却从不抓", "盯着他不抓"],
        ),
        ("(盯|守)着(不|)放", ["盯着不放", "守着放"], ["看着不放"]),
        ("跑了#趟", ["跑了12趟", "跑了二十几趟", "跑了1,200趟"], ["跑了趟"]),
        ("开会…认真，散会…忘", ["开会他最认真，散会就忘", "开会认真；散会全忘"], ["开会认真散会忘"]),
        ("(很|)能干", ["很能干", "能干"], ["很干"]),
    ],
)
def test_what_matches(pattern: str, hits: list[str], misses: list[str]) -> None:
    compiled = compile_pattern(pattern)
    assert [text for text in hits if not matches(compiled, text)] == []
    assert [text for text in misses if matches(compiled, text)] == []


@pytest.mark.parametrize("pattern", ["", "…好", "好…", "#…#", "(好", "好)", "((好))", "，好", "(|好)…坏", "(…|好)坏"])
def test_what_is_refused(pattern: str) -> None:
    with pytest.raises(LexiconError):
        compile_pattern(pattern)


@given(st.text("盯着抓紧工程，。不他", max_size=60))
def test_the_scanner_finds_what_the_pattern_matches_alone(text: str) -> None:
    """One automaton over all anchors misses nothing that a pattern finds by itself."""
    patterns = [compile_pattern(source) for source in ("盯着…抓", "(抓|盯)紧", "工程", "不抓，他")]
    for pattern in patterns:
        lexicon = Lexicon((Entry("a", "+", pattern, None, 1),))
        assert bool(Scanner(lexicon, ()).scan(text).matches) == matches(pattern, text)


def test_within_a_label_the_longest_match_wins_and_labels_do_not_disturb_each_other() -> None:
    entries = (
        Entry("a", "+", compile_pattern("担当"), None, 1),
        Entry("a", "-", compile_pattern("不担当不作为"), None, 2),
        Entry("b", "+", compile_pattern("担当"), None, 3),
        Entry("a", None, compile_pattern("作为"), None, 4),
    )
    found = Scanner(Lexicon(entries), ()).scan("他不担当不作为").matches
    assert [(start, end, entry.line) for start, end, entry in found] == [(1, 7, 2), (2, 4, 3)]
