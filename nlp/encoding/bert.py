"""A BERT encoder (Devlin et al. 2019) with fused attention, of any size, without its pooling head.

The foundation of the shipped tagger is multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings"),
cut to the pieces that Chinese text needs. See ``nlp.training.foundation`` for where it comes from.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class BertShape:
    """Size of a BERT encoder.

    Args:
        pieces: entries of the vocabulary.
        layers: transformer layers.
        width: numbers in a piece's vector.
        heads: attention heads; they divide the width.
        inner: numbers inside the feed-forward part.
        window: most pieces read at once.
    """

    pieces: int
    layers: int = 12
    width: int = 384
    heads: int = 12
    inner: int = 1536
    window: int = 256

    def to_dict(self) -> dict[str, int]:
        """The sizes as plain numbers, for a model's description."""
        return asdict(self)


class BertLayer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self, shape: BertShape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width)
        self.attention_out = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.feed_in = nn.Linear(shape.width, shape.inner)
        self.feed_out = nn.Linear(shape.inner, shape.width)
        self.feed_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor | None) -> Tensor:
        """States (b, n, width) to states; ``mask`` (b, 1, 1, n) is true where a piece may be looked at."""
        batch, length, width = states.shape
        mixed = self.query_key_value(states).view(batch, length, 3, self.heads, -1)
        query, key, value = mixed.permute(2, 0, 3, 1, 4)
        attended = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        attended = self.attention_out(attended.transpose(1, 2).reshape(batch, length, width))
        states = self.attention_norm(states + self.dropout(attended))
        fed = self.feed_out(functional.gelu(self.feed_in(states)))
        out: Tensor = self.feed_norm(states + self.dropout(fed))
        return out


class BertReader(nn.Module):
    """Piece ids (b, n) to contextual vectors (b, n, width).

    Args:
        shape: its size.
        dropout: share of numbers dropped while training.
    """

    def __init__(self, shape: BertShape, dropout: float = 0.1) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.pieces, shape.width)
        self.position = nn.Embedding(shape.window, shape.width)
        self.embedding_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(BertLayer(shape, dropout) for _ in range(shape.layers))

    def forward(self, ids: Tensor, live: Tensor | None = None) -> Tensor:
        """Read a batch of windows.

        Args:
            ids: (b, n) int64 piece ids, n at most ``shape.window``.
            live: (b, n) bool, false for padding.

        Returns:
            (b, n, width) float32; rows of padding mean nothing.
        """
        places = torch.arange(ids.shape[1], device=ids.device)
        states = self.dropout(self.embedding_norm(self.embedding(ids) + self.position(places)))
        mask = None if live is None else live[:, None, None, :]
        for layer in self.layers:
            states = layer(states, mask)
        return states  # type: ignore[no-any-return]
