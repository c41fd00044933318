"""Texts cut at spans: nothing is lost or doubled, whatever overlaps."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from service.workbench.marked_text import paragraphs


@dataclass(frozen=True)
class Mark:
    start: int | None
    end: int | None


TEXTS = st.text(alphabet="甲乙𠮷😀，。 \n", max_size=60)
MARKS = st.lists(st.builds(Mark, st.integers(-2, 62), st.integers(-2, 62)), max_size=6)


@given(TEXTS, MARKS)
def test_segments_are_the_lines_in_order_and_know_their_spans(text: str, marks: list[Mark]) -> None:
    made = paragraphs(text, marks)
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    assert ["".join(segment.text for segment in paragraph.segments) for paragraph in made] == lines
    at = 0
    for line, paragraph in zip(text.splitlines(keepends=True), _with_blank(text, made), strict=True):
        place = at
        for segment in paragraph:
            for mark in marks:
                fits = mark.start is not None and mark.end is not None and 0 <= mark.start < mark.end <= len(text)
                inside = fits and mark.start <= place and place + len(segment.text) <= mark.end
                assert (mark in segment.spans) == bool(inside)
            place += len(segment.text)
        at += len(line)


def _with_blank(text: str, made: list) -> list:  # type: ignore[type-arg]
    left = iter(made)
    return [next(left).segments if line.strip() else [] for line in text.splitlines()]


def test_each_span_begins_once_in_each_paragraph() -> None:
    first, second = paragraphs("甲乙丙\n丁戊", [Mark(1, 5), Mark(1, 2), Mark(None, None), Mark(4, 99)])
    assert [(one.text, len(one.spans), len(one.first)) for one in first.segments] == [
        ("甲", 0, 0),
        ("乙", 2, 2),
        ("丙", 1, 0),
    ]
    assert [(one.text, len(one.spans), len(one.first)) for one in second.segments] == [("丁", 1, 1), ("戊", 0, 0)]
