"""Folders written by ``SentenceTransformer.save`` for this package's module, read without sentence_transformers.

Importing sentence_transformers takes longer than everything else at the start of a process together, so a tuned encoder
in a folder is read straight into the network.
"""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from nlp.encoding.network import UseNetwork
from nlp.encoding.tokens import UseTokenizer
from nlp.encoding.weights import network_from
from nlp.errors import EncoderError

TOKENIZER_FILE = "sp.model"
WEIGHTS_FILE = "model.safetensors"
MODULE = "nlp.encoding.modules.UseModule"
"""How ``modules.json`` names this package's module; part of the layout on disk, so the class must keep its place."""


POOLED_CARD = "encoder.json"
"""Its presence makes a folder one of ``nlp.encoding.pooled``."""


def holds_pooled(folder: Path) -> bool:
    """Whether the folder holds an encoder written by ``yanpan train encoder``."""
    return (folder / POOLED_CARD).is_file()


def module_types(folder: Path) -> list[str]:
    """The module classes that ``modules.json`` of a SentenceTransformer folder names; empty without such a file.

    Raises:
        EncoderError: the file is there but broken.
    """
    path = folder / "modules.json"
    if not path.is_file():
        return []
    try:
        return [str(module["type"]) for module in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderError(
            f"the list of modules cannot be read: {error}",
            path=str(path),
            expected='a JSON list of objects with "type"',
            hint="save the model again",
        ) from error


def holds_use(folder: Path) -> bool:
    """Whether the folder holds exactly this package's module and a normalisation, so that :func:`read_use` suffices."""
    types = module_types(folder)
    return len(types) == 2 and types[0] == MODULE and types[1].endswith(".Normalize")


def read_use(folder: Path) -> tuple[UseTokenizer, UseNetwork]:
    """Tokenizer and network from a folder.

    Raises:
        EncoderError: a file is missing, broken or of another layout.
    """
    path = folder / WEIGHTS_FILE
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise EncoderError(
            f"the encoder's weights cannot be read: {error}", path=str(path), hint="save the model again"
        ) from error
    return UseTokenizer.from_file(folder / TOKENIZER_FILE), network_from(state, path)


def write_use(folder: Path, tokenizer: UseTokenizer, network: UseNetwork) -> None:
    """Write what :func:`read_use` reads, into an existing folder."""
    (folder / TOKENIZER_FILE).write_bytes(tokenizer.model)
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, folder / WEIGHTS_FILE)
