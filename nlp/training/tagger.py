"""Fine-tuning of the tagger's network on annotated documents and the clause bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.evaluation.gold import BankClause
from nlp.tagging.batches import EncodedWindow, WindowEncoder, make_batch
from nlp.tagging.network import Judgement, TaggerNetwork
from nlp.training.examples import NONE, Answers, Example, pack_bank


@dataclass(frozen=True)
class TrainingOptions:
    """How to fine-tune.

    Args:
        epochs: passes over the documents and the bank.
        batch: windows an update.
        rate: highest learning rate of the reader.
        head_rate: highest learning rate of the heads.
        warmup: share of the updates with a rising rate; afterwards it falls linearly to zero.
        hidden: share of pieces replaced by the unknown piece, so that no single word decides.
        repeats: how often the documents are seen an epoch.
        attribute_weight: weight of the attributes' loss beside the labels'.
        seed: fixes order, packing and dropout.
    """

    epochs: int = 6
    batch: int = 24
    rate: float = 3e-4
    head_rate: float = 2e-3
    warmup: float = 0.1
    hidden: float = 0.05
    repeats: int = 2
    attribute_weight: float = 0.3
    seed: int = 20261122


@dataclass(frozen=True)
class Prepared:
    """An encoded window with its answers."""

    window: EncodedWindow
    answers: Answers


def prepare(examples: Sequence[Example], encoder: WindowEncoder) -> list[Prepared]:
    """Encode examples; those without a clause are dropped."""
    kept = [example for example in examples if example.window.clauses]
    windows = encoder.encode([example.window for example in kept])
    return [Prepared(window, example.answers) for window, example in zip(windows, kept, strict=True)]


def batches(prepared: Sequence[Prepared], size: int, random: np.random.Generator) -> Iterator[list[Prepared]]:
    """Batches of windows of like length, in random order."""
    order = random.permutation(len(prepared))
    pool = size * 32
    groups = []
    for begin in range(0, len(order), pool):
        near = sorted(order[begin : begin + pool], key=lambda index: len(prepared[index].window.ids))
        groups += [near[first : first + size] for first in range(0, len(near), size)]
    for place in random.permutation(len(groups)):
        yield [prepared[index] for index in groups[place]]


def stacked(batch: Sequence[Prepared], name: str) -> Tensor:
    """One kind of answer for all clauses of a batch."""
    return torch.from_numpy(np.concatenate([getattr(item.answers, name) for item in batch]))


def loss_of(judged: Judgement, batch: Sequence[Prepared], attribute_weight: float) -> Tensor:
    """Binary cross-entropy of the cells (summed over cells, averaged over clauses) plus that of the attributes."""
    wanted = stacked(batch, "cells")
    loss = functional.binary_cross_entropy_with_logits(judged.cells, wanted, reduction="sum") / len(wanted)
    for name in ("status", "subject", "kind"):
        answers = stacked(batch, name)
        if bool((answers != NONE).any()):
            loss = loss + attribute_weight * functional.cross_entropy(getattr(judged, name), answers, ignore_index=NONE)
    joins = stacked(batch, "join")
    asked = joins != NONE
    if bool(asked.any()):
        loss = loss + attribute_weight * functional.binary_cross_entropy_with_logits(
            judged.join[asked], joins[asked].float()
        )
    return loss


def fine_tune(
    network: TaggerNetwork,
    encoder: WindowEncoder,
    documents: Sequence[Example],
    bank: Sequence[BankClause],
    cells: dict[str, int],
    options: TrainingOptions,
    report: Callable[[str], None] = print,
    after_epoch: Callable[[int, TaggerNetwork], None] | None = None,
) -> None:
    """Train a network in place.

    Args:
        network: reader and heads.
        encoder: cuts windows for the reader.
        documents: examples from annotated documents.
        bank: clauses on their own, packed anew every epoch.
        cells: cell name to column.
        options: how to train.
        report: gets a line an epoch and every hundred updates.
        after_epoch: called with the number of finished epochs.
    """
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    ready = prepare(documents, encoder) * options.repeats
    size = encoder.longest
    packs = prepare(pack_bank(bank, cells, size, random), encoder) if bank else []
    total = options.epochs * -(-(len(ready) + len(packs)) // options.batch)
    optimizer = _optimizer(network, options)
    step = 0
    for epoch in range(options.epochs):
        if epoch and bank:
            packs = prepare(pack_bank(bank, cells, size, random), encoder)
        network.train()
        losses = []
        for batch in batches([*ready, *packs], options.batch, random):
            share = min(
                (step + 1) / (options.warmup * total), max(0.0, (total - step) / ((1 - options.warmup) * total))
            )
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * share
            tensors = make_batch([item.window for item in batch])
            hide = torch.rand(tensors.ids.shape) < options.hidden
            tensors.ids[hide & (tensors.ids > 3)] = 1
            loss = loss_of(network(tensors), batch, options.attribute_weight)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
            if step % 100 == 0:
                report(f"update {step}/{total} loss {np.mean(losses[-100:]):.3f}")
        report(f"epoch {epoch + 1}/{options.epochs} loss {np.mean(losses):.3f}")
        if after_epoch:
            network.eval()
            after_epoch(epoch + 1, network)
    network.eval()


def _optimizer(network: TaggerNetwork, options: TrainingOptions) -> torch.optim.AdamW:
    groups = []
    for inside, top in ((True, options.rate), (False, options.head_rate)):
        for flat, decay in ((True, 0.0), (False, 0.01)):
            chosen = [
                parameter
                for name, parameter in network.named_parameters()
                if name.startswith("reader.") == inside and (parameter.ndim < 2) == flat and parameter.requires_grad
            ]
            groups.append({"params": chosen, "weight_decay": decay, "top": top, "lr": 0.0})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98))
