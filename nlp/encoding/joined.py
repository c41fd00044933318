"""Two encoders as one: their vectors side by side, so that a cosine is the weighted mean of both cosines.

The behaviour encoder finds the same conduct in other words but has lost part of the general sense of likeness; the
general encoder has that and hardly sees conduct. Measured on development cases, either alone is worse than both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.encoding.contract import Encoder

BEHAVIOUR_SHARE = 0.42
"""Of the behaviour encoder in the default one: at which general likeness stays where it is asked to be (Spearman x 100
on STS-B test 72.5, on LCQMC test 65.2)."""


class JoinedEncoder:
    """Vectors of two encoders side by side; see :class:`nlp.encoding.Encoder`.

    Args:
        name: the name it was asked for.
        first, second: the encoders.
        share: weight of the first one's cosine, 0..1.
        reload: a function and its arguments that give this encoder in another process.
    """

    def __init__(
        self,
        name: str,
        first: Encoder,
        second: Encoder,
        share: float,
        *,
        reload: tuple[Callable[..., object], tuple[object, ...]],
    ) -> None:
        self.name = name
        self._parts = ((first, share), (second, 1 - share))
        self.dimension = first.dimension + second.dimension
        digest = hashlib.sha256(f"{first.version} {second.version} {share}".encode()).hexdigest()
        self.version = f"joined-{digest[:16]}"
        self._reload = reload

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """As :meth:`nlp.encoding.Encoder.encode`."""
        parts = [
            np.sqrt(np.float32(share)) * encoder.encode(texts, batch_size=batch_size) for encoder, share in self._parts
        ]
        vectors: NDArray[np.float32] = np.concatenate(parts, axis=1).astype(np.float32)
        # Where one of the two knows nothing in a text, the other's vector fills the length alone.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors /= np.where(lengths > 0, lengths, 1)
        return vectors

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._reload

    def __repr__(self) -> str:
        return f"JoinedEncoder(name={self.name!r}, version={self.version!r})"
