"""A sentence encoder from a BERT reader: the mean of a text's piece vectors, with length 1."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from nlp.encoding.bert import BertReader, BertShape
from nlp.encoding.rows import read_weights
from nlp.encoding.saved import POOLED_CARD
from nlp.encoding.texts import check_batch_size, distinct_texts, spread_rows
from nlp.errors import EncoderError, ModelError

FORMAT = 1
CARD, WEIGHTS, TOKENIZER = POOLED_CARD, "weights.safetensors", "tokenizer.json"
START, END = 2, 3
PIECES_A_PASS = 2048
"""Pieces, padding included, that are read at once: more does not make it faster and costs memory."""


class PooledReader(nn.Module):
    """Piece ids to one unit vector a text (mean pooling, as in Reimers and Gurevych 2019, Sentence-BERT).

    Args:
        reader: gives each piece its vector.
    """

    def __init__(self, reader: BertReader) -> None:
        super().__init__()
        self.reader = reader

    def forward(self, ids: Tensor, live: Tensor) -> Tensor:
        """Ids (b, n) int64 with ``live`` (b, n) bool, false for padding, to vectors (b, width) of length 1."""
        states = self.reader(ids, live)
        weights = live.unsqueeze(2).to(states.dtype)
        return functional.normalize((states * weights).sum(dim=1) / weights.sum(dim=1), dim=1)


class PieceCutter:
    """Texts to padded piece ids.

    Args:
        tokenizer: its first four entries are padding, unknown, start and end.
        longest: most pieces of a text; what is longer is cut.
    """

    def __init__(self, tokenizer: Tokenizer, longest: int) -> None:
        self.tokenizer = tokenizer
        self.longest = longest

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Piece ids of each text with start and end; a text in which no piece is known gives an empty list."""
        found = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [[START, *encoding.ids[: self.longest - 2], END] if encoding.ids else [] for encoding in found]


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Ids (b, n) and which of them are live."""
    longest = max(len(row) for row in rows)
    ids = np.zeros((len(rows), longest), dtype=np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = row
    lengths = np.fromiter((len(row) for row in rows), dtype=np.int64, count=len(rows))
    return torch.from_numpy(ids), torch.from_numpy(np.arange(longest)[None, :] < lengths[:, None])


class PooledEncoder:
    """An encoder trained with ``yanpan train encoder``; see :class:`nlp.encoding.Encoder`.

    Args:
        name: the name it was asked for.
        folder: holds the weights, the tokenizer and ``encoder.json``.
        device: torch device.
        reload: a function and its arguments that give this encoder in another process.

    Raises:
        EncoderError: a file is missing or broken.
    """

    def __init__(
        self, name: str, folder: Path, *, device: str, reload: tuple[Callable[..., object], tuple[object, ...]]
    ) -> None:
        network, tokenizer = read_pooled(folder)
        shape = network.reader.shape
        self.name = name
        self.dimension = shape.width
        self.version = _digest(folder)
        self._cutter = PieceCutter(tokenizer, shape.window)
        self._network = network.eval().requires_grad_(False).to(device)
        self._device = device
        self._reload = reload

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """As :meth:`nlp.encoding.Encoder.encode`. Texts beyond the window (256 pieces, some 400 characters) are cut."""
        check_batch_size(batch_size)
        distinct, rows = distinct_texts(texts)
        vectors = np.zeros((len(distinct), self.dimension), dtype=np.float32)
        cut = self._cutter.ids(distinct)
        # Texts of like length together: little padding.
        order = sorted((place for place in range(len(cut)) if cut[place]), key=lambda place: len(cut[place]))
        waiting: list[int] = []
        for place in order:
            longer = (len(waiting) + 1) * len(cut[place]) > PIECES_A_PASS
            if waiting and (longer or len(waiting) == batch_size):
                self._run(vectors, cut, waiting)
                waiting = []
            waiting.append(place)
        if waiting:
            self._run(vectors, cut, waiting)
        return spread_rows(vectors, rows)

    @torch.inference_mode()
    def _run(self, vectors: NDArray[np.float32], cut: Sequence[Sequence[int]], places: list[int]) -> None:
        ids, live = pad([cut[place] for place in places])
        found = self._network(ids.to(self._device), live.to(self._device))
        vectors[places] = np.asarray(found.cpu().numpy(), dtype=np.float32)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._reload

    def __repr__(self) -> str:
        return f"PooledEncoder(name={self.name!r}, version={self.version!r}, device={self._device!r})"


def read_pooled(folder: Path) -> tuple[PooledReader, Tokenizer]:
    """Network and tokenizer of an encoder folder.

    Raises:
        EncoderError: a file is missing or broken.
    """
    try:
        card: dict[str, Any] = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["format"] != FORMAT:
            raise EncoderError(f"format {card['format']}", path=str(folder / CARD), expected=f"format {FORMAT}")
        network = PooledReader(BertReader(BertShape(**card["shape"])))
        tokenizer = Tokenizer.from_str((folder / TOKENIZER).read_text(encoding="utf-8"))
        read_weights(network, folder / WEIGHTS)
    except (OSError, ValueError, KeyError, TypeError, ModelError) as error:
        raise EncoderError(
            f"the encoder cannot be loaded: {error}",
            path=str(folder),
            expected="a folder written by `yanpan train encoder`",
        ) from error
    return network, tokenizer


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (CARD, TOKENIZER, WEIGHTS):
        digest.update((folder / name).read_bytes())
    return f"pooled-{digest.hexdigest()[:16]}"
