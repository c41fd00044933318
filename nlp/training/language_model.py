"""Pre-training of the reader: guess hidden words (masked language model).

Devlin et al. 2019 (BERT), with whole-word masks over jieba words (Cui et al. 2021) drawn anew for every window. The
answers are scored against the reader's own character embeddings. A run is reproducible from its manifest: texts with
hashes, shares, sizes, seed, steps.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from nlp.errors import TrainingError
from nlp.tagging.characters import BREAK, MASK, UNKNOWN, Alphabet
from nlp.tagging.reader import Reader, ReaderShape
from nlp.training.masking import whole_word_mask
from nlp.training.pretrain_text import CharacterRow, digest, read_lines, to_row

REPORT_EVERY = 50


@dataclass(frozen=True)
class Source:
    """A text file and how often a window of the training comes from it, relative to the others."""

    path: Path
    share: float


@dataclass(frozen=True)
class Options:
    """How to pre-train.

    Args:
        steps: weight updates.
        batch: windows a step.
        length: characters a window.
        rate: highest learning rate, reached after ``warmup`` steps and falling linearly to zero.
        seed: fixes windows, masks and first weights.
        save_every: steps between checkpoints.
    """

    steps: int = 4000
    batch: int = 32
    length: int = 128
    rate: float = 1.5e-3
    warmup: int = 150
    seed: int = 20261122
    save_every: int = 250


class Guesser(nn.Module):
    """From a reader's vector to scores of the characters that may have been there."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        width = reader.shape.width
        self.dense = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(reader.shape.characters))

    def forward(self, vectors: Tensor, embeddings: Tensor) -> Tensor:
        """Vectors (m, width) and the reader's embeddings (c, width) to scores (m, c)."""
        return functional.linear(self.norm(functional.gelu(self.dense(vectors))), embeddings, self.bias)


def windows(
    rows: Sequence[CharacterRow], shares: Sequence[float], options: Options, random: np.random.Generator
) -> Iterator[tuple[NDArray[np.int32], NDArray[np.bool_]]]:
    """Batches of windows, each (batch, length): ids and word starts. Never ends.

    Each source is read through in random order before a window of it comes again.
    """
    chance = np.asarray(shares, dtype=np.float64) / sum(shares)
    for row in rows:
        if len(row.ids) < options.length:
            raise TrainingError(
                "a text is shorter than one window", expected=f"{options.length} characters", hint="give more text"
            )
    decks: list[list[int]] = [[] for _ in rows]

    def draw(source: int) -> int:
        if not decks[source]:
            shift = int(random.integers(options.length))
            starts = np.arange(shift, len(rows[source].ids) - options.length + 1, options.length)
            decks[source] = list(random.permutation(starts if len(starts) else np.zeros(1, dtype=np.int64)))
        return decks[source].pop()

    while True:
        chosen = random.choice(len(rows), size=options.batch, p=chance)
        places = [(int(source), draw(int(source))) for source in chosen]
        cut = [slice(place, place + options.length) for _, place in places]
        yield (
            np.stack([rows[source].ids[part] for (source, _), part in zip(places, cut, strict=True)]),
            np.stack([rows[source].starts[part] for (source, _), part in zip(places, cut, strict=True)]),
        )


def learning_rate(step: int, options: Options) -> float:
    """Share of the highest rate at a step: linear up, linear down."""
    if step < options.warmup:
        return (step + 1) / options.warmup
    return max(0.0, (options.steps - step) / max(1, options.steps - options.warmup))


class Pretraining:
    """The state of a run: reader, guesser, optimiser.

    Args:
        rows: tokenized sources.
        shares: their shares.
        shape: size of the reader.
        options: how to train.
    """

    def __init__(
        self, rows: Sequence[CharacterRow], shares: Sequence[float], shape: ReaderShape, options: Options
    ) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.random = np.random.default_rng(options.seed)
        self.batches = windows(rows, shares, options, self.random)
        self.reader = Reader(shape)
        self.guesser = Guesser(self.reader)
        decayed = [p for p in self._parameters() if p.ndim > 1]
        plain = [p for p in self._parameters() if p.ndim <= 1]
        self.optimizer = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}],
            lr=options.rate,
            betas=(0.9, 0.98),
        )

    def _parameters(self) -> list[nn.Parameter]:
        return [*self.reader.parameters(), *self.guesser.parameters()]

    def step(self, number: int) -> tuple[float, float]:
        """One update; returns the loss and the share of guesses that were right."""
        ids, starts = next(self.batches)
        guessed, hidden = whole_word_mask(starts, (ids == BREAK) | (ids == UNKNOWN), self.random)
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * learning_rate(number, self.options)
        target = torch.from_numpy(ids[guessed]).long()
        seen = torch.from_numpy(np.where(hidden, MASK, ids)).long()
        scores = self.guesser(self.reader(seen)[torch.from_numpy(guessed)], self.reader.embedding.weight)
        loss = functional.cross_entropy(scores, target)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._parameters(), 1.0)
        self.optimizer.step()
        return loss.item(), (scores.argmax(dim=1) == target).float().mean().item()

    def save(self, folder: Path) -> None:
        """Write the reader's weights (safetensors)."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {name: value.contiguous() for name, value in self.reader.state_dict().items()}
        save_file(state, folder / "reader.next")
        (folder / "reader.next").replace(folder / "reader.safetensors")


def pretrain(
    sources: Sequence[Source],
    out: Path,
    options: Options | None = None,
    *,
    layers: int = 3,
    width: int = 256,
    alphabet: Alphabet | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Pre-train a reader and write ``reader.safetensors``, ``manifest.json`` and ``log.jsonl`` into ``out``.

    Args:
        sources: texts and their shares.
        out: folder of the run; checkpoints replace each other in it.
        options: how to train.
        layers: transformer layers.
        width: numbers in a character's vector.
        alphabet: characters to know; default: those seen at least 8 times.
        report: gets a line every 50 steps.

    Raises:
        TrainingError: a source cannot be read, or is too short.
    """
    options = options or Options()
    lines = [list(read_lines(source.path)) for source in sources]
    alphabet = alphabet or Alphabet.from_texts(line for source in lines for line in source)
    rows = [to_row(source, alphabet) for source in lines]
    shape = ReaderShape(len(alphabet), layers, width)
    out.mkdir(parents=True, exist_ok=True)
    (out / "alphabet.txt").write_text(alphabet.characters + "\n", encoding="utf-8")
    manifest = {
        "what": "masked language model over whole words",
        "shape": shape.to_dict(),
        "options": asdict(options),
        "sources": [
            {"name": s.path.name, "sha256": digest(s.path), "share": s.share, "characters": len(row.ids)}
            for s, row in zip(sources, rows, strict=True)
        ],
        "torch": torch.__version__,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    run = Pretraining(rows, [source.share for source in sources], shape, options)
    began, losses, hits = time.monotonic(), [], []
    with (out / "log.jsonl").open("w", encoding="utf-8") as log:
        for number in range(options.steps):
            loss, right = run.step(number)
            losses.append(loss)
            hits.append(right)
            if (number + 1) % REPORT_EVERY == 0:
                mean, hit = float(np.mean(losses)), float(np.mean(hits))
                done = {"step": number + 1, "loss": round(mean, 4), "right": round(hit, 4)}
                log.write(json.dumps(done) + "\n")
                log.flush()
                seconds = time.monotonic() - began
                report(f"{number + 1}/{options.steps} loss {mean:.3f} right {hit:.3f} {seconds:.0f} s")
                losses, hits = [], []
            if (number + 1) % options.save_every == 0:
                run.save(out)
    run.save(out)
