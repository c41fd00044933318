"""The network of the Universal Sentence Encoder (multilingual, v3) in torch.

Yang et al. 2020, "Multilingual Universal Sentence Encoder for Semantic Retrieval" (ACL 2020 demos), the convolutional
variant: token embeddings, three two-layer residual convolutions over 2, 3 and 5 tokens, layer norm, sum over tokens
divided by the square root of their number, and a residual feed-forward head with tanh.

Nothing is padded. All sentences of a batch lie in one row of slots with ``GAP`` empty slots between them, so that no
window reaches from one sentence into another, which is the zero padding the network was trained with. What depends on
a token alone (its embedding, its projection and its products with every tap of the first convolution) is computed
once for each distinct token of the batch and looked up; that changes the order of float additions and nothing else.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

EMBEDDING = 512
CHANNELS = 256
HIDDEN = 320
DIMENSION = 512
EPSILON = 1e-12
SHARDS = 17
"""The embedding table was quantised in 17 shards; piece ``i`` belongs to shard ``i % 17``."""

ROWS = SHARDS * 7530
WIDTHS = ((2, 0), (3, 1), (5, 2))
"""Tokens under each convolution's window, and how many of them lie to the left of its centre."""

GAP = 2
MARGIN = 2 * GAP
BLOCK = 1024
"""Slots a pass: what one pass touches stays in the processor's cache, and memory does not grow with a text's length."""


def _weight(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(*shape))


class NgramConvolution(nn.Module):
    """Two residual convolutions of one window width.

    Args:
        width: tokens under the window.
        left: how many of them lie to the left of the centre.
    """

    def __init__(self, width: int, left: int) -> None:
        super().__init__()
        self.width, self.left = width, left
        # The taps of the first lie side by side, because one product gives all of a token's shares (see products()).
        self.first = _weight(CHANNELS, width * CHANNELS)
        self.first_bias = _weight(CHANNELS)
        self.second = _weight(width, CHANNELS, CHANNELS)
        self.second_bias = _weight(CHANNELS)

    def products(self, tokens: Tensor) -> Tensor:
        """Each token's products with every tap of the first convolution.

        Args:
            tokens: (u, CHANNELS), the last row zero: the empty slot.

        Returns:
            (u * width, CHANNELS); row ``token * width + tap``.
        """
        return (tokens.to(self.first.dtype) @ self.first).float().view(-1, CHANNELS)

    def forward(self, slots: Tensor, tokens: Tensor, products: Tensor, begin: int, end: int) -> Tensor:
        """Features of the slots ``begin`` to ``end``.

        Args:
            slots: (m,) row of ``tokens`` in each slot.
            tokens: (u, CHANNELS) as for :meth:`products`.
            products: what :meth:`products` returned.
            begin: first slot, at least MARGIN.
            end: slot after the last, at most m - MARGIN.

        Returns:
            (end - begin, CHANNELS); rows of empty slots mean nothing.
        """
        before, after = self.left, self.width - 1 - self.left
        near = slots[begin - before : end + after]
        windows = slots[begin - 2 * before : end + 2 * after].unfold(0, self.width, 1)
        taps = torch.arange(self.width, device=slots.device)
        hidden = functional.embedding_bag(windows * self.width + taps, products, mode="sum")
        hidden = (hidden + self.first_bias).relu_()
        # Empty slots must be zero for the second convolution too; the empty row of ``tokens`` is zero already.
        hidden = hidden * (near != len(tokens) - 1).unsqueeze(1) + tokens[near]

        size = end - begin
        source = hidden.to(self.second.dtype)
        if source.dtype == hidden.dtype:
            total = torch.addmm(self.second_bias, source[:size], self.second[0])
            for tap in range(1, self.width):
                total.addmm_(source[tap : tap + size], self.second[tap])
        else:
            # Low-precision products, summed in float32.
            total = sum((source[tap : tap + size] @ self.second[tap] for tap in range(self.width)), self.second_bias)
        return total.relu_() + hidden[before : before + size]


