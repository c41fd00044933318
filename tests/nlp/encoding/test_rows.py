"""Weights in 8 bits."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from nlp.encoding.rows import quantise, read_weights, write_weights
from nlp.errors import ModelError


def test_a_number_is_off_by_half_a_step_at_most() -> None:
    matrix = torch.randn(64, 80, generator=torch.Generator().manual_seed(1))
    levels, scale = quantise(matrix)
    step = matrix.abs().amax(dim=1, keepdim=True) / 127
    assert ((levels.float() * scale.float()[:, None] - matrix).abs() <= 0.57 * step).all()


def test_a_zero_matrix_stays_zero() -> None:
    levels, scale = quantise(torch.zeros(3, 5))
    assert (levels.float() * scale.float()[:, None] == 0).all()


def test_weights_come_back(tmp_path: Path) -> None:
    torch.manual_seed(2)
    first, second = (nn.Sequential(nn.Linear(80, 90), nn.LayerNorm(90), nn.Linear(90, 2)) for _ in range(2))
    write_weights(first, tmp_path / "w.safetensors")
    read_weights(second, tmp_path / "w.safetensors")
    given = torch.randn(7, 80)
    assert torch.allclose(first(given), second(given), atol=0.02)
    assert (tmp_path / "w.safetensors").stat().st_size < 80 * 90 * 2
    assert [path.name for path in tmp_path.iterdir()] == ["w.safetensors"]


def test_wrong_missing_and_broken_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(ModelError, match=r"w\.safetensors"):
        read_weights(nn.Linear(3, 4), path)
    write_weights(nn.Linear(80, 90), path)
    with pytest.raises(ModelError, match=r"w\.safetensors"):
        read_weights(nn.Linear(81, 90), path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match=r"w\.safetensors"):
        read_weights(nn.Linear(80, 90), path)
