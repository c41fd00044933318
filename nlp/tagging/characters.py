"""The reader's alphabet."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelError

PADDING, UNKNOWN, MASK, BREAK = range(4)
"""Ids that stand for no character; BREAK ends a line or a text."""

SPECIAL = 4


def fold(character: str) -> str:
    """The form under which the alphabet knows a character: NFKC, lower case, digits as one; still one character."""
    folded = unicodedata.normalize("NFKC", character).lower()
    if len(folded) != 1:
        return character
    return "0" if folded.isdigit() else folded


class Alphabet:
    """Characters and their ids.

    Args:
        characters: in the order of their ids, the first getting id 4.
    """

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self._ids = {character: place + SPECIAL for place, character in enumerate(characters)}
        self._ids["\n"] = BREAK
        self._known: dict[str, int] = {}

    @classmethod
    def from_texts(cls, texts: Iterable[str], least: int = 8) -> Alphabet:
        """Every folded character seen at least ``least`` times, the most frequent first."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(text)
        folded: Counter[str] = Counter()
        for character, count in counts.items():
            folded[fold(character)] += count
        kept = [c for c, count in sorted(folded.items(), key=lambda item: (-item[1], item[0])) if count >= least]
        return cls("".join(c for c in kept if not c.isspace() or c == " "))

    @classmethod
    def from_file(cls, path: Path) -> Alphabet:
        """Read a UTF-8 file that holds the characters on one line.

        Raises:
            ModelError: the file is missing or is not UTF-8.
        """
        try:
            return cls(path.read_text(encoding="utf-8").rstrip("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(
                f"the alphabet cannot be read: {error}", path=str(path), expected="UTF-8, all characters on one line"
            ) from error

    def __len__(self) -> int:
        return len(self.characters) + SPECIAL

    def ids(self, text: str) -> NDArray[np.int32]:
        """One id per code point."""
        known = self._known
        for character in set(text) - known.keys():
            known[character] = self._ids.get(character, self._ids.get(fold(character), UNKNOWN))
        return np.fromiter((known[character] for character in text), dtype=np.int32, count=len(text))
