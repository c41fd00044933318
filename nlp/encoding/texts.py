"""What has to happen to texts before any tokenizer sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.errors import EncoderError


def replace_surrogates(text: str) -> str:
    """The text with every lone surrogate as U+FFFD, and with pairs of surrogates as the character they stand for.

    Tokenizers take UTF-8, which has no surrogates; Python strings from broken JSON escapes or file names can hold them.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def distinct_texts(texts: Sequence[str]) -> tuple[list[str], NDArray[np.intp]]:
    """The different texts that have something to encode, and for each input its row among them.

    Args:
        texts: n strings.

    Returns:
        The u distinct texts, clean of surrogates, in order of first appearance, and an array of shape (n,) with values
        in 0..u-1, or -1 for a text that is empty or only whitespace.

    Raises:
        EncoderError: ``texts`` is one string, which would be read as a list of characters.
    """
    if isinstance(texts, str):
        raise EncoderError(
            "one string was given where a list of texts belongs", expected="a sequence of strings", hint="pass [text]"
        )
    seen: dict[str, int] = {}
    rows = np.full(len(texts), -1, dtype=np.intp)
    for position, text in enumerate(texts):
        if text and not text.isspace():
            rows[position] = seen.setdefault(replace_surrogates(text), len(seen))
    return list(seen), rows


def spread_rows(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> NDArray[np.float32]:
    """Copy the vector of each distinct text to all places where the text stood.

    Args:
        vectors: shape (u, d), one row for each distinct text.
        rows: shape (n,), from :func:`distinct_texts`.

    Returns:
        Shape (n, d); zeros where ``rows`` is -1.

    Raises:
        EncoderError: a vector holds NaN or infinity.
    """
    if not np.isfinite(vectors).all():
        raise EncoderError("the encoder gave vectors that are not finite numbers", hint="check its weights")
    result = np.zeros((len(rows), vectors.shape[1]), dtype=np.float32)
    present = rows >= 0
    result[present] = vectors[rows[present]]
    return result


def check_batch_size(batch_size: int) -> None:
    """Raise EncoderError unless ``batch_size`` is at least 1."""
    if batch_size < 1:
        raise EncoderError(f"batch_size is {batch_size}", expected="1 or more")
