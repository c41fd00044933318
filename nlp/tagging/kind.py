"""Fact or judgement: whether an evidence span holds a concrete episode, number, date, place, document or award."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from nlp.errors import CueError
from nlp.resources import corpora_path
from nlp.schema import Kind
from nlp.yamlfile import load_yaml


class KindRule:
    """The markers of facts.

    Args:
        path: the cue file with ``patterns`` (regular expressions on folded text) and ``words``.

    Raises:
        CueError: the file is missing or a pattern does not compile.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or corpora_path("cues", "kind.yaml")
        data = load_yaml(path, CueError)
        try:
            self._regex = re.compile("|".join([*map(str, data["patterns"]), *map(re.escape, data["words"])]))
        except (re.error, KeyError, TypeError) as exc:
            raise CueError(
                f"invalid patterns ({exc})", path=str(path), expected="the lists patterns and words"
            ) from exc

    def kind_of(self, folded_span: str) -> Kind:
        """``fact`` if a marker of facts stands in the folded evidence span, else ``judgement``."""
        return "fact" if self._regex.search(folded_span) else "judgement"


@lru_cache(maxsize=1)
def default_kind_rule() -> KindRule:
    """The rule of the shipped cue file."""
    return KindRule()
