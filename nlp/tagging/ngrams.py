"""Character n-grams with one linear classifier a cell: fast, and good at what a phrase gives away.

Features are the n-grams of one to four characters of a clause, weighted 1 + log(count) times inverse document
frequency and brought to length 1 (Manning, Raghavan, Schütze 2008, ch. 6); the classifiers are logistic regressions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from nlp.encoding.rows import quantise
from nlp.errors import ModelError
from nlp.tagging.characters import fold

LONGEST = 4
EDGE = "\x02"
"""Marks both ends of a clause, so that its first and last words are features of their own."""

_FOLDED: dict[int, str] = {}


def fold_text(text: str) -> str:
    """The text with every character folded; the length stays."""
    for character in set(text):
        if ord(character) not in _FOLDED:
            _FOLDED[ord(character)] = fold(character)
    return text.translate(_FOLDED)


def grams(text: str) -> Iterator[str]:
    """All n-grams of one to four characters, the clause's edges marked."""
    marked = f"{EDGE}{fold_text(text)}{EDGE}"
    for size in range(1, LONGEST + 1):
        for start in range(len(marked) - size + 1):
            yield marked[start : start + size]


@dataclass(frozen=True)
class NgramModel:
    """A trained set of linear classifiers.

    Attributes:
        columns: n-gram to row of ``weights``.
        rarity: (v,) inverse document frequencies.
        weights: (v, cells) float32.
        bias: (cells,) float32.
    """

    columns: dict[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def vector(self, text: str) -> tuple[list[int], NDArray[np.float32]]:
        """The rows a clause touches and their values, of length 1 together."""
        counts = Counter(self.columns[gram] for gram in grams(text) if gram in self.columns)
        rows = list(counts)
        values = np.fromiter((1 + math.log(count) for count in counts.values()), np.float32, len(rows))
        values *= self.rarity[rows]
        norm = float(np.linalg.norm(values))
        return rows, values / norm if norm else values

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(clauses, cells) scores, before calibration."""
        out = np.tile(self.bias, (len(texts), 1))
        for place, text in enumerate(texts):
            rows, values = self.vector(text)
            if rows:
                out[place] += values @ self.weights[rows]
        return out

    def save(self, folder: Path) -> None:
        """Write ``ngrams.txt`` and ``ngrams.safetensors`` (weights as 8-bit integers)."""
        ordered = sorted(self.columns, key=self.columns.__getitem__)
        (folder / "ngrams.txt").write_text("\n".join(ordered) + "\n", encoding="utf-8")
        weights, scale = quantise(torch.from_numpy(self.weights))
        tensors = {
            "weights": weights,
            "scale": scale,
            "rarity": torch.from_numpy(self.rarity).to(torch.float16),
            "bias": torch.from_numpy(self.bias),
        }
        save_file(tensors, folder / "ngrams.safetensors")

    @classmethod
    def load(cls, folder: Path) -> NgramModel:
        """Read what :meth:`save` wrote.

        Raises:
            ModelError: a file is missing or broken, or the two do not belong together.
        """
        path = folder / "ngrams.safetensors"
        try:
            names = (folder / "ngrams.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
            stored = load_file(path)
            weights = stored["weights"].float() * stored["scale"].float()[:, None]
            if len(names) != len(weights):
                raise ModelError(f"{len(names)} n-grams for {len(weights)} rows", path=str(path))
            return cls(
                {name: row for row, name in enumerate(names)},
                stored["rarity"].float().numpy(),
                weights.numpy(),
                stored["bias"].float().numpy(),
            )
        except (OSError, UnicodeDecodeError, SafetensorError, KeyError) as error:
            raise ModelError(
                f"the n-gram weights cannot be read: {error!r}", path=str(path), expected="a trained tagger's files"
            ) from error
