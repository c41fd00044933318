"""Unit and position told apart: A县交通运输局局长 → A县交通运输局, 局长."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nlp.identity.rules import post_words
from nlp.reading.splitting.characters import HAN

_JOINED: Final = "[、，兼和及/]"
_WITHIN: Final = rf"(?![局委厅院镇乡县市区校司])[{HAN}]"
_LEAD: Final = re.compile(r"(?:原任|原|时任|现任|现为|新任|拟任|担任|任|系|是)?[ ]*")


@dataclass(frozen=True, slots=True)
class Post:
    """Ranges of a unit and of a position in a text; None for what is not said."""

    unit: tuple[int, int] | None
    position: tuple[int, int] | None


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = post_words()
    word = rf"(?:(?:{words.prefixes})*(?:{words.posts}))"
    # A department is part of a unit, so it holds no unit itself.
    department = rf"(?!{words.not_departments})(?:{_WITHIN}){{1,8}}?(?:{words.department_endings})"
    first = rf"(?:{department})?{word}"
    # Posts joined to the first may name units of their own: 县水务局副局长兼移民办主任.
    position = rf"{first}(?:[ ]?{_JOINED}[ ]?[{HAN}A-Z]{{0,16}}?{word})*(?:（(?:主持|挂|正|副|兼|试用|保留|享受|代|原)[^（）\n]{{0,20}}）)?"
    unit = rf"[{HAN}A-Za-z0-9·○×（）]{{0,40}}?(?:{words.unit_endings})(?<!{')(?<!'.join(words.not_units.split('|'))})"
    return re.compile(rf"(?P<unit>{unit})?[ ]*(?P<position>{position})"), re.compile(unit + "$")


@lru_cache(maxsize=1)
def _bare_units() -> frozenset[str]:
    return frozenset(post_words().unit_endings.split("|"))


def read_post(text: str, start: int, end: int) -> Post:
    """Tell unit and position apart.

    Args:
        text: a matching form.
        start: where the words begin.
        end: where they end; what follows a comma and names no post (七十一岁) is no part of them.

    Returns:
        The shortest unit whose remainder is a post: in C县D乡人民政府乡长 the unit is C县D乡人民政府. A text that
        ends like a unit and holds no post is a unit; anything else nothing.
    """
    lead = _LEAD.match(text, start, end)
    begin = lead.end() if lead else start
    posts, units = _patterns()
    whole = posts.fullmatch(text, begin, end)
    if whole:
        # 镇 in 镇党委书记 names no unit.
        if not whole["unit"] or whole["unit"] in _bare_units():
            return Post(None, (begin, whole.end()))
        return Post(whole.span("unit"), whole.span("position"))
    found = units.fullmatch(text, begin, end)
    return Post(found.span() if found and found[0] not in _bare_units() else None, None)


def ends_like_post(text: str) -> bool:
    """Whether a text, blanks at its end left out, is a unit, a position or both."""
    post = read_post(text, 0, len(text.rstrip()))
    return post.unit is not None or post.position is not None
