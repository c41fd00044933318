"""What every sentence encoder of the product offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

GENERAL_ENCODER = "use-multilingual-v3"
"""A general sentence encoder, from the package that carries it."""

BEHAVIOUR_ENCODER = "yanpan-behaviour-v1"
"""The encoder trained for likeness of behaviour; its weights ship in ``corpora/models/encoder``."""

DEFAULT_ENCODER = "yanpan-joined-v1"
"""Both of them as one; see ``nlp.encoding.joined``."""


@runtime_checkable
class Encoder(Protocol):
    """Turns texts into unit vectors whose dot product is their cosine similarity.

    An encoder is safe to use from several threads at once. It pickles as its name, so that a worker process loads its
    own copy instead of receiving the weights; the name must therefore mean the same thing there.
    """

    @property
    def name(self) -> str:
        """The name or folder it was loaded by."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever weights or tokenizer change; vectors of different versions must not be compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """Encode texts.

        Args:
            texts: any strings; lone surrogates count as U+FFFD. Equal texts are encoded once and get equal rows.
            batch_size: texts a pass; an encoder without padding may form its own batches.

        Returns:
            Array of shape (len(texts), dimension), rows in the order of ``texts`` with L2 norm 1. A text with nothing
            to encode (empty, only whitespace, or nothing left after the tokenizer's normalisation) is the zero vector.

        Raises:
            EncoderError: ``texts`` is a single string, ``batch_size`` is below 1, or the network gave a number that is
                not finite.
        """
        ...
