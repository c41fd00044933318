"""The word lists identity is found with (``corpora/identity``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.yamlfile import load_yaml


@dataclass(frozen=True, slots=True)
class TitleWords:
    """``titles.yaml``; the lists that are matched as alternatives come as the inside of a pattern, longest first."""

    occasions: str
    before_name: str
    after_name: str
    own_reports: tuple[str, ...]
    own_talks: tuple[str, ...]
    talks: tuple[str, ...]
    own_relations: tuple[str, ...]
    writing_units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostWords:
    """``posts.yaml``, as the insides of patterns, longest first."""

    unit_endings: str
    not_units: str
    department_endings: str
    not_departments: str
    prefixes: str
    posts: str


@dataclass(frozen=True, slots=True)
class NameWords:
    """``surnames.yaml``."""

    single: frozenset[str]
    compound: frozenset[str]
    not_names: frozenset[str]


_TITLE_LISTS: Final = (
    "occasions",
    "own_reports",
    "own_talks",
    "talks",
    "own_relations",
    "before_name",
    "after_name",
    "writing_units",
)


def alternatives(words: Iterable[str]) -> str:
    """The inside of a pattern that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=1)
def title_words() -> TitleWords:
    """Load the words of titles once.

    Raises:
        ConfigurationError: the file is missing or invalid.
    """
    lists = _lists("titles.yaml", _TITLE_LISTS)
    return TitleWords(
        occasions=alternatives(lists["occasions"]),
        before_name=alternatives(lists["before_name"]),
        after_name=alternatives(lists["after_name"]),
        own_reports=tuple(lists["own_reports"]),
        own_talks=tuple(lists["own_talks"]),
        talks=tuple(lists["talks"]),
        own_relations=tuple(lists["own_relations"]),
        writing_units=tuple(lists["writing_units"]),
    )


@lru_cache(maxsize=1)
def post_words() -> PostWords:
    """Load the words of units and posts once.

    Raises:
        ConfigurationError: the file is missing or invalid.
    """
    names = ("unit_endings", "not_units", "department_endings", "not_departments", "post_prefixes", "posts")
    lists = _lists("posts.yaml", names)
    return PostWords(*(alternatives(lists[name]) for name in names))


@lru_cache(maxsize=1)
def name_words() -> NameWords:
    """Load the surnames once.

    Raises:
        ConfigurationError: the file is missing or invalid.
    """
    path = corpora_path("identity", "surnames.yaml")
    data: Any = load_yaml(path, ConfigurationError)
    data.check_keys(("single", "compound", "not_names"), ConfigurationError, path)
    return NameWords(
        frozenset("".join(data["single"].split())),
        frozenset(map(str, data["compound"])),
        frozenset(map(str, data["not_names"])),
    )


def _lists(name: str, keys: tuple[str, ...]) -> dict[str, list[str]]:
    path = corpora_path("identity", name)
    data: Any = load_yaml(path, ConfigurationError)
    data.check_keys(keys, ConfigurationError, path)
    missing = [key for key in keys if not data.get(key)]
    if missing:
        raise ConfigurationError(f"no words for {missing[0]}", path=str(path))
    return {key: [str(word) for word in data[key]] for key in keys}
