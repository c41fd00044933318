"""Contrastive training of the behaviour encoder.

Several tasks in every update, each against what the search would otherwise get wrong:

- cases of one archetype are drawn together, compared as the index compares them (passages, late interaction), against
  cases by the same authors, of the same family and of the opposite conduct (multi-positive InfoNCE, van den Oord et al.
  2018; Khosla et al. 2020, "Supervised Contrastive Learning");
- clauses of one label and polarity are drawn together, the same label's other polarity pushed away;
- phrases of a sketch are drawn to its episodes, and expressions to their glosses, since a short phrase shares few words
  with what it stands for;
- sentence pairs keep the order that people gave them, and all sentences keep the distances that a general encoder
  gives them (Tung and Mori 2019, "Similarity-Preserving Knowledge Distillation").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nlp.encoding.pooled import PieceCutter, PooledReader, pad
from nlp.retrieval.dense import BEST
from nlp.retrieval.passages import split_passages
from nlp.training.encoder_data import CaseSampler, CaseText, ClauseSampler, MeaningSampler, ScoredPair

CHUNK = 16
"""Texts that are read together."""

PASSAGES = 4
"""Most passages of a case that are read while training; of a longer case the draw decides which."""


@dataclass(frozen=True)
class EncoderOptions:
    """How to train.

    Args:
        updates: how many.
        rate: highest learning rate.
        warmup: share of the updates with a rising rate; afterwards it falls linearly to zero.
        families: families of archetypes an update.
        labels: labels of the bank an update.
        copies: clauses of each cell.
        pairs: sentence pairs an update.
        sketches, glosses: groups of each an update.
        temperature: of the softmax over cosines.
        kin_weight, clause_weight, meaning_weight, general_weight: beside the archetypes' loss.
        seed: fixes every draw.
    """

    updates: int = 350
    rate: float = 1.5e-4
    warmup: float = 0.1
    families: int = 2
    labels: int = 12
    copies: int = 2
    pairs: int = 12
    sketches: int = 12
    glosses: int = 24
    temperature: float = 0.05
    kin_weight: float = 0.3
    clause_weight: float = 0.3
    meaning_weight: float = 0.5
    general_weight: float = 3.0
    seed: int = 20261122


class EncoderTrainer:
    """Trains a network in place.

    Args:
        network: reader with mean pooling.
        cutter: texts to pieces.
        cases: draws cases.
        clauses: draws clauses.
        pairs: sentence pairs judged by people.
        sketches, glosses: texts of one meaning.
        teacher: a general encoder: texts to unit vectors.
        options: how.
    """

    def __init__(
        self,
        network: PooledReader,
        cutter: PieceCutter,
        cases: CaseSampler,
        clauses: ClauseSampler,
        pairs: Sequence[ScoredPair],
        sketches: MeaningSampler,
        glosses: MeaningSampler,
        teacher: Callable[[Sequence[str]], NDArray[np.float32]],
        options: EncoderOptions,
    ) -> None:
        self.network, self.cutter = network, cutter
        self.cases, self.clauses, self.pairs = cases, clauses, pairs
        self.sketches, self.glosses = sketches, glosses
        self.teacher, self.options = teacher, options
        self.random = np.random.default_rng(options.seed)

    def train(self, report: Callable[[str], None] = print) -> None:
        """Run all updates."""
        options = self.options
        torch.manual_seed(options.seed)
        optimizer = self._optimizer()
        self.network.train()
        losses: list[list[float]] = []
        for update in range(options.updates):
            rising = (update + 1) / (options.warmup * options.updates)
            falling = (options.updates - update) / ((1 - options.warmup) * options.updates)
            for group in optimizer.param_groups:
                group["lr"] = options.rate * min(rising, falling, 1.0)
            meaning = self._group_loss(*self.sketches.draw(options.sketches))
            meaning = meaning + self._group_loss(*self.glosses.draw(options.glosses))
            parts = [self._case_loss(), self._clause_loss(), meaning, self._general_loss()]
            weights = (1.0, options.clause_weight, options.meaning_weight, options.general_weight)
            loss = torch.stack([weight * part for weight, part in zip(weights, parts, strict=True)]).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimizer.step()
            losses.append([part.item() for part in parts])
            if (update + 1) % 25 == 0:
                means = np.mean(losses[-25:], axis=0)
                report(
                    f"update {update + 1}/{options.updates} cases {means[0]:.3f} clauses {means[1]:.3f}"
                    f" meaning {means[2]:.3f} general {means[3]:.4f}"
                )
        self.network.eval()

    def _optimizer(self) -> torch.optim.AdamW:
        flat = [p for p in self.network.parameters() if p.requires_grad and p.ndim < 2]
        deep = [p for p in self.network.parameters() if p.requires_grad and p.ndim >= 2]
        groups = [{"params": deep, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98))

    def _vectors(self, texts: Sequence[str]) -> Tensor:
        """Vectors in the order of the texts; texts of like length are read together, so that little is padding."""
        ids = self.cutter.ids(texts)
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        chunks = [order[first : first + CHUNK] for first in range(0, len(order), CHUNK)]
        vectors = torch.cat([self.network(*pad([ids[place] for place in chunk])) for chunk in chunks])
        back = torch.empty(len(order), dtype=torch.int64)
        back[torch.tensor(order)] = torch.arange(len(order))
        return vectors[back]

    def _case_loss(self) -> Tensor:
        queries, cases = self.cases.draw(self.options.families)
        anchors = [*queries, *cases]
        owners, texts = self._passages(anchors)
        vectors = self._vectors(texts)
        first = len(queries)
        scores = late_scores(vectors, owners, len(anchors))[:, first:] / self.options.temperature
        itself = torch.eye(len(anchors), dtype=torch.bool)[:, first:]
        same = _agree(anchors, cases, "archetype") & ~itself
        kin = _agree(anchors, cases, "family") & ~itself
        return contrast(scores, same, itself) + self.options.kin_weight * contrast(scores, kin, itself)

    def _passages(self, anchors: Sequence[CaseText]) -> tuple[Tensor, list[str]]:
        owners: list[int] = []
        texts: list[str] = []
        for place, anchor in enumerate(anchors):
            spans = split_passages(anchor.text)
            if len(spans) > PASSAGES:
                kept = sorted(self.random.permutation(len(spans))[:PASSAGES])
                spans = [spans[int(at)] for at in kept]
            owners += [place] * len(spans)
            texts += [anchor.text[start:end] for start, end in spans]
        return torch.tensor(owners), texts

    def _clause_loss(self) -> Tensor:
        texts, cells = self.clauses.draw(self.options.labels, self.options.copies)
        names = {cell: number for number, cell in enumerate(sorted(set(cells)))}
        return self._group_loss(texts, [names[cell] for cell in cells])

    def _group_loss(self, texts: Sequence[str], groups: Sequence[int]) -> Tensor:
        """Texts of one group against all others; 0 without texts."""
        if not texts:
            return torch.zeros(())
        vectors = self._vectors(texts)
        numbers = torch.tensor(groups)
        itself = torch.eye(len(texts), dtype=torch.bool)
        same = (numbers[:, None] == numbers[None, :]) & ~itself
        return contrast(vectors @ vectors.T / self.options.temperature, same, itself)

    def _general_loss(self) -> Tensor:
        places = self.random.integers(len(self.pairs), size=self.options.pairs)
        drawn = [self.pairs[int(place)] for place in places]
        texts = [pair.one for pair in drawn] + [pair.other for pair in drawn]
        vectors = self._vectors(texts)
        cosines = vectors @ vectors.T
        known = self.teacher(texts)
        kept = functional.mse_loss(cosines, torch.from_numpy(known @ known.T))
        count = len(drawn)
        judged = torch.tensor([pair.score for pair in drawn])
        ordered = functional.mse_loss(cosines[torch.arange(count), torch.arange(count) + count], judged)
        return kept + ordered


def late_scores(vectors: Tensor, owners: Tensor, count: int) -> Tensor:
    """Scores (count, count) of every text as a query against every text as a case, as ``nlp.retrieval.dense`` scores.

    Args:
        vectors: (p, width) passages.
        owners: (p,) the text each passage belongs to, rising.
        count: number of texts; each has a passage.
    """
    similar = vectors @ vectors.T
    # For every query passage the nearest passage of each text.
    nearest = torch.stack([similar[:, owners == place].amax(dim=1) for place in range(count)], dim=1)
    rows = []
    for place in range(count):
        mine = nearest[owners == place].sort(dim=0, descending=True).values
        rows.append(BEST * mine[0] + (1 - BEST) * mine[: (len(mine) + 1) // 2].mean(dim=0))
    return torch.stack(rows)


def contrast(scores: Tensor, wanted: Tensor, left_out: Tensor) -> Tensor:
    """Mean negative log share of the wanted columns, one term a wanted pair; rows without any are left out.

    Args:
        scores: (a, c) logits.
        wanted: (a, c) bool.
        left_out: (a, c) bool, what is neither wanted nor unwanted.
    """
    logs = scores.masked_fill(left_out, float("-inf"))
    shares = logs - logs.logsumexp(dim=1, keepdim=True)
    count = wanted.sum(dim=1)
    asked = count > 0
    if not bool(asked.any()):
        return scores.sum() * 0
    each = -shares.masked_fill(~wanted, 0.0).sum(dim=1)
    return (each[asked] / count[asked]).mean()


def _agree(anchors: Sequence[CaseText], cases: Sequence[CaseText], name: str) -> Tensor:
    return torch.tensor([[getattr(one, name) == getattr(other, name) for other in cases] for one in anchors])
