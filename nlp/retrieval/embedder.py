"""The sentence encoder as the index sees it: loaded on first use, and checked against what the index was built with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.errors import EncoderError, IndexMismatchError

Vectors = NDArray[np.float32]


class SentenceEncoder(Protocol):
    """What retrieval needs of an encoder.

    ``encode`` returns float32 of shape (len(texts), dimension); rows have length 1, or 0 for a text without content.
    """

    @property
    def name(self) -> str:
        """Name that loads the same encoder again."""

    @property
    def version(self) -> str:
        """Changes whenever the vectors of a text could change."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts."""


@dataclass(frozen=True)
class EncoderStamp:
    """Which encoder wrote the vectors of an index."""

    name: str
    version: str
    dimension: int


class Embedder:
    """A sentence encoder, or its name, loaded when first needed. Safe to share between threads."""

    def __init__(self, encoder: SentenceEncoder | str, expected: EncoderStamp | None = None) -> None:
        self._name = encoder if isinstance(encoder, str) else encoder.name
        self._encoder = None if isinstance(encoder, str) else encoder
        self._expected = expected
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The encoder's name; reading it loads nothing."""
        return self._name

    @property
    def loaded(self) -> bool:
        """Whether the encoder is in memory."""
        return self._encoder is not None

    @property
    def stamp(self) -> EncoderStamp:
        """Name, version and dimension; loads the encoder."""
        encoder = self._load()
        return EncoderStamp(encoder.name, encoder.version, encoder.dimension)

    def expecting(self, stamp: EncoderStamp) -> Embedder:
        """The same encoder, checked against ``stamp`` before it encodes."""
        return Embedder(self._encoder or self._name, stamp)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension).

        Raises:
            IndexMismatchError: the encoder is not the one the index was built with.
            EncoderError: the encoder cannot be loaded, or returns another shape or values that are not finite.

        """
        stamp = self.stamp
        if self._expected is not None and stamp != self._expected:
            raise IndexMismatchError(
                f"the encoder at hand is {stamp.name} {stamp.version} with {stamp.dimension} dimensions",
                expected=f"{self._expected.name} {self._expected.version} with {self._expected.dimension}",
                hint="open the index with the encoder it was built with, or rebuild it",
            )
        vectors = np.asarray(self._load().encode(texts), dtype=np.float32)
        if vectors.shape != (len(texts), stamp.dimension) or not np.isfinite(vectors).all():
            raise EncoderError(
                f"{stamp.name} returned an array of shape {vectors.shape} or values that are not finite",
                expected=f"shape ({len(texts)}, {stamp.dimension})",
            )
        return vectors

    def _load(self) -> SentenceEncoder:
        with self._lock:
            if self._encoder is None:
                from nlp.encoding import load_encoder

                self._encoder = load_encoder(self._name)
            return self._encoder
