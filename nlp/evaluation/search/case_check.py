"""Checks of the case corpus: ``python -m nlp.evaluation.search.case_check [FOLDER]``.

The corpus is there to test search where words mislead. So beside ids, splits and duplicates it measures words: the
overlap (Jaccard, character bigrams) of two cases of one archetype against that of two cases of one author, and how
often the most alike case in words is of the same archetype. Prints sizes and overlaps, and one line a problem.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer

from nlp.codebook import Codebook
from nlp.evaluation.search.archetypes import Archetype, ArchetypeCase, ArchetypeQuery, CaseCorpus, read_case_corpus
from nlp.resources import corpora_path

ALIKE = 0.5
"""Jaccard similarity of the bigrams from which on two texts count as nearly the same."""

LEAST_CASES = 8
QUERY_KINDS = ("phrase", "narrative")


class Overlap(NamedTuple):
    """Mean Jaccard similarity of character bigrams, 0..1.

    Attributes:
        archetype: two cases of one archetype (always by different authors).
        family: of one family.
        author: of one author and different families: the words that mislead.
        other: anything else.
        nearest: share of cases whose most alike case in words is of the same archetype.
    """

    archetype: float
    family: float
    author: float
    other: float
    nearest: float


def check_cases(corpus: CaseCorpus) -> list[str]:
    """A line for everything that is wrong."""
    labels = set(Codebook.load().ids)
    rows = [*corpus.cases, *corpus.unrelated]
    ids = [row.id for row in rows] + [query.id for query in (*corpus.queries, *corpus.expressions)]
    ids += [sketch.id for sketch in corpus.sketches]
    problems = [f"{id_}: the id is used {count} times" for id_, count in Counter(ids).items() if count > 1]
    told: dict[str, list[str]] = {item.id: [] for item in corpus.archetypes}
    for case in corpus.cases:
        told[str(case.archetype)].append(case.author)
    asked = {(query.archetype, query.kind) for query in corpus.queries}
    plan = {item.id: item for item in corpus.archetypes}
    for item in corpus.archetypes:
        problems += _archetype_problems(item, plan, told[item.id], labels)
        problems += [f"{item.id}: no {kind} asks for it" for kind in QUERY_KINDS if (item.id, kind) not in asked]
    texts: list[ArchetypeCase | ArchetypeQuery] = [*corpus.cases, *corpus.queries]
    problems += [
        f"{row.id}: holds the archetype's name {plan[row.archetype].zh}"
        for row in texts
        if row.archetype and plan[row.archetype].zh in row.text
    ]
    return problems + _training_problems(corpus, labels) + _alike(rows)


def _training_problems(corpus: CaseCorpus, labels: set[str]) -> list[str]:
    """What is training text only must not hold what an evaluation asks, and must be usable."""
    asked = {query.text: query.id for query in corpus.queries}
    problems = [f"{one.id}: is the query {asked[one.text]}" for one in corpus.expressions if one.text in asked]
    for sketch in corpus.sketches:
        if sketch.cell[:-1] not in labels or sketch.cell[-1:] not in ("+", "-"):
            problems.append(f"{sketch.id}: unknown label {sketch.cell}")
        if len({*sketch.phrases, *sketch.episodes}) < len(sketch.phrases) + len(sketch.episodes):
            problems.append(f"{sketch.id}: one text twice")
        problems += [f"{sketch.id}: is the query {asked[text]}" for text in sketch.phrases if text in asked]
    return problems


def _archetype_problems(
    item: Archetype, plan: dict[str, Archetype], authors: Sequence[str], labels: set[str]
) -> list[str]:
    problems = [f"{item.id}: unknown label {cell}" for cell in item.labels if cell[:-1] not in labels]
    if len(authors) < LEAST_CASES:
        problems.append(f"{item.id}: {len(authors)} cases, {LEAST_CASES} wanted")
    if len(set(authors)) < len(authors):
        problems.append(f"{item.id}: two cases by one author")
    if item.opposite and (item.opposite not in plan or plan[item.opposite].opposite != item.id):
        problems.append(f"{item.id}: the opposite {item.opposite} does not name it in turn")
    return problems


def _alike(rows: Sequence[ArchetypeCase]) -> list[str]:
    scores = _jaccard([row.text for row in rows])
    pairs = np.argwhere(np.triu(scores, k=1) >= ALIKE)
    return [f"{rows[one].id} and {rows[other].id} are nearly the same" for one, other in pairs.tolist()]


def overlap(corpus: CaseCorpus) -> Overlap:
    """How far words lead to the archetype and how far they mislead."""
    family = {item.id: item.family for item in corpus.archetypes}
    cases = corpus.cases
    scores = _jaccard([case.text for case in cases])
    found: dict[str, list[float]] = {"archetype": [], "family": [], "author": [], "other": []}
    for one, other in combinations(range(len(cases)), 2):
        first, second = cases[one], cases[other]
        if first.archetype == second.archetype:
            kind = "archetype"
        elif family[str(first.archetype)] == family[str(second.archetype)]:
            kind = "family"
        else:
            kind = "author" if first.author == second.author else "other"
        found[kind].append(float(scores[one, other]))
    np.fill_diagonal(scores, -1)
    nearest = [cases[row].archetype == cases[int(scores[row].argmax())].archetype for row in range(len(cases))]
    means = {name: float(np.mean(values)) if values else 0.0 for name, values in found.items()}
    return Overlap(**means, nearest=float(np.mean(nearest)) if nearest else 0.0)


def _jaccard(texts: Sequence[str]) -> NDArray[np.float32]:
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    table = CountVectorizer(analyzer="char", ngram_range=(2, 2), binary=True, dtype=np.float32).fit_transform(texts)
    shared = (table @ table.T).toarray()
    sizes = np.asarray(table.sum(axis=1)).ravel()
    result: NDArray[np.float32] = shared / np.maximum(sizes[:, None] + sizes[None, :] - shared, 1)
    return result


def main(folder: Path) -> int:
    """Print sizes, overlaps and problems; 1 if there are problems."""
    corpus = read_case_corpus(folder)
    write = sys.stdout.write
    authors = {case.author for case in corpus.cases}
    write(
        f"{len(corpus.archetypes)} archetypes in {len({item.family for item in corpus.archetypes})} families, "
        f"{len(corpus.cases)} cases by {len(authors)} authors, {len(corpus.unrelated)} unrelated records, "
        f"{len(corpus.queries)} queries; for training {len(corpus.expressions)} expressions, {len(corpus.sketches)} sketches\n"
    )
    shares = overlap(corpus)
    write(
        f"bigram overlap: same archetype {shares.archetype:.3f}, same family {shares.family:.3f}, same author "
        f"{shares.author:.3f}, other {shares.other:.3f}; nearest in words is of the same archetype "
        f"{shares.nearest:.0%}\n"
    )
    problems = check_cases(corpus)
    for problem in problems:
        write(problem + "\n")
    write(f"{len(problems)} problems\n")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else corpora_path("cases")))
