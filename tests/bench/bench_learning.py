"""What more authors bring: ``python -m tests.bench.bench_learning [ORDERS]``.

The n-gram classifiers (the fast part of the tagger; the network takes half an hour a point) are trained on 2, 4, 8, 16 …
authors of the training split, documents and clause banks together, and scored on the development authors with the best
common threshold. Not collected by pytest.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from nlp.codebook import Codebook
from nlp.evaluation.gold import GoldDocument
from nlp.evaluation.matching import match
from nlp.evaluation.splits import read_splits
from nlp.resources import corpora_path
from nlp.tagging.ngrams import NgramModel
from nlp.training.corpus import Corpus, read_corpus
from nlp.training.examples import cell_names, document_examples, parse_document
from nlp.training.recipe import train_linear

CHARACTERS = 200
GRID = np.arange(-4.0, 1.0, 0.25)


def main(orders: int) -> None:
    """Print a line for each number of authors."""
    folder = corpora_path("narratives")
    names = cell_names(Codebook.load())
    cells = {name: column for column, name in enumerate(names)}
    dev = read_corpus(folder, "dev")
    authors = [author for author in read_splits(folder)["train"] if author != "shared"]
    sizes = [size for size in (2, 4, 8, 16, 32, 64) if size < len(authors)] + [len(authors)]
    for size in sizes:
        found = []
        for order in range(1 if size == len(authors) else orders):
            chosen = list(np.random.default_rng(order).permutation(authors)[:size])
            corpus = read_corpus(folder, "train", chosen)
            examples = [e for document in corpus.documents for e in document_examples(document, cells, CHARACTERS)]
            model = train_linear(examples, corpus.bank, cells)
            found.append(best_f1(model, dev, names))
        tags = sum(len(document.tags) for document in corpus.documents)
        sys.stdout.write(
            f"{size:3} authors, about {tags:,} tags and {len(corpus.bank):,} clauses: "
            f"F1 {np.mean(found):.3f} ({', '.join(f'{value:.3f}' for value in found)})\n"
        )


def best_f1(model: NgramModel, dev: Corpus, names: Sequence[str]) -> float:
    """Micro F1 over tags at the best common threshold: what this model could reach on these authors."""
    judged = [(document, *clause_logits(model, document)) for document in dev.documents]
    best = 0.0
    for limit in GRID:
        right = said = gold = 0
        for document, spans, logits in judged:
            tags = [
                SimpleNamespace(
                    start=spans[row][0], end=spans[row][1], label=names[column][:-1], polarity=names[column][-1]
                )
                for row, column in zip(*np.nonzero(logits >= limit), strict=True)
                if logits[row, column] > logits[row, column ^ 1]
            ]
            right += len(match(tags, document.tags).pairs)
            said += len(tags)
            gold += len(document.tags)
        best = max(best, 2 * right / max(said + gold, 1))
    return best


def clause_logits(model: NgramModel, document: GoldDocument) -> tuple[list[tuple[int, int]], np.ndarray]:
    """Places and logits of the clauses that are not muted."""
    structure = parse_document(document)
    spans = [
        (clause.start, clause.end)
        for clause, setting in zip(structure.clauses, structure.settings, strict=True)
        if not setting.muted
    ]
    return spans, model.logits([structure.folded[start:end] for start, end in spans])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
