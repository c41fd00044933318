"""The leaning channel: which behaviour a text leans towards, even where nothing is certain enough for a tag.

The tagger has a logit for every label and polarity on every clause. A tag needs one above a threshold, so two texts that
nearly show a thing share nothing in the tag channel. Here the highest logit of each cell over a text's clauses counts,
standardised over texts of its kind (record, narrative query, phrase), below-average ones as 0, and two texts are compared
by cosine. Tags are evidence and are shown; leanings only rank.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path

FORMAT = 1
TextKind = Literal["record", "narrative", "phrase"]
Leaning = NDArray[np.uint8]
"""(cells,) standard deviations above the mean in 32nds, 0 for at or below it."""

_SCALE = 32
_ROWS = 65_536


@dataclass(frozen=True)
class LeaningScale:
    """Means and standard deviations of the highest logits, by kind of text.

    Attributes:
        cells: ``label+`` and ``label-`` in the order of a leaning's numbers.
        means, spreads: by kind of text, (cells,) each.
    """

    cells: tuple[str, ...]
    means: Mapping[str, NDArray[np.float64]]
    spreads: Mapping[str, NDArray[np.float64]]

    def leaning(self, peaks: Mapping[str, float] | None, kind: TextKind) -> Leaning | None:
        """The leaning of a text from its highest logits; None without any, or from a tagger of other cells."""
        if peaks is None or set(peaks) != set(self.cells):
            return None
        values = np.array([peaks[cell] for cell in self.cells])
        above = (values - self.means[kind]) / self.spreads[kind]
        return np.clip(np.round(above * _SCALE), 0, 255).astype(np.uint8)


@lru_cache(maxsize=4)
def read_scale(path: Path | None = None) -> LeaningScale | None:
    """The scale of a file, the shipped one by default; None where there is no file.

    Raises:
        ConfigurationError: the file is broken or of another format.
    """
    path = path or scale_path()
    if not path.is_file():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ConfigurationError(f"format {data['format']}", path=str(path), expected=f"format {FORMAT}")
        kinds = data["kinds"]
        return LeaningScale(
            tuple(data["cells"]),
            {kind: np.array(found["mean"], dtype=np.float64) for kind, found in kinds.items()},
            {kind: np.array(found["spread"], dtype=np.float64) for kind, found in kinds.items()},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"the scale of leanings cannot be read: {error!r}",
            path=str(path),
            expected="a file of `yanpan train leaning`",
        ) from error


def scale_path() -> Path:
    """The file that ships."""
    return corpora_path("models", "search", "leaning.json")


def learn_scale(peaks: Mapping[TextKind, Sequence[Mapping[str, float]]]) -> dict[str, Any]:
    """The content of a scale's file, from the highest logits of texts of each kind."""
    cells = sorted(next(iter(peaks.values()))[0])
    kinds = {}
    for kind, texts in peaks.items():
        table = np.array([[one[cell] for cell in cells] for one in texts])
        spread = np.maximum(table.std(axis=0), 1e-3)
        kinds[kind] = {"mean": np.round(table.mean(axis=0), 4).tolist(), "spread": np.round(spread, 4).tolist()}
    return {"format": FORMAT, "cells": cells, "kinds": kinds}


def packed(leaning: Leaning | None) -> str | None:
    """A leaning as it is stored with a case."""
    return None if leaning is None else base64.b64encode(leaning.tobytes()).decode()


class LeaningIndex:
    """The leanings of all cases of a generation, a byte a cell. Safe to share between threads.

    Args:
        stored: of every row, as ``packed`` gave them; None for cases without one.
        cells: length of a leaning; stored ones of another length count as none.
    """

    def __init__(self, stored: Iterable[str | None], cells: int) -> None:
        none = bytes(cells)
        rows = [base64.b64decode(one) if one else none for one in stored]
        self._known = np.array([len(row) == cells and any(row) for row in rows], dtype=bool)
        joined = b"".join(row if len(row) == cells else none for row in rows)
        self._table = np.frombuffer(joined, dtype=np.uint8).reshape(len(rows), cells)
        self._lengths = np.empty(len(rows), dtype=np.float32)
        for first in range(0, len(rows), _ROWS):
            block = self._table[first : first + _ROWS].astype(np.float32)
            self._lengths[first : first + _ROWS] = np.sqrt(np.einsum("ij,ij->i", block, block))

    def of(self, row: int) -> Leaning | None:
        """The leaning of a row."""
        leaning: Leaning = self._table[row]
        return leaning if self._known[row] else None

    def scores(self, query: Leaning) -> NDArray[np.float64]:
        """Cosine 0..1 of every row with the query; NaN for rows without a leaning."""
        asked = query.astype(np.float32)
        scores = np.full(len(self._table), np.nan)
        for first in range(0, len(self._table), _ROWS):
            rows = self._table[first : first + _ROWS].astype(np.float32)
            lengths = self._lengths[first : first + _ROWS] * np.linalg.norm(asked)
            found = np.divide(rows @ asked, lengths, out=np.zeros(len(rows), dtype=np.float32), where=lengths > 0)
            scores[first : first + _ROWS] = np.round(found, 5)
        scores[~self._known] = np.nan
        return scores
