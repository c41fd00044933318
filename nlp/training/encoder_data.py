"""What the behaviour encoder learns from: cases of like behaviour, clauses of one label, and judged sentence pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.errors import InvalidRecordError, ReadingError
from nlp.evaluation.gold import BankClause
from nlp.evaluation.search.archetypes import Archetype, ArchetypeCase, ArchetypeQuery


@dataclass(frozen=True)
class CaseText:
    """A text with its place in the plan of archetypes."""

    text: str
    archetype: str
    family: str


@dataclass(frozen=True)
class ScoredPair:
    """Two sentences and how alike people found them, 0..1."""

    one: str
    other: str
    score: float


class CaseSampler:
    """Draws the texts of an update so that words mislead in it as they do in an archive.

    Cases come from three authors at a time, who use their own sectors' words for every behaviour; families come whole,
    and opposites with them, so that the nearest behaviours have to be told apart.

    Args:
        archetypes: those to learn from.
        cases: their cases.
        queries: their queries.
        random: draws.
    """

    def __init__(
        self,
        archetypes: Sequence[Archetype],
        cases: Sequence[ArchetypeCase],
        queries: Sequence[ArchetypeQuery],
        random: np.random.Generator,
    ) -> None:
        self.random = random
        self.archetypes = {item.id: item for item in archetypes}
        self.families: dict[str, list[str]] = defaultdict(list)
        for item in archetypes:
            self.families[item.family].append(item.id)
        self.cases: dict[str, dict[str, str]] = defaultdict(dict)
        for case in cases:
            if case.archetype in self.archetypes:
                self.cases[case.archetype][case.author] = case.text
        self.queries: dict[str, list[str]] = defaultdict(list)
        for query in queries:
            if query.archetype in self.archetypes:
                self.queries[query.archetype].append(query.text)
        self.authors = sorted({author for texts in self.cases.values() for author in texts})

    def draw(self, families: int = 4, authors: int = 3, copies: int = 2) -> tuple[list[CaseText], list[CaseText]]:
        """Queries and cases of one update.

        Args:
            families: families that come whole, as far as they have cases.
            authors: authors that the cases come from.
            copies: cases of an archetype.

        Returns:
            The queries (none for an archetype without) and the cases.
        """
        wanted: list[str] = []
        for family in self.random.permutation(sorted(self.families))[:families]:
            wanted += [id_ for id_ in self.families[str(family)] if id_ in self.cases]
        opposites = [self.archetypes[id_].opposite for id_ in wanted]
        wanted += [id_ for id_ in opposites if id_ in self.cases and id_ not in wanted]
        chosen = list(self.random.permutation(self.authors)[: max(authors, copies)])
        cases, queries = [], []
        for id_ in wanted:
            there = [author for author in self.random.permutation(chosen) if author in self.cases[id_]][:copies]
            family = self.archetypes[id_].family
            cases += [CaseText(self.cases[id_][author], id_, family) for author in there]
            if self.queries[id_]:
                text = self.queries[id_][int(self.random.integers(len(self.queries[id_])))]
                queries.append(CaseText(text, id_, family))
        return queries, cases


class ClauseSampler:
    """Draws clauses of the bank: some labels, both signs, a few clauses each."""

    def __init__(self, clauses: Sequence[BankClause], random: np.random.Generator) -> None:
        self.random = random
        self.cells: dict[str, list[str]] = defaultdict(list)
        for clause in clauses:
            if len(clause.tags) == 1:
                self.cells[clause.tags[0].label + clause.tags[0].polarity].append(clause.text)
        self.labels = sorted({cell[:-1] for cell in self.cells})

    def draw(self, labels: int, copies: int) -> tuple[list[str], list[str]]:
        """Texts and their cells."""
        texts: list[str] = []
        cells: list[str] = []
        for label in self.random.permutation(self.labels)[:labels]:
            for cell in (f"{label}+", f"{label}-"):
                there = self.cells.get(cell, [])
                for place in self.random.permutation(len(there))[:copies]:
                    texts.append(there[int(place)])
                    cells.append(cell)
        return texts, cells


def read_scored_pairs(path: Path) -> list[ScoredPair]:
    """Sentence pairs with a score of 0 to 5 (STS-B) or 0 and 1 (LCQMC), tab separated.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: a line has another shape; the place names it.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"cannot be read: {error}", path=str(path), expected="UTF-8 text") from error
    rows = []
    for number, line in enumerate(lines, 1):
        parts = line.split("\t")
        try:
            one, other, score = parts[-3], parts[-2], float(parts[-1])
        except (IndexError, ValueError) as error:
            raise InvalidRecordError(
                f"no pair: {line[:60]!r}", path=str(path), place=f"line {number}", expected="sentence, sentence, score"
            ) from error
        rows.append((one, other, score))
    top = max((score for _, _, score in rows), default=1.0) or 1.0
    return [ScoredPair(one, other, score / top) for one, other, score in rows]
