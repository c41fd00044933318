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
distinct pieces take about 15 kB each, so 16,384 pieces of Chinese prose (2,000 distinct) need 30 MB."""


class UseEncoder:
    """Universal Sentence Encoder (multilingual, v3) in torch; see :class:`nlp.encoding.Encoder`.

    Measured with ``tests/bench/bench_encoder.py`` on two cores of an AMD EPYC (AVX2, no bfloat16 units), float32, torch
    2.13, two threads, beside the package that carries the weights (numpy) in the same process:

    - 2,000 different sentences of government reports (mean 39 characters, 5-95 %: 11-84) in one call: 1,729 a second
      against 639, ratio 2.7. One sentence a call is slower than the package: 6.0 ms against 3.0.
    - cosine to the package: mean 0.99999, min 0.994; 0.5 % of the sentences are below 0.9999, those with runs of
      unknown characters (see :mod:`nlp.encoding.tokens`).
    - Spearman x 100 of cosine and human score: STS-B test (Chinese, 1,361 pairs) 73.35, LCQMC test (12,500 pairs)
      67.07; the package 73.36 and 67.08. The encoder hardly sees negation and word order: never read polarity off it.

    bfloat16 runs only where the processor has units for it; its vectors differ slightly (cosine above 0.999) and keep
    the version. That path is tested for its values and has not been timed. On a machine whose cores are busy with other
    work torch's threads wait for each other (one sentence: 14 ms with two threads, 4 with one); OMP_NUM_THREADS=1
    avoids that.

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
