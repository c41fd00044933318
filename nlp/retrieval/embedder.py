"""The sentence encoder as the index sees it: loaded on first use, and checked against what the index was built with."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.encoding import Encoder, load_encoder
from nlp.errors import EncoderError, IndexMismatchError

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class EncoderStamp:
    """Which encoder wrote the vectors of an index."""

    name: str
    version: str
    dimension: int


class Embedder:
    """A sentence encoder, or its name, loaded when first needed. Safe to share between threads.

    Args:
        encoder: the encoder or its name.
        expected: what the encoder is checked against before it encodes.

    """

    def __init__(self, encoder: Encoder | str, expected: EncoderStamp | None = None) -> None:
        self._name = encoder if isinstance(encoder, str) else encoder.name
        self._loaded = [] if isinstance(encoder, str) else [encoder]
        self._lock = threading.Lock()
        self._expected = expected

    @property
    def name(self) -> str:
        """The encoder's name; reading it loads nothing."""
        return self._name

    @property
    def loaded(self) -> bool:
        """Whether the encoder is in memory."""
        return bool(self._loaded)

    @property
    def stamp(self) -> EncoderStamp:
        """Name, version and dimension; loads the encoder."""
        encoder = self._load()
        return EncoderStamp(encoder.name, encoder.version, encoder.dimension)

    def expecting(self, stamp: EncoderStamp | None) -> Embedder:
        """The same encoder, loaded once for both, checked against ``stamp`` (None for no check)."""
        other = Embedder(self._name, stamp)
        other._loaded, other._lock = self._loaded, self._lock
        return other

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

    def _load(self) -> Encoder:
        with self._lock:
            if not self._loaded:
                self._loaded.append(load_encoder(self._name))
            return self._loaded[0]
