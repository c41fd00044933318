"""Headed sections, in every numbering style of official documents.

Levels: 1 ``一、``, 2 ``（一）``, 3 ``1.`` ``1．`` ``1、``, 4 ``（1）``, 5 ``①``; a short unnumbered line, ``【…】`` or ``## …`` is
level 1 where it heads a body. A heading often ends in 。 with its body on the same line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMERALS = "一二三四五六七八九十百"
_STYLES: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第?[{_NUMERALS}]+(?:、|部分[：:、 ]?|[.．] ?)")),
    (2, re.compile(rf"[（(][{_NUMERALS}]+[）)]、?")),
    (3, re.compile(r"\d{1,2}(?:[、．]|\.(?!\d)) ?")),
    (4, re.compile(r"[（(]\d{1,2}[）)]、?|\d{1,2}[）)]")),
    (5, re.compile("[①-⑳]")),
)
_BRACKETED = re.compile(r"[【\[〔]([^】\]〕\n]{2,20})[】\]〕][：:]?$")
_MARKDOWN = re.compile(r"(#{1,5}) +(.+)$")
_TITLE_END = re.compile("[。：；！？]")
_PLAIN_TITLE = re.compile(
    r"(?:主要|存在的?|个人|工作|今后|下一步|下步|基本|领导|主管|民主|综合|总体|廉洁|不足|努力|希望|意见|建议|核查|调查|处理|成绩|缺点|问题|优点|突出|履职|现实)"
    r"[^，。；！？\n]{0,14}[：:]?$"
)
_MAX_TITLE = 40
_MAX_PLAIN_TITLE = 16


@dataclass(frozen=True)
class SectionSpan:
    """A section: heading and body up to the next heading of the same or a higher level.

    Attributes:
        start, end: range of the whole section.
        title: the heading without its number.
        level: 1 (highest) to 5.
        body: where the body starts.
        inline: whether the heading stands on one line with its body, so that it may itself be a judgement.
    """

    start: int
    end: int
    title: str
    level: int
    body: int
    inline: bool

    def title_span(self, folded: str) -> tuple[int, int]:
        """Where the title stands, so that it can be shown as written rather than folded."""
        start = folded.index(self.title, self.start)
        return start, start + len(self.title)


def find_sections(folded: str) -> list[SectionSpan]:
    """Sections of a folded text in order of their start; sections of lower levels lie inside those of higher ones."""
    heads = list(_headings(folded))
    sections: list[SectionSpan] = []
    for index, head in enumerate(heads):
        end = len(folded)
        for later in heads[index + 1 :]:
            if later.level <= head.level:
                end = later.start
                break
        while end > head.body and folded[end - 1].isspace():
            end -= 1
        sections.append(SectionSpan(head.start, max(end, head.body), head.title, head.level, head.body, head.inline))
    return sections


def _headings(folded: str) -> Iterator[SectionSpan]:
    position = 0
    for line in folded.split("\n"):
        stripped = line.strip()
        if stripped:
            start = position + line.index(stripped[0])
            head = _heading(stripped, start, following=folded[position + len(line) :])
            if head:
                yield head
        position += len(line) + 1


def _heading(line: str, start: int, following: str) -> SectionSpan | None:
    for level, style in _STYLES:
        number = style.match(line)
        if number:
            return _numbered(line, start, level, number.end())
    if found := _MARKDOWN.match(line):
        title = found.group(2).strip()
        return SectionSpan(start, start, title, len(found.group(1)), start + len(line), inline=False)
    if found := _BRACKETED.match(line):
        return SectionSpan(start, start, found.group(1), 1, start + len(line), inline=False)
    if len(line) <= _MAX_PLAIN_TITLE and _PLAIN_TITLE.match(line) and following.strip():
        return SectionSpan(start, start, line.rstrip("：:"), 1, start + len(line), inline=False)
    return _labelled_paragraph(line, start)


def _numbered(line: str, start: int, level: int, number_end: int) -> SectionSpan | None:
    rest = line[number_end:]
    if not rest.strip():
        return None
    stop = _TITLE_END.search(rest)
    if stop is None:
        # A numbered remark (1.会多，文多) is an item of a list, not a heading.
        if len(rest) > _MAX_TITLE or (level >= 3 and "，" in rest):
            return None
        return SectionSpan(start, start, rest.strip(), level, start + len(line), inline=False)
    title = rest[: stop.start()].strip()
    if not title or len(title) > _MAX_TITLE:
        return None
    return SectionSpan(
        start, start, title, level, start + number_end + stop.end(), inline=stop.end() < len(rest.rstrip())
    )


def _labelled_paragraph(line: str, start: int) -> SectionSpan | None:
    """``主要不足：理论学习……`` — a known title, a colon, the body on the same line."""
    colon = line.find("：")
    if 0 < colon <= _MAX_PLAIN_TITLE and colon < len(line) - 1 and _PLAIN_TITLE.match(line[: colon + 1]):
        return SectionSpan(start, start, line[:colon], 1, start + colon + 1, inline=True)
    return None
