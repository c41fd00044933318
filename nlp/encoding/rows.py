"""Weights of a network in one safetensors file, large matrices as 8-bit integers.

Each row of a matrix is stored as integers -127..127 with one float16 scale (symmetric absolute-maximum quantisation);
vectors stay float16. Reading gives float32 again. The file holds numbers only, never code.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from nlp.errors import ModelError

SCALE = ".scale"
LEVELS = 127
LEAST = 4096
"""Matrices with fewer numbers stay float16."""


def quantise(matrix: Tensor) -> tuple[Tensor, Tensor]:
    """A matrix (m, n) as int8 (m, n) and float16 scales (m,)."""
    scale = (matrix.abs().amax(dim=1) / LEVELS).clamp(min=1e-7).to(torch.float16)
    return torch.round(matrix / scale.float()[:, None]).clamp(-LEVELS, LEVELS).to(torch.int8), scale


def write_weights(network: nn.Module, path: Path) -> None:
    """Write a network's weights; the file appears whole or not at all."""
    state: dict[str, Tensor] = {}
    for name, value in network.state_dict().items():
        if value.ndim == 2 and value.numel() >= LEAST:
            state[name], state[name + SCALE] = quantise(value.detach().float())
        else:
            state[name] = value.detach().to(torch.float16).contiguous()
    partial = path.with_name(path.name + ".partial")
    save_file(state, partial)
    partial.replace(path)


def read_weights(network: nn.Module, path: Path) -> None:
    """Fill a network with the weights of a file.

    Raises:
        ModelError: the file is missing, broken, or belongs to a network of another shape.
    """
    try:
        stored = load_file(path)
        state = {
            name: value.float() * stored[name + SCALE].float()[:, None] if name + SCALE in stored else value.float()
            for name, value in stored.items()
            if not name.endswith(SCALE)
        }
        network.load_state_dict(state)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(
            f"the weights cannot be read: {error}",
            path=str(path),
            expected="weights written for this version",
            hint="install the package again, or train with `yanpan train tagger`",
        ) from error
