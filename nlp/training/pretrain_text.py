"""Plain text for pre-training, as one long row of character ids with word starts."""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import IO

import numpy as np
import rjieba
from numpy.typing import NDArray

from nlp.errors import TrainingError
from nlp.tagging.characters import Alphabet

SPACES = re.compile(r"[ \t\u3000]+")
JUNK = re.compile(r"<!--|视频编辑|^[\w]+:\s|^\W*$|^#|^!\[|http")
"""Lines that are no prose: page furniture of the crawled sources."""

SHORTEST = 6
LONGEST = 1200


@dataclass(frozen=True)
class CharacterRow:
    """All text as one row.

    Args:
        ids: (n,) int32 character ids; BREAK after every line.
        starts: (n,) bool, true where a jieba word (or a break) begins: masks cover whole words.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.bool_]


def read_lines(path: Path) -> Iterator[str]:
    """Prose lines of a .txt or .txt.xz file, spaces collapsed, without the page furniture of crawled sources.

    Raises:
        TrainingError: the file cannot be read, or is not UTF-8.
    """
    try:
        with path.open("rb") as file, TextIOWrapper(_unpacked(file, path), encoding="utf-8") as text:
            for raw in text:
                line = SPACES.sub(" ", raw).strip()
                if len(line) >= SHORTEST and not JUNK.search(line):
                    yield line[:LONGEST]
    except (OSError, UnicodeDecodeError, lzma.LZMAError, EOFError) as error:
        raise TrainingError(
            f"the text cannot be read: {error}", path=str(path), expected="UTF-8 text, plain or .xz, a paragraph a line"
        ) from error


def _unpacked(file: BufferedReader, path: Path) -> IO[bytes]:
    return lzma.LZMAFile(file) if path.suffix == ".xz" else file


def digest(path: Path) -> str:
    """SHA-256 of a file, for the manifest."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_row(lines: Iterable[str], alphabet: Alphabet) -> CharacterRow:
    """Every line as characters with a break after it.

    Raises:
        TrainingError: there is no line.
    """
    ids: list[NDArray[np.int32]] = []
    starts: list[NDArray[np.bool_]] = []
    for line in lines:
        begins = np.zeros(len(line) + 1, dtype=np.bool_)
        lengths = [len(word) for word in rjieba.cut(line)]
        begins[np.cumsum([0, *lengths])] = True
        ids.append(alphabet.ids(line + "\n"))
        starts.append(begins)
    if not ids:
        raise TrainingError(
            "there is no text to train on", expected="lines of prose", hint="give .txt or .txt.xz files"
        )
    return CharacterRow(np.concatenate(ids), np.concatenate(starts))
