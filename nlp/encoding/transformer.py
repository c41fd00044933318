"""Any SentenceTransformer on this machine behind the product's encoder contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from nlp.encoding.texts import check_batch_size, distinct_texts, spread_rows
from nlp.errors import EncoderError

DEFAULT_OWNER = "sentence-transformers"
"""sentence_transformers looks for names without an owner under this one; so does this module."""


def find_folder(name: str) -> Path:
    """The folder of a model given by path or by its name in the local Hugging Face cache. Nothing is downloaded.

    Raises:
        EncoderError: neither exists on this machine.
    """
    if Path(name).is_dir():
        return Path(name)
    for candidate in (name,) if "/" in name else (name, f"{DEFAULT_OWNER}/{name}"):
        try:
            return Path(snapshot_download(candidate, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError):
            continue
    raise EncoderError(
        f"the encoder {name!r} is not on this machine, and nothing is downloaded",
        expected="'use-multilingual-v3', a SentenceTransformer folder, or a model name in the Hugging Face cache",
        hint="copy the model's folder to this machine and give its path",
    )


def folder_version(folder: Path) -> str:
    """Digest of all files of a model except its descriptions: relative names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).as_posix()):
        relative = path.relative_to(folder)
        if not path.is_file() or path.suffix.lower() == ".md" or any(part.startswith(".") for part in relative.parts):
            continue
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{relative.as_posix()} {content}\n".encode())
    return f"st-{digest.hexdigest()[:16]}"


class TransformerEncoder:
    """A SentenceTransformer; see :class:`nlp.encoding.Encoder`.

    Args:
        name: folder, or name in the local cache.
        device: torch device.
        reload: a function and its arguments that give this encoder in another process.

    Raises:
        EncoderError: the model is not on this machine, is broken, or brings code of its own.
    """

    def __init__(self, name: str, *, device: str, reload: tuple[Callable[..., object], tuple[object, ...]]) -> None:
        folder = find_folder(name)
        try:
            self._model = SentenceTransformer(str(folder), device=device, local_files_only=True)
        except (OSError, ValueError, RuntimeError, ImportError, AttributeError, KeyError, TypeError) as error:
            raise EncoderError(
                f"the encoder cannot be loaded: {error}",
                path=str(folder),
                expected="a complete SentenceTransformer folder without code of its own",
            ) from error
        dimension = self._model.get_embedding_dimension()
        if not dimension:
            raise EncoderError("the encoder does not tell its dimension", path=str(folder))
        self.name = name
        self.version = folder_version(folder)
        self.dimension = int(dimension)
        self._device = device
        self._reload = reload

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        """As :meth:`nlp.encoding.Encoder.encode`. Texts beyond the model's length limit are cut by the model."""
        check_batch_size(batch_size)
        distinct, rows = distinct_texts(texts)
        if not distinct:
            return np.zeros((len(texts), self.dimension), dtype=np.float32)
        vectors = self._model.encode(
            distinct, batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return spread_rows(np.asarray(vectors, dtype=np.float32), rows)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._reload

    def __repr__(self) -> str:
        return f"TransformerEncoder(name={self.name!r}, version={self.version!r}, device={self._device!r})"
