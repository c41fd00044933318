"""Windows as tensors: pieces, and which pieces belong to which clause."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer

from nlp.errors import ModelError
from nlp.tagging.network import Batch
from nlp.tagging.windows import Window

PADDING, UNKNOWN, START, END = range(4)


class EncodedWindow(NamedTuple):
    """A window's piece ids and, for each of its clauses, the range of pieces it covers (never empty)."""

    ids: list[int]
    ranges: list[tuple[int, int]]


class WindowEncoder:
    """Cuts windows into pieces.

    Args:
        tokenizer: a tokenizer whose first four entries are padding, unknown, start and end.
        longest: most pieces of a window; what is longer is cut.
    """

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self.tokenizer = tokenizer
        self.longest = longest

    @classmethod
    def from_file(cls, path: Path, longest: int) -> WindowEncoder:
        """Read a ``tokenizer.json``.

        Raises:
            ModelError: the file is missing or is no tokenizer.
        """
        try:
            return cls(Tokenizer.from_str(path.read_text(encoding="utf-8")), longest)
        except Exception as error:
            raise ModelError(
                f"the tokenizer cannot be read: {error}", path=str(path), expected="a tokenizer.json of tokenizers"
            ) from error

    def encode(self, windows: Sequence[Window]) -> list[EncodedWindow]:
        """Pieces of each window with start and end marks, and the clauses' ranges among them."""
        found = self.tokenizer.encode_batch([window.text for window in windows], add_special_tokens=False)
        return [
            self._encoded(window, encoding.ids, encoding.offsets)
            for window, encoding in zip(windows, found, strict=True)
        ]

    def _encoded(self, window: Window, ids: list[int], offsets: list[tuple[int, int]]) -> EncodedWindow:
        ids = ids[: self.longest - 2]
        starts = np.fromiter((start for start, _ in offsets[: len(ids)]), dtype=np.int64, count=len(ids))
        last = len(ids)
        ranges = []
        for clause in window.clauses:
            first = int(np.searchsorted(starts, clause.start, side="left"))
            end = int(np.searchsorted(starts, clause.end, side="left"))
            first = min(first, last)
            ranges.append((first + 1, max(min(end, last), first + (1 if first == last else 0)) + 1))
        # A clause whose pieces were cut off, or lie inside one piece with what comes before, is read at its neighbour.
        ranges = [(first, end) if end > first else (max(first - 1, 0), max(first, 1)) for first, end in ranges]
        return EncodedWindow([START, *ids, END], ranges)


def make_batch(windows: Sequence[EncodedWindow]) -> Batch:
    """Pad windows to the longest and clauses to the longest clause."""
    longest = max(len(window.ids) for window in windows)
    ids = np.zeros((len(windows), longest), dtype=np.int64)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
    ranges = [
        (row * longest + start, row * longest + end)
        for row, window in enumerate(windows)
        for start, end in window.ranges
    ]
    widest = max((end - start for start, end in ranges), default=1)
    firsts = np.fromiter((start for start, _ in ranges), dtype=np.int64, count=len(ranges))
    sizes = np.fromiter((end - start for start, end in ranges), dtype=np.int64, count=len(ranges))
    inside = np.arange(widest)[None, :] < sizes[:, None]
    places = firsts[:, None] + np.where(inside, np.arange(widest)[None, :], 0)
    lengths = np.fromiter((len(window.ids) for window in windows), dtype=np.int64, count=len(windows))
    live = np.arange(longest)[None, :] < lengths[:, None]
    return Batch(*(torch.from_numpy(array) for array in (ids, live, places, inside)))
