"""Answers of the last lines: a date, a name or a group under the text."""

from __future__ import annotations

import re
from typing import Final

from nlp.identity.candidates import Findings, Text, Weight
from nlp.identity.dates import find_dates
from nlp.identity.model import Evidence
from nlp.identity.people import whole_person
from nlp.identity.posts import read_post
from nlp.identity.rules import title_words
from nlp.identity.zones import Zones, is_own_report
from nlp.reading.splitting.lines import Line

_STAMP: Final = re.compile("[ ]*（?(?:盖?章|公章|印)）?$")
_MOST: Final = 4


def find_signature(text: Text, zones: Zones, found: Findings) -> None:
    """Note what stands under a text: the last line with a date, and who signs with it."""
    lines = [line for line in zones.tail if line not in zones.titles]
    for index in range(len(lines) - 1, -1, -1):
        dated = _date(lines[index])
        if dated is not None:
            break
    else:
        return
    start, end, iso = dated
    found.answer("date", text.evidence(start, end, "signature", iso), Weight.TITLE)
    line = lines[index]
    signers = [Line(line.start, text.plain[line.start : start].rstrip(" （"))]
    signers += reversed(lines[max(0, index - _MOST) : index])
    for signer in signers:
        if signer.text and _signed(text, zones, signer, found):
            return


def _date(line: Line) -> tuple[int, int, str] | None:
    """A date that ends a line."""
    bare = line.text.rstrip(" 。）")
    dates = find_dates(line.text)
    if not dates or dates[-1].end != len(bare) or "-" not in dates[-1].iso:
        return None
    return line.start + dates[-1].start, line.start + dates[-1].end, dates[-1].iso


def _signed(text: Text, zones: Zones, line: Line, found: Findings) -> bool:
    """Note who signs in a line; whether to look no further up."""
    if line.fields:
        return False
    end = line.start + len(_STAMP.sub("", line.text))
    person = whole_person(text.plain, line.start, end)
    if person is not None:
        _signed_by(text.name(person, "signature"), zones, found)
        return True
    post = read_post(text.plain, line.start, end)
    if post.unit is not None and post.position is None:
        found.answer("author", text.evidence(line.start, end, "signature"), Weight.OPENING)
    return True


def _signed_by(name: Evidence, zones: Zones, found: Findings) -> None:
    found.people.append(name)
    if zones.has_title_word(title_words().talks) or any(field.kind == "interviewee" for field in zones.fields):
        # Under the note of a talk it is mostly the person talked to who signs.
        return
    found.answer("author", name, Weight.BESIDE)
    if is_own_report(zones):
        found.answer("subject", name, Weight.TITLE)
