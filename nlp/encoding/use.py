"""The encoder that ships with the product."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.encoding.network import DIMENSION, UseNetwork
from nlp.encoding.precision import has_native_bfloat16
from nlp.encoding.texts import check_batch_size, distinct_texts, spread_rows
from nlp.encoding.tokens import UseTokenizer
from nlp.encoding.weights import fingerprint

PIECES = 16384
"""Pieces a call of the network. The more there are, the more of them are repeats that cost nothing; the tables of
distinct pieces take about 15 kB each, so 16,384 pieces of Chinese prose (2,500 distinct) need 40 MB."""


class UseEncoder:
    """Universal Sentence Encoder (multilingual, v3) in torch; see :class:`nlp.encoding.Encoder`.

    Args:
        name: the name or folder it was loaded by.
        tokenizer: text to piece ids.
        network: the weights; taken over and changed to the precision that suits ``device``.
        device: torch device.
        reload: a function and its arguments that give this encoder in another process.
    """

    dimension = DIMENSION

    def __init__(
        self,
        name: str,
        tokenizer: UseTokenizer,
        network: UseNetwork,
        *,
        device: str,
        reload: tuple[Callable[..., object], tuple[object, ...]],
    ) -> None:
        self.name = name
        self.version = fingerprint(tokenizer, network)
        self._tokenizer = tokenizer
        self._network = network.eval().requires_grad_(False).to(device)
        if has_native_bfloat16(device):
            self._network.to_bfloat16()
        self._device = device
        self._reload = reload

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """As :meth:`nlp.encoding.Encoder.encode`. ``batch_size`` is checked and otherwise not used: without padding,
        batches are formed by their number of pieces.
        """  # noqa: D205
        check_batch_size(batch_size)
        distinct, rows = distinct_texts(texts)
        vectors = np.zeros((len(distinct), DIMENSION), dtype=np.float32)
        begin, pieces = 0, 0
        waiting: list[list[int]] = []
        for place, ids in enumerate(self._tokenizer.ids(distinct)):
            if waiting and pieces + len(ids) > PIECES:
                vectors[begin:place] = self._run(waiting)
                begin, waiting, pieces = place, [], 0
            waiting.append(ids)
            pieces += len(ids)
        if waiting:
            vectors[begin:] = self._run(waiting)
        return spread_rows(vectors, rows)

    @torch.inference_mode()
    def _run(self, sentences: list[list[int]]) -> NDArray[np.float32]:
        lengths = torch.tensor([len(ids) for ids in sentences], device=self._device)
        pieces = torch.tensor([piece for ids in sentences for piece in ids], dtype=torch.int64, device=self._device)
        vectors = torch.nn.functional.normalize(self._network(pieces, lengths), dim=1)
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._reload

    def __repr__(self) -> str:
        return f"UseEncoder(name={self.name!r}, version={self.version!r}, device={self._device!r})"
