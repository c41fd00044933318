"""Honest failure or wilful fault: what a text says on the three distinctions (三个区分开来).

The expressions lie in ``corpora/circumstances/distinctions.yaml``. They are looked for, nothing is concluded: a hit
shows the words on either side and says where query and case differ, and people judge.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.retrieval.hits import Circumstance, Quote
from nlp.yamlfile import load_yaml

Side = Literal["honest", "wilful"]

_SIDES: tuple[Side, ...] = ("honest", "wilful")
_NEGATED = re.compile(r"(?:未|没有|没|不曾|并非|并未|不是|未见|未发现)(?:有|发现|查到|经|经过)?$")
_REACH = 5


@dataclass(frozen=True)
class Distinction:
    """One of the three, with the expressions of either side."""

    id: str
    zh: str
    honest: re.Pattern[str]
    wilful: re.Pattern[str]


@lru_cache(maxsize=2)
def load_distinctions(path: Path | None = None) -> tuple[Distinction, ...]:
    """Read the distinctions.

    Raises:
        ConfigurationError: the file is missing, or an expression is invalid.
    """
    path = path or corpora_path("circumstances", "distinctions.yaml")
    try:
        return tuple(
            Distinction(
                str(item["id"]),
                str(item["zh"]),
                *(re.compile("|".join(f"(?:{pattern})" for pattern in item[side])) for side in _SIDES),
            )
            for item in load_yaml(path, ConfigurationError)
        )
    except (KeyError, TypeError, re.error) as error:
        raise ConfigurationError(
            f"the distinctions are invalid: {error!r}", path=str(path), expected="id, zh, honest and wilful"
        ) from error


def compare_circumstances(query: str, case: str) -> list[Circumstance]:
    """What query and case say on each distinction, those of which at least one side says anything.

    ``differs`` is set where one text speaks only for the honest side and the other only for the wilful one.
    """
    found = []
    for distinction in load_distinctions():
        sides = [_said(text, distinction) for text in (query, case)]
        if not any(quotes for said in sides for quotes in said.values()):
            continue
        mine, theirs = ({side for side, quotes in said.items() if quotes} for said in sides)
        found.append(
            Circumstance(
                id=distinction.id,
                zh=distinction.zh,
                query_honest=sides[0]["honest"],
                query_wilful=sides[0]["wilful"],
                case_honest=sides[1]["honest"],
                case_wilful=sides[1]["wilful"],
                differs=bool(mine and theirs) and not mine & theirs,
            )
        )
    return found


def _said(text: str, distinction: Distinction) -> dict[Side, list[Quote]]:
    found: dict[Side, list[Quote]] = {"honest": [], "wilful": []}
    taken: list[tuple[int, int]] = []
    for side in _SIDES:
        for match in getattr(distinction, side).finditer(text):
            # 未收受…礼金 is honest as a whole; the wilful words inside it are not said.
            if _overlaps(match.span(), taken) or _is_negated(text, match.start()):
                continue
            taken.append(match.span())
            found[side].append(Quote(start=match.start(), end=match.end(), quote=match.group()))
    return found


def _overlaps(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def _is_negated(text: str, start: int) -> bool:
    return _NEGATED.search(text[max(0, start - _REACH) : start]) is not None
