"""Answers of title lines (关于反映L市M镇党委书记韩某问题的走访材料) and of the byline under the title of a report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nlp.identity.candidates import Findings, Text, Weight
from nlp.identity.dates import find_dates
from nlp.identity.names import is_name, name_pattern
from nlp.identity.people import Person, whole_person
from nlp.identity.posts import Post, read_post
from nlp.identity.rules import post_words, title_words
from nlp.identity.zones import Zones, is_own_report
from nlp.reading.splitting.lines import Line
from nlp.reading.splitting.words import bundle_words

_TEAM: Final = "领导班子|班子|领导干部|干部职工"


@dataclass(frozen=True, slots=True)
class _Patterns:
    name: re.Pattern[str]
    left: re.Pattern[str]
    right: re.Pattern[str]
    lead: re.Pattern[str]
    occasion: re.Pattern[str]
    cut: re.Pattern[str]


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words, posts = title_words(), post_words()
    year = "(?:[0-9]{4}|[二〇○零一三四五六七八九]{4})年度?"
    term = "(?:第[一二三四]季度|上半年|下半年)?"
    after = rf"[（）：，]|$|{words.after_name}"
    return _Patterns(
        name=re.compile(rf"(?=(?P<name>{name_pattern()}(?={after})|{name_pattern()}))"),
        left=re.compile(rf"(?:(?P<strong>（|{words.before_name}|{posts.posts})|^|(?P<unit>{posts.unit_endings}))$"),
        right=re.compile(after),
        lead=re.compile(rf"（|{words.before_name}"),
        occasion=re.compile(rf"(?:{year})?{term}(?:{words.occasions})(?!对象|人|组|委)"),
        cut=re.compile(rf"{_TEAM}|{year}|{words.occasions}|{bundle_words().kinds_pattern}"),
    )


class _Compact:
    """A title line without blanks, with the way back."""

    def __init__(self, line: Line) -> None:
        self._at = [line.start + index for index, char in enumerate(line.text) if not char.isspace()]
        self.text = "".join(line.text.split())
        self.gaps = frozenset(n for n in range(1, len(self._at)) if self._at[n] - self._at[n - 1] > 1)

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self._at[start], self._at[end - 1] + 1

    def person(self, person: Person) -> Person:
        return Person(*self.span(person.start, person.end), self.post(person.post))

    def post(self, post: Post) -> Post:
        return Post(
            None if post.unit is None else self.span(*post.unit),
            None if post.position is None else self.span(*post.position),
        )


def find_titles(text: Text, zones: Zones, found: Findings) -> None:
    """Note what the title lines of a document say."""
    _TitleFinder(text, zones, found).find()


class _TitleFinder:
    def __init__(self, text: Text, zones: Zones, found: Findings) -> None:
        self._text = text
        self._zones = zones
        self._own = is_own_report(zones)
        self._found = found
        self._has_occasion = False

    def find(self) -> None:
        for line in self._zones.titles:
            compact = _Compact(line)
            self._occasion(compact)
            self._dated(line)
            person = self._person(line, compact)
            if person is None or person.post.unit is None:
                self._unit(compact)

    def _occasion(self, compact: _Compact) -> None:
        match = None if self._has_occasion else _patterns().occasion.search(compact.text)
        if match:
            self._has_occasion = True
            evidence = self._text.evidence(
                *compact.span(*match.span()),
                "title",
                "".join(self._text.source[slice(*compact.span(*match.span()))].split()),
            )
            self._found.answer("occasion", evidence, Weight.TITLE)

    def _dated(self, line: Line) -> None:
        """A line that holds nothing but a date: （2024年1月18日）."""
        bare = line.text.strip("（） ")
        dates = find_dates(bare)
        if len(dates) == 1 and len(bare) - (dates[0].end - dates[0].start) <= 1 and "-" in dates[0].iso:
            start = line.start + line.text.index(bare)
            found = self._text.evidence(start + dates[0].start, start + dates[0].end, "title", dates[0].iso)
            self._found.answer("date", found, Weight.BESIDE)

    def _person(self, line: Line, compact: _Compact) -> Person | None:
        if self._own and line is not self._zones.titles[0]:
            signed = whole_person(self._text.plain, line.start, line.end)
            if signed is not None:
                return self._say(signed, "byline")
        named = _named(compact.text, compact.gaps)
        if named is None:
            return None
        # 与钮某谈话: whom the note is about, only where nothing else says it.
        talked_to = re.match("[与和同]", compact.text) and "谈话" in compact.text[named.end :]
        return self._say(compact.person(named), "title", Weight.AROUND if talked_to else Weight.TITLE)

    def _say(self, person: Person, rule: str, weight: Weight = Weight.TITLE) -> Person:
        name = self._text.name(person, rule)
        self._found.people.append(name)
        self._found.answer("subject", name, weight)
        self._found.candidates += self._text.post(person.post, rule, weight, name.value)
        if self._own:
            self._found.answer("author", name, Weight.TITLE)
        return person

    def _unit(self, compact: _Compact) -> None:
        """The unit a title begins with, where no person is named: G县教育局领导班子…"""
        cut = _patterns().cut.search(compact.text)
        if not cut:
            return
        lead = re.match(rf"(?:{title_words().before_name}|中共)*", compact.text)
        start = lead.end() if lead else 0
        post = read_post(compact.text, start, cut.start())
        head = compact.text[: cut.start()]
        if post.unit and post.position is None and not any(word in head for word in title_words().writing_units):
            found = self._text.evidence(*compact.span(*post.unit), "title")
            self._found.answer("unit", found, Weight.AROUND)


def _named(title: str, gaps: frozenset[int]) -> Person | None:
    """The first name of a title with the post before it.

    Args:
        title: without blanks.
        gaps: where blanks stood.
    """
    patterns = _patterns()
    for match in patterns.name.finditer(title):
        start, end = match.span("name")
        before = patterns.left.search(title, 0, start)
        masked = "某" in match["name"]
        if before is None or not is_name(match["name"]):
            continue
        # A mask ends a name by itself; any other name must be set apart on both sides.
        if not (masked and before["strong"] is not None) and not patterns.right.match(title, end):
            continue
        if not masked and before["unit"] is not None and start not in gaps:
            continue
        begin = max((word.end() for word in patterns.lead.finditer(title, 0, start)), default=0)
        return Person(start, end, read_post(title, begin, start) if begin < start else Post(None, None))
    return None
