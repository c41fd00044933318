"""The learned tagger: a probability for every label and polarity on every clause of a document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.encoding.bert import BertReader, BertShape
from nlp.encoding.rows import read_weights
from nlp.errors import ModelError
from nlp.schema import Kind, Status, Subject
from nlp.structure.parse import Structure
from nlp.tagging.batches import EncodedWindow, WindowEncoder, make_batch
from nlp.tagging.network import KINDS, STATUSES, SUBJECTS, TaggerNetwork
from nlp.tagging.ngrams import NgramModel
from nlp.tagging.windows import make_windows

FORMAT = 1
PIECES_A_PASS = 2048
"""Pieces (padding included) that the network reads at once: more does not make it faster and costs memory."""


@dataclass(frozen=True)
class ModelCard:
    """``model.json``: what a trained tagger is and how its scores are read.

    Attributes:
        cells: ``label+`` and ``label-`` in the order of the network's columns.
        shape: size of the reader.
        mix: weights (network, n-grams, lexicon, shift) of the calibrated logit: ``network * its logit + n-grams * their
            logit + lexicon (if the lexicon says the same) + shift``.
        thresholds: least score of a tag, one for each cell.
        characters: most characters of a window.
        abstain: what scores at least this share of its threshold is for the review queue.
    """

    cells: tuple[str, ...]
    shape: BertShape
    mix: tuple[float, float, float, float]
    thresholds: tuple[float, ...]
    characters: int
    abstain: float

    @classmethod
    def from_file(cls, path: Path) -> ModelCard:
        """Read a ``model.json``.

        Raises:
            ModelError: the file is missing, broken or of another format.
        """
        try:
            data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if data["format"] != FORMAT:
                raise ModelError(f"format {data['format']}", path=str(path), expected=f"format {FORMAT}")
            network, ngrams, lexicon, shift = (float(number) for number in data["mix"])
            cells, thresholds = tuple(map(str, data["cells"])), tuple(map(float, data["thresholds"]))
            if len(cells) != len(thresholds):
                raise ModelError("there are not as many thresholds as cells", path=str(path))
            mix = (network, ngrams, lexicon, shift)
            shape, characters, abstain = BertShape(**data["shape"]), int(data["characters"]), float(data["abstain"])
            return cls(cells, shape, mix, thresholds, characters, abstain)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"the description of the model cannot be read: {error!r}", path=str(path), expected="a model.json"
            ) from error


@dataclass(frozen=True)
class ClauseJudgement:
    """What the network says of one clause.

    Attributes:
        logits: (cells,) calibrated, network and n-grams together, the lexicon's word not yet counted.
        status, subject, kind: the most probable values, for a tag on this clause.
        joined: 0..1, whether the clause goes on with the episode of the clause before it.
    """

    logits: NDArray[np.float32]
    status: Status
    subject: Subject
    kind: Kind
    joined: float


class Classifier:
    """A trained tagger. Picklable (by its folder); safe to share between threads.

    Args:
        folder: holds ``model.json``, ``weights.safetensors``, ``tokenizer.json`` and the n-grams' two files.

    Raises:
        ModelError: a file is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = ModelCard.from_file(folder / "model.json")
        self.columns = {name: column for column, name in enumerate(self.card.cells)}
        shape = self.card.shape
        self.encoder = WindowEncoder.from_file(folder / "tokenizer.json", shape.window)
        self.network = TaggerNetwork(BertReader(shape), shape.width, len(self.card.cells)).eval()
        read_weights(self.network, folder / "weights.safetensors")
        self.ngrams = NgramModel.load(folder)
        if self.ngrams.weights.shape[1] != len(self.card.cells):
            raise ModelError("the n-grams know other cells than the network", path=str(folder / "ngrams.safetensors"))

    def __reduce__(self) -> tuple[object, ...]:
        return load_classifier, (self.folder,)

    def judge(self, structure: Structure) -> dict[int, ClauseJudgement]:
        """Judge a document.

        Documents are read one at a time: in a common batch, padding would change the last digits of a score with the
        company a document happens to be in.

        Returns:
            Clause number to judgement. Muted clauses are not judged.
        """
        windows = make_windows(structure, self.card.characters)
        encoded = self.encoder.encode(windows)
        results: dict[int, ClauseJudgement] = {}
        for group in self._groups(encoded):
            clauses = [clause for place in group for clause in windows[place].clauses]
            texts = [structure.folded[slice(*_range(structure, clause.index))] for clause in clauses]
            judged = self._judge([encoded[place] for place in group], texts)
            results.update(zip((clause.index for clause in clauses), judged, strict=True))
        return results

    def _groups(self, encoded: Sequence[EncodedWindow]) -> list[list[int]]:
        """Windows of like length, as many as one pass reads."""
        groups: list[list[int]] = []
        for place in sorted(range(len(encoded)), key=lambda place: len(encoded[place].ids)):
            width = len(encoded[place].ids)
            if groups and (len(groups[-1]) + 1) * width <= PIECES_A_PASS:
                groups[-1].append(place)
            else:
                groups.append([place])
        return groups

    def _judge(self, windows: Sequence[EncodedWindow], texts: Sequence[str]) -> list[ClauseJudgement]:
        with torch.inference_mode():
            found = self.network(make_batch(windows))
        network, ngrams, _, shift = self.card.mix
        logits = network * found.cells.numpy() + ngrams * self.ngrams.logits(texts) + np.float32(shift)
        status, subject, kind = (part.argmax(dim=1).tolist() for part in (found.status, found.subject, found.kind))
        joined = found.join.sigmoid().tolist()
        return [
            ClauseJudgement(
                logits[row],
                STATUSES[status[row]],
                SUBJECTS[subject[row]],
                KINDS[kind[row]],
                joined[row],
            )
            for row in range(len(logits))
        ]


def _range(structure: Structure, index: int) -> tuple[int, int]:
    return structure.clauses[index].start, structure.clauses[index].end


@lru_cache(maxsize=4)
def load_classifier(folder: Path) -> Classifier:
    """The classifier of a folder, loaded once a process."""
    return Classifier(folder)
