"""The keys of header fields (``corpora/identity/header_keys.yaml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast, get_args

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.yamlfile import load_yaml

KeyKind = Literal[
    "subject",
    "name",
    "interviewee",
    "reporter",
    "writer",
    "inquirer",
    "held",
    "written",
    "unit",
    "position",
    "unit_position",
    "occasion",
    "other",
]
"""What the value of a key says."""

PERSONS: Final[frozenset[KeyKind]] = frozenset(("subject", "name", "interviewee", "reporter", "writer", "inquirer"))
"""Kinds whose values are names."""

_SIGNED: Final = "(?:签[字名])?"


@dataclass(frozen=True, slots=True)
class HeaderKeys:
    """All keys.

    Attributes:
        kinds: key, without blanks, to what its value says.
        pattern: matches a key as it is written in a ``matching_form``: blanks between its characters, a remark in
            brackets or 签名 behind it; group 1 is the key.
    """

    kinds: dict[str, KeyKind]
    pattern: re.Pattern[str]

    def canonical(self, written: str) -> str:
        """The key without blanks."""
        return "".join(written.split())


@lru_cache(maxsize=1)
def header_keys() -> HeaderKeys:
    """Load the keys once.

    Raises:
        ConfigurationError: the file is missing, a group is unknown, or a key stands twice.
    """
    path = corpora_path("identity", "header_keys.yaml")
    groups = load_yaml(path, ConfigurationError)
    groups.check_keys(get_args(KeyKind), ConfigurationError, path)
    kinds: dict[str, KeyKind] = {}
    for group, keys in groups.items():
        for key in keys:
            if key in kinds:
                raise ConfigurationError(f"the key {key} stands twice", path=str(path), place=f"line {key.line}")
            kinds[str(key)] = cast(KeyKind, group)
    written = "|".join("[ \\t]*".join(map(re.escape, key)) for key in sorted(kinds, key=len, reverse=True))
    return HeaderKeys(kinds, re.compile(rf"({written}){_SIGNED}(?:[ \t]*（[^（）\n]{{1,12}}）)?"))