class UseNetwork(nn.Module):
    """Piece ids to sentence vectors (not yet of unit length).

    The embedding table stays in its 6-bit form (65 MB as bytes, 262 MB as floats) and is not trained; everything else
    is a parameter. Fresh instances hold no weights: load a state dict.
    """

    table: Tensor
    scale: Tensor
    low: Tensor

    def __init__(self) -> None:
        super().__init__()
        features = EMBEDDING + len(WIDTHS) * CHANNELS
        self.register_buffer("table", torch.empty(ROWS, EMBEDDING, dtype=torch.uint8))
        self.register_buffer("scale", torch.empty(SHARDS))
        self.register_buffer("low", torch.empty(SHARDS))
        self.project = _weight(EMBEDDING, len(WIDTHS) * CHANNELS)
        self.project_bias = _weight(len(WIDTHS) * CHANNELS)
        self.project_norm = nn.LayerNorm(len(WIDTHS) * CHANNELS, eps=EPSILON)
        self.ngrams = nn.ModuleList(NgramConvolution(width, left) for width, left in WIDTHS)
        self.norm_gain = _weight(features)
        self.norm_bias = _weight(features)
        self.pool = _weight(features, DIMENSION)
        self.pool_bias = _weight(DIMENSION)
        self.head = nn.ParameterDict(
            {
                "in_0": _weight(DIMENSION, HIDDEN),
                "in_1": _weight(HIDDEN, HIDDEN),
                "in_skip": _weight(DIMENSION, HIDDEN),
                "out_0": _weight(HIDDEN, DIMENSION),
                "out_1": _weight(DIMENSION, DIMENSION),
                "out_skip": _weight(HIDDEN, DIMENSION),
            }
        )

    def to_bfloat16(self) -> None:
        """Keep the large matrices in bfloat16 and sums in float32; for inference where the processor has the units."""
        for weight in (self.project, *(w for ngram in self.ngrams for w in (ngram.first, ngram.second))):
            weight.requires_grad_(False)
            weight.data = weight.data.to(torch.bfloat16)

    def embed(self, pieces: Tensor) -> Tensor:
        """Embeddings of piece ids (u,), shape (u, EMBEDDING)."""
        shard = pieces % SHARDS
        return self.table[pieces].float() * self.scale[shard, None] + self.low[shard, None]

    def forward(self, pieces: Tensor, lengths: Tensor) -> Tensor:
        """Encode sentences that lie one after the other.

        Args:
            pieces: (n,) int64 piece ids of all sentences.
            lengths: (b,) int64 pieces of each sentence, summing to n; 0 gives a zero row.

        Returns:
            (b, DIMENSION) float32, values in -1..1.
        """
        distinct, which = torch.unique(pieces, return_inverse=True)
        embedded = functional.pad(self.embed(distinct), (0, 0, 0, 1))
        tokens = (embedded[:-1].to(self.project.dtype) @ self.project).float() + self.project_bias
        tokens = functional.pad(self.project_norm(tokens), (0, 0, 0, 1))

        sentence = torch.repeat_interleave(torch.arange(len(lengths), device=pieces.device), lengths)
        starts = lengths.cumsum(0) - lengths + GAP * torch.arange(len(lengths), device=pieces.device) + MARGIN
        slots = which.new_full((len(pieces) + GAP * len(lengths) + 2 * MARGIN,), len(distinct))
        slots[torch.arange(len(pieces), device=pieces.device) + GAP * sentence + MARGIN] = which
        pooled = self._sum_normed(slots, starts, embedded, tokens)

        count = lengths.unsqueeze(1).float()
        pooled = pooled * self.norm_gain + count * self.norm_bias
        # Sum, then project: the projection is linear, so it runs once a sentence instead of once a token.
        mean = (pooled @ self.pool + count * self.pool_bias) * count.clamp(min=1.0).rsqrt()
        head = self.head
        hidden = ((mean @ head["in_0"]).relu() @ head["in_1"] + mean @ head["in_skip"]).relu()
        return torch.tanh((hidden @ head["out_0"]).relu() @ head["out_1"] + hidden @ head["out_skip"])

    def _sum_normed(self, slots: Tensor, starts: Tensor, embedded: Tensor, tokens: Tensor) -> Tensor:
        """Sum over each sentence of its tokens' layer-normed features, before gain and bias: (b, features).

        The normed features are never written out: with mean m and inverse deviation r of a token's features f, the sum
        of r(f - m) is the sum of rf less the sum of rm. The embedding's share of f is looked up, not copied.
        """
        parts = torch.split(tokens, CHANNELS, dim=1)
        ngrams = cast("list[NgramConvolution]", list(self.ngrams))
        products = [ngram.products(part) for ngram, part in zip(ngrams, parts, strict=True)]
        live = slots != len(embedded) - 1
        wide, deep = EMBEDDING, len(WIDTHS) * CHANNELS
        embedded_sum, embedded_square = embedded.sum(1), embedded.square().sum(1)

        inverse = torch.zeros(len(slots), device=slots.device)
        shift = torch.zeros(len(slots), device=slots.device)
        convolved = torch.zeros(len(starts), deep, device=slots.device)
        for begin in range(MARGIN, len(slots) - MARGIN, BLOCK):
            end = min(begin + BLOCK, len(slots) - MARGIN)
            here = slots[begin:end]
            features = torch.cat(
                [
                    ngram(slots, part, product, begin, end)
                    for ngram, part, product in zip(ngrams, parts, products, strict=True)
                ],
                dim=1,
            )
            mean = (embedded_sum[here] + features.sum(1)) / (wide + deep)
            square = (embedded_square[here] + features.square().sum(1)) / (wide + deep)
            variance = (square - mean.square()).clamp(min=0.0)
            weight = (variance + EPSILON).rsqrt() * live[begin:end]
            inverse[begin:end], shift[begin:end] = weight, weight * mean
            # Sentences touched by this block; the first may have begun in an earlier one.
            first = int(torch.searchsorted(starts, begin, right=True)) - 1
            last = int(torch.searchsorted(starts, end))
            first = max(first, 0)
            convolved[first:last] += functional.embedding_bag(
                torch.arange(end - begin, device=slots.device),
                features,
                (starts[first:last] - begin).clamp(min=0),
                mode="sum",
                per_sample_weights=weight,
            )
        own = functional.embedding_bag(
            slots[MARGIN:], embedded, starts - MARGIN, mode="sum", per_sample_weights=inverse[MARGIN:]
        )
        shifts = functional.embedding_bag(
            torch.arange(len(slots) - MARGIN, device=slots.device),
            shift[MARGIN:].unsqueeze(1),
            starts - MARGIN,
            mode="sum",
        )
        return torch.cat([own, convolved], dim=1) - shifts
