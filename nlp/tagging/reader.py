"""A small transformer that reads Chinese: characters in, a vector for each character out.

A pre-norm transformer (Xiong et al. 2020, "On Layer Normalization in the Transformer Architecture") with rotary
positions (Su et al. 2021, "RoFormer"), pre-trained with masked words (``nlp.training.language_model``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class ReaderShape:
    """Size of a reader.

    Args:
        characters: entries of the vocabulary.
        layers: transformer layers.
        width: numbers in a character's vector.
        heads: attention heads; they divide the width.
        window: most characters read at once.
    """

    characters: int
    layers: int = 3
    width: int = 256
    heads: int = 4
    window: int = 256

    def to_dict(self) -> dict[str, int]:
        """The sizes as plain numbers, for a model's description."""
        return asdict(self)


def rotary_tables(length: int, size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of the rotary positions, each (length, size)."""
    rate = 10000.0 ** (-torch.arange(0, size, 2) / size)
    angle = torch.arange(length)[:, None] * rate[None, :]
    angle = torch.cat([angle, angle], dim=1)
    return angle.cos(), angle.sin()


def _rotate(vectors: Tensor, cosines: Tensor, sines: Tensor) -> Tensor:
    first, second = vectors.chunk(2, dim=-1)
    return vectors * cosines + torch.cat([-second, first], dim=-1) * sines


class Layer(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, shape: ReaderShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.attention_norm = nn.LayerNorm(shape.width)
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width)
        self.attention_out = nn.Linear(shape.width, shape.width)
        self.feed_norm = nn.LayerNorm(shape.width)
        self.feed_in = nn.Linear(shape.width, 4 * shape.width)
        self.feed_out = nn.Linear(4 * shape.width, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor | None, rotary: tuple[Tensor, Tensor]) -> Tensor:
        """States (b, n, width) to states; ``mask`` (b, 1, 1, n) is true where a character may be looked at."""
        batch, length, width = states.shape
        mixed = self.query_key_value(self.attention_norm(states)).view(batch, length, 3, self.heads, -1)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(
            _rotate(query, *rotary), _rotate(key, *rotary), value, attn_mask=mask
        )
        states = states + self.dropout(self.attention_out(attended.transpose(1, 2).reshape(batch, length, width)))
        fed = self.feed_out(functional.gelu(self.feed_in(self.feed_norm(states)), approximate="tanh"))
        out: Tensor = states + self.dropout(fed)
        return out


class Reader(nn.Module):
    """Character ids (b, n) to contextual vectors (b, n, width).

    Args:
        shape: its size.
        dropout: share of numbers dropped while training.
    """

    cosines: Tensor
    sines: Tensor

    def __init__(self, shape: ReaderShape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.characters, shape.width)
        nn.init.normal_(self.embedding.weight, std=0.05)
        self.embedding_norm = nn.LayerNorm(shape.width)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.norm = nn.LayerNorm(shape.width)
        cosines, sines = rotary_tables(shape.window, shape.width // shape.heads)
        self.register_buffer("cosines", cosines, persistent=False)
        self.register_buffer("sines", sines, persistent=False)

    def forward(self, ids: Tensor, live: Tensor | None = None) -> Tensor:
        """Read a batch of windows.

        Args:
            ids: (b, n) int64 character ids, n at most ``shape.window``.
            live: (b, n) bool, false for padding.

        Returns:
            (b, n, width) float32; rows of padding mean nothing.
        """
        states = self.dropout(self.embedding_norm(self.embedding(ids)))
        mask = None if live is None else live[:, None, None, :]
        rotary = self.cosines[: ids.shape[1]], self.sines[: ids.shape[1]]
        for layer in self.layers:
            states = layer(states, mask, rotary)
        out: Tensor = self.norm(states)
        return out
