"""An observation as tables for a page: when what was said, and who said it. Every cell holds the evidence itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.codebook import Codebook
from service.observation.shapes import LabelLines, Line, ObservationOut
from service.workbench.words import label_classes

MOST_PERIODS = 24
"""Columns of the timeline by month; a longer time is shown by year."""


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """A label, and its evidence in each period."""

    zh: str
    css: str
    cells: list[list[Line]]


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was said when. The last period is ``""`` where some evidence has no date."""

    periods: list[str]
    rows: list[TimelineRow]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A label and sign in one of the four parts of an observation, and what each voice says of it."""

    part: str
    lines: LabelLines
    css: str
    cells: list[list[Line]]


@dataclass(frozen=True, slots=True)
class SourceMatrix:
    """Who says what."""

    voices: list[str]
    rows: list[SourceRow]


@dataclass(frozen=True, slots=True)
class SignRow:
    """A piece of evidence that is a reason to look, with all its reasons and what it follows on."""

    label: str
    line: Line
    reasons: list[str]
    before: list[Line]


PARTS = (("positive", "实绩"), ("negative", "负面表现"), ("reported", "反映"), ("advised", "建议"))


def timeline(observation: ObservationOut, book: Codebook) -> Timeline:
    """Labels with evidence, in the codebook's order, by month or, over a long time, by year."""
    lines = {line.tag_id: line for line in reviewed_lines(observation)}
    long = len({cell.period for cell in observation.timeline}) > MOST_PERIODS
    found: dict[str, dict[str, list[Line]]] = defaultdict(lambda: defaultdict(list))
    periods: list[str] = []
    for cell in observation.timeline:
        period = cell.period[:4] if long else cell.period
        if period not in periods:
            periods.append(period)
        found[cell.label][period] += [lines[tag_id] for tag_id in cell.lines]
    classes = label_classes(book)
    rows = [
        TimelineRow(
            book.label(label).zh if label in book else label,
            classes.get(label, "g6"),
            [found[label][period] for period in periods],
        )
        for label in _ordered(found, book)
    ]
    return Timeline(periods, rows)


def sources(observation: ObservationOut, book: Codebook) -> SourceMatrix:
    """For each label and sign, what each kind of source says."""
    voices = [voice.voice for voice in observation.voices]
    classes = label_classes(book)
    rows = [
        SourceRow(
            zh,
            lines,
            classes.get(lines.label, "g6"),
            [[line for line in lines.lines if line.voice == voice] for voice in voices],
        )
        for part, zh in PARTS
        for lines in getattr(observation, part)
    ]
    return SourceMatrix(voices, rows)


def signs(observation: ObservationOut) -> list[SignRow]:
    """Early signs, each piece of evidence once, in order of time."""
    found: dict[str, SignRow] = {}
    for sign in observation.early_signs:
        row = found.setdefault(sign.line.tag_id, SignRow(sign.label, sign.line, [], []))
        row.reasons.append(sign.zh)
        known = {line.tag_id for line in row.before}
        row.before.extend(line for line in sign.before if line.tag_id not in known)
    return list(found.values())


def reviewed_lines(observation: ObservationOut) -> Iterable[Line]:
    """All evidence that counts."""
    return (line for part, _ in PARTS for lines in getattr(observation, part) for line in lines.lines)


def _ordered(labels: Iterable[str], book: Codebook) -> list[str]:
    place = {label: number for number, label in enumerate(book.ids)}
    return sorted(labels, key=lambda label: (place.get(label, len(place)), label))
