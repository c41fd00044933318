"""The learned tagger's network: a reader, a vector for each clause, and heads for labels and attributes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.encoding.bert import BertReader
from nlp.schema import Kind, Status, Subject

STATUSES: tuple[Status, ...] = ("observed", "advised", "reported")
SUBJECTS: tuple[Subject, ...] = ("target", "team", "other")
KINDS: tuple[Kind, ...] = ("fact", "judgement")
QUERIES = 4
RARE = -4.0


class Judgement(NamedTuple):
    """Scores (logits) for c clauses.

    Attributes:
        cells: (c, cells) one for each label and polarity.
        status, subject, kind: (c, 3), (c, 3), (c, 2).
        join: (c,) whether the clause goes on with the episode of the clause before it.
    """

    cells: Tensor
    status: Tensor
    subject: Tensor
    kind: Tensor
    join: Tensor


@dataclass(frozen=True)
class Batch:
    """Windows ready to read.

    Attributes:
        ids: (b, n) int64 ids of characters or pieces, padded with zeros.
        live: (b, n) bool.
        places: (c, longest) int64: for each clause the flat positions (row * n + column) of its pieces, padded
            with the first one.
        inside: (c, longest) bool, false for padding.
    """

    ids: Tensor
    live: Tensor
    places: Tensor
    inside: Tensor


class TaggerNetwork(nn.Module):
    """Judges every clause of a batch of windows.

    A clause's vector is made of the greatest value and of four attention-weighted means over its pieces (Lin et
    al. 2017, "A structured self-attentive sentence embedding"); pieces have seen the whole window before.

    Args:
        reader: gives each piece a vector that has seen the window.
        width: the reader's width.
        cells: number of label x polarity cells.
        dropout: share of numbers dropped while training.
    """

    def __init__(self, reader: BertReader, width: int, cells: int, dropout: float = 0.2) -> None:
        super().__init__()
        self.reader = reader
        self.attend = nn.Linear(width, QUERIES)
        self.gather = nn.Linear((QUERIES + 1) * width, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.cells = nn.Linear(width, cells)
        # Few clauses show any one cell; starting near that rate saves the updates that would only learn it.
        nn.init.constant_(self.cells.bias, RARE)
        self.attributes = nn.Linear(width, len(STATUSES) + len(SUBJECTS) + len(KINDS) + 1)

    def forward(self, batch: Batch) -> Judgement:
        """Logits for every clause of the batch, in the order of ``batch.places``."""
        vectors = self.clause_vectors(batch)
        attributes = self.attributes(vectors)
        status, subject, kind, join = attributes.split([len(STATUSES), len(SUBJECTS), len(KINDS), 1], dim=1)
        return Judgement(self.cells(vectors), status, subject, kind, join.squeeze(1))

    def clause_vectors(self, batch: Batch) -> Tensor:
        """(c, width) vectors of the clauses."""
        states = self.reader(batch.ids, batch.live).flatten(0, 1)
        looked = self.attend(states)
        inside = batch.inside.unsqueeze(2)
        pieces = states[batch.places]
        weights = looked[batch.places].masked_fill(~inside, float("-inf")).softmax(dim=1)
        means = torch.einsum("clq,clw->cqw", weights, pieces).flatten(1)
        greatest = pieces.masked_fill(~inside, float("-inf")).amax(dim=1)
        gathered = self.gather(self.dropout(torch.cat([greatest, means], dim=1)))
        out: Tensor = self.dropout(self.norm(functional.gelu(gathered)))
        return out
