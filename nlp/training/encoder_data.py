"""What the behaviour encoder learns from: cases of like behaviour, clauses of one label, and judged sentence pairs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.errors import InvalidRecordError, ReadingError
from nlp.evaluation.gold import BankClause
from nlp.evaluation.search.archetypes import Archetype, ArchetypeCase, ArchetypeQuery

_SENSE = re.compile(r"\d+[.．]")


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
        queries: their queries, and other expressions of them; the archetype's own name and core are added.
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
        self.phrases: dict[str, list[str]] = {item.id: [item.zh] for item in archetypes}
        self.narratives: dict[str, list[str]] = {item.id: [item.core] for item in archetypes}
        for query in queries:
            if query.archetype in self.archetypes:
                there = self.phrases if query.kind == "phrase" else self.narratives
                there[query.archetype].append(query.text)
        self.authors = sorted({author for texts in self.cases.values() for author in texts})

    def draw(
        self, families: int = 4, authors: int = 3, copies: int = 2, phrases: int = 3
    ) -> tuple[list[CaseText], list[CaseText]]:
        """Queries and cases of one update.

        Args:
            families: families that come whole, as far as they have cases.
            authors: authors that the cases come from.
            copies: cases of an archetype.
            phrases: most phrases of an archetype; a narrative is always one of the queries.

        Returns:
            The queries and the cases.
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
            texts = [*self._some(self.phrases[id_], phrases), *self._some(self.narratives[id_], 1)]
            queries += [CaseText(text, id_, family) for text in texts]
        return queries, cases

    def _some(self, texts: Sequence[str], count: int) -> list[str]:
        return [texts[int(place)] for place in self.random.permutation(len(texts))[:count]]


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


class MeaningSampler:
    """Draws groups of texts that mean the same: a sketch's phrases and episodes, an idiom and its gloss.

    Args:
        groups: texts of one meaning each.
        kinds: of the groups, as many; half of what is drawn comes from few kinds, so that near meanings have to be told
            apart. None where groups have no kinds.
        random: draws.
    """

    def __init__(
        self, groups: Sequence[Sequence[str]], random: np.random.Generator, kinds: Sequence[str] | None = None
    ) -> None:
        self.groups, self.random = groups, random
        self.kin: dict[str, list[int]] = defaultdict(list)
        for place, kind in enumerate(kinds or ()):
            self.kin[kind].append(place)

    def draw(self, count: int) -> tuple[list[str], list[int]]:
        """Texts of at most ``count`` groups, and the number of each text's group."""
        places = list(self.random.permutation(len(self.groups))[:count])
        if self.kin:
            near = [
                place
                for kind in self.random.permutation(sorted(self.kin))[: max(1, count // 8)]
                for place in self.random.permutation(self.kin[str(kind)])[:4]
            ]
            places = list(dict.fromkeys([*near, *places]))[:count]
        pairs = [(text, int(place)) for place in places for text in self.groups[int(place)]]
        return [text for text, _ in pairs], [place for _, place in pairs]


def read_glosses(path: Path, shortest: int = 3, longest: int = 80) -> list[tuple[str, str]]:
    """Expressions with what they mean, a tab between them, one a line, as dictionaries are passed around.

    Numbers of senses (``1.``) are left out, and lines without a meaning are passed over.

    Args:
        path: UTF-8 text.
        shortest: least characters of an expression; shorter ones are single words with many senses, and are passed over.
        longest: most characters of a meaning; what is longer is cut there.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: no line holds a gloss.
    """
    rows = []
    for line in _lines(path):
        expression, _, meaning = line.partition("\t")
        expression, meaning = expression.strip(), _SENSE.sub("", meaning).strip()[:longest]
        if len(expression) >= shortest and meaning:
            rows.append((expression, meaning))
    if not rows:
        raise InvalidRecordError("no line holds a gloss", path=str(path), expected="expression, tab, meaning")
    return rows


def read_scored_pairs(path: Path) -> list[ScoredPair]:
    """Sentence pairs with a score of 0 to 5 (STS-B) or 0 and 1 (LCQMC), tab separated.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: a line has another shape; the place names it.
    """
    rows = []
    for number, line in enumerate(_lines(path), 1):
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


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"cannot be read: {error}", path=str(path), expected="UTF-8 text") from error
