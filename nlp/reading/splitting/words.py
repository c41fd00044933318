"""What documents call themselves, and how they end (``corpora/identity/bundles.yaml``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.yamlfile import load_yaml


@dataclass(frozen=True, slots=True)
class BundleWords:
    """The word lists.

    Attributes:
        kinds: last words of titles, the longest first.
        sections: kinds that a part of a form or of a report is called too.
        title_words: words of titles, of any kind, that stand above a header block.
        closings: first words of the lines that end a document.
    """

    kinds: tuple[str, ...]
    sections: frozenset[str]
    title_words: tuple[str, ...]
    closings: tuple[str, ...]

    @property
    def kinds_pattern(self) -> str:
        """The kinds as the inside of a pattern."""
        return "|".join(map(re.escape, self.kinds))


@lru_cache(maxsize=1)
def bundle_words() -> BundleWords:
    """Load the words once.

    Raises:
        ConfigurationError: the file is missing or invalid.
    """
    path = corpora_path("identity", "bundles.yaml")
    data = load_yaml(path, ConfigurationError)
    data.check_keys(("kinds", "sections", "title_words", "closings"), ConfigurationError, path)
    return BundleWords(
        kinds=tuple(sorted(map(str, data["kinds"]), key=lambda word: (-len(word), word))),
        sections=frozenset(map(str, data["sections"])),
        title_words=tuple(map(str, data["title_words"])),
        closings=tuple(map(str, data["closings"])),
    )
