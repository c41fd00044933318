"""Answers of a first line that introduces a person: 李某，男，汉族，1976年8月生，……，现任A县B镇党委书记。"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nlp.identity.candidates import Findings, Text, Weight
from nlp.identity.names import is_name, name_pattern
from nlp.identity.people import Person
from nlp.identity.posts import read_post
from nlp.identity.zones import Zones

_LINES: Final = 12
_LIFE: Final = "男|女|汉族|[0-9]{4}年[0-9]{1,2}月(?:出)?生"


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    opening = re.compile(
        rf"(?:我叫|我是)?(?P<name>{name_pattern()})(?:同志)?(?:（[^（）]*）)?，(?:{_LIFE}|现任|现为|[0-9]{{4}}年生)"
    )
    return opening, re.compile(r"(?:现任|现为)[ ]?(?P<post>[^，。；（\n]{2,40})")


def find_opening(text: Text, zones: Zones, found: Findings) -> None:
    """Note the persons the first lines introduce, with unit and position where 现任 names them."""
    opening, present = _patterns()
    for line in zones.opening[:_LINES]:
        match = opening.match(text.plain, line.start, line.end)
        if match is None or not is_name(match["name"]):
            continue
        name = text.name(Person(*match.span("name")), "opening")
        found.people.append(name)
        found.answer("subject", name, Weight.OPENING)
        post = present.search(text.plain, match.end("name"), line.end)
        if post:
            found.candidates += text.post(
                read_post(text.plain, *post.span("post")), "opening", Weight.OPENING, name.value
            )
