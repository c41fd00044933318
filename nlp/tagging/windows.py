"""What the reader sees of a document: windows of running text with the clauses to judge in them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from nlp.structure.parse import Structure

TYPE_WORDS = {
    "inspection": "考察",
    "annual": "年度",
    "self_report": "述职",
    "talk_note": "谈话",
    "verification": "核查",
    "survey": "调研",
    "poll": "测评",
    "policy": "文件",
}
ROLE_WORDS = {"interviewer": "问", "interviewee": "答", "note_taker": "记"}
TITLE = 16
"""Characters of a section's title that a window is told."""

FULL = 0.6
"""A window filled to this share ends at the next line end instead of taking more lines in."""


@dataclass(frozen=True)
class WindowClause:
    """A clause in a window: its number in the document and its range in the window's text."""

    index: int
    start: int
    end: int


@dataclass(frozen=True)
class Window:
    """A piece of a document, led by a line that says where it stands (document type, section, speaker)."""

    text: str
    clauses: tuple[WindowClause, ...]


def make_windows(structure: Structure, size: int) -> list[Window]:
    """Cut a document into windows of at most ``size`` characters, at line and clause ends.

    Muted clauses are left out of ``Window.clauses`` (they stay in the text as context), and windows with nothing else
    are left out altogether.
    """
    clauses, settings = structure.clauses, structure.settings
    room = size - TITLE - 8
    windows: list[Window] = []
    first = 0
    while first < len(clauses):
        last = first
        while last + 1 < len(clauses) and clauses[last + 1].end - clauses[first].start <= room:
            new_line = clauses[last + 1].line != clauses[last].line
            if new_line and clauses[last].end - clauses[first].start >= FULL * room:
                break
            last += 1
        if any(not settings[index].muted for index in range(first, last + 1)):
            windows.append(_window(structure, first, last, size))
        first = last + 1
    return windows


def _window(structure: Structure, first: int, last: int, size: int) -> Window:
    clauses = structure.clauses
    judged = next(index for index in range(first, last + 1) if not structure.settings[index].muted)
    lead = f"{TYPE_WORDS.get(structure.doc_type or '', '')}|{_place(structure, judged)}\n"
    begin = clauses[first].start
    end = clauses[last + 1].start if last + 1 < len(clauses) else clauses[last].end + 1
    # The mark that ends the last clause belongs to what is read: a question mark tells.
    body = structure.folded[begin : min(end, clauses[last].end + 1)]
    text = (lead + body)[:size]
    shift = len(lead) - begin
    inside = [
        WindowClause(index, clauses[index].start + shift, min(clauses[index].end + shift, len(text)))
        for index in range(first, last + 1)
        if not structure.settings[index].muted and clauses[index].start + shift < len(text)
    ]
    return Window(text, tuple(inside))


def _place(structure: Structure, index: int) -> str:
    clause = structure.clauses[index]
    role = structure.settings[index].role
    if role:
        return ROLE_WORDS[role]
    upto = bisect_right(structure.sections, clause.start, key=lambda section: section.start)
    for section in reversed(structure.sections[:upto]):
        if clause.start < section.end:
            return section.title[:TITLE]
    return ""
