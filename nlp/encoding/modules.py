"""The same encoder as modules of sentence_transformers, for training it further and for tools that expect one.

``build_sentence_transformer()`` gives a ``SentenceTransformer``; trained and saved with ``.save(folder)``, the folder
loads with ``load_encoder(folder)``. ``SentenceTransformer(folder, trust_remote_code=True)`` loads it as well, provided
that this package is installed (sentence_transformers asks for that flag for every class from another package).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule, Normalize
from torch import Tensor

from nlp.encoding.network import DIMENSION, UseNetwork
from nlp.encoding.saved import read_use, write_use
from nlp.encoding.texts import replace_surrogates
from nlp.encoding.tokens import UseTokenizer
from nlp.encoding.weights import load_package
from nlp.errors import EncoderError


class UseModule(InputModule):
    """Texts to sentence embeddings of 512 numbers in -1..1, not yet of unit length.

    Features: ``preprocess`` gives ``input_ids`` and ``attention_mask``, both int64 of shape (texts, longest), padded
    with zeros so that every loss and tool that slices batches works; ``forward`` takes the padding out again before it
    computes anything and adds ``sentence_embedding``, (texts, 512). A text with no pieces gets a zero row.

    Args:
        tokenizer: text to piece ids.
        network: the weights. All but the embedding table train.
    """

    # The base class expects a Hugging Face tokenizer; nothing but this class touches this one.
    tokenizer: UseTokenizer  # type: ignore[assignment]

    def __init__(self, tokenizer: UseTokenizer, network: UseNetwork) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tokenizer = tokenizer
        self.network = network

    @property
    def max_seq_length(self) -> None:
        """No limit: texts are never cut."""
        return

    def get_embedding_dimension(self) -> int:
        """Length of a sentence embedding."""
        return DIMENSION

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Tensor]:  # noqa: ARG002
        """Tokenize texts (strings only), each after ``prompt`` if one is given."""
        texts = [replace_surrogates((prompt or "") + text) for text in inputs]
        found = self.tokenizer.ids(texts)
        longest = max((len(ids) for ids in found), default=0)
        pieces = torch.zeros(len(found), longest, dtype=torch.int64)
        mask = torch.zeros(len(found), longest, dtype=torch.int64)
        for row, ids in enumerate(found):
            pieces[row, : len(ids)] = torch.tensor(ids, dtype=torch.int64)
            mask[row, : len(ids)] = 1
        return {"input_ids": pieces, "attention_mask": mask}

    def forward(self, features: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:  # noqa: ARG002
        """Add ``sentence_embedding`` to the features."""
        mask = features["attention_mask"].bool()
        features["sentence_embedding"] = self.network(features["input_ids"][mask], mask.sum(1))
        return features

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:  # noqa: ARG002
        """Write tokenizer and weights; always as safetensors."""
        write_use(Path(output_path), self.tokenizer, self.network)

    @classmethod
    def load(  # type: ignore[override]
        cls,
        model_name_or_path: str,
        subfolder: str = "",
        **kwargs: Any,  # noqa: ARG003
    ) -> UseModule:
        """Read a folder written by :meth:`save`.

        Raises:
            EncoderError: the folder is not on this machine, or its files are not usable.
        """
        folder = Path(model_name_or_path, subfolder)
        if not folder.is_dir():
            raise EncoderError("there is no such folder", path=str(folder), expected="a folder written by save()")
        return cls(*read_use(folder))


def build_sentence_transformer(folder: Path | None = None, *, device: str = "cpu") -> SentenceTransformer:
    """The default encoder, or a saved one, as a ``SentenceTransformer`` in float32, ready to train.

    Args:
        folder: written by ``SentenceTransformer.save``; None for the weights of the installed package.
        device: torch device.

    Raises:
        EncoderError: the weights are missing or broken.
    """
    tokenizer, network = load_package() if folder is None else read_use(folder)
    return SentenceTransformer(modules=[UseModule(tokenizer, network), Normalize()], device=device)
