"""Reading cases and passages, each at most once in a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.errors import IndexTornError
from nlp.retrieval.case import Case
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.milvus.connection import Connection, chunks
from nlp.retrieval.milvus.expressions import among, both, holds
from nlp.retrieval.milvus.layout import Collections
from nlp.retrieval.milvus.rows import read_shown, vector_of
from nlp.retrieval.passages import Passage
from nlp.retrieval.phrases import meets, required_terms
from nlp.retrieval.query import Condition
from nlp.retrieval.tagmatch import Shown

_CASES = 200
_HEADS = 2_000
_ROWS = 8_000


@dataclass(frozen=True)
class CaseHead:
    """What ranking needs of a case."""

    id: str
    revision: str
    source: str | None
    passages: int
    shown: Shown
    leaning: str | None = None


@dataclass(frozen=True)
class CasePassages:
    """Passages of a case in text order, with their vectors."""

    passages: list[Passage]
    vectors: Vectors


class Reader:
    """What one search has read so far. Not shared between searches."""

    def __init__(self, connection: Connection, collections: Collections) -> None:
        self.connection = connection
        self.collections = collections
        self._heads: dict[str, CaseHead | None] = {}
        self._passages: dict[str, CasePassages] = {}
        self._cases: dict[str, Case] = {}

    def heads(self, keys: Iterable[str]) -> dict[str, CaseHead]:
        """Heads of the cases that are there."""
        wanted = sorted(set(keys))
        fields = ["pk", "id", "revision", "source", "passages", "shown", "leaning"]
        for some in chunks([key for key in wanted if key not in self._heads], _HEADS):
            self._heads |= dict.fromkeys(some)
            for row in self.connection.query(self.collections.cases, among("pk", some), fields):
                self._heads[row["pk"]] = CaseHead(
                    id=row["id"],
                    revision=row["revision"],
                    source=row["source"],
                    passages=int(row["passages"]),
                    shown=read_shown(row["shown"]),
                    leaning=row["leaning"] or None,
                )
        return {key: head for key in wanted if (head := self._heads[key]) is not None}

    def keys(self, expression: str | None) -> list[str]:
        """Every case that an expression holds for, ascending."""
        rows = self.connection.everything(self.collections.cases, both("part == 0", expression), ["case"], _HEADS)
        return sorted(row["case"] for some in rows for row in some)

    def meeting(self, conditions: Sequence[Condition], expression: str | None) -> list[str]:
        """The cases that meet the conditions of a query, of those that an expression holds for, ascending."""
        found: list[str] = []
        where = both("part == 0", expression, holds(required_terms(conditions)))
        for rows in self.connection.everything(self.collections.cases, where, ["case"], _CASES):
            cases = read_cases(self.connection, self.collections.cases, [row["case"] for row in rows])
            found += (key for key, case in cases.items() if meets(conditions, case.title, case.text))
        return sorted(found)

    def passages(self, keys: Iterable[str]) -> dict[str, CasePassages]:
        """Passages of cases; those without any are left out."""
        heads = self.heads(keys)
        batch: list[str] = []
        size = 0
        for key in [key for key in heads if key not in self._passages]:
            if batch and size + heads[key].passages > _ROWS:
                self._read_passages(batch, heads)
                batch, size = [], 0
            batch.append(key)
            size += heads[key].passages
        if batch:
            self._read_passages(batch, heads)
        return {key: self._passages[key] for key in heads if self._passages[key].passages}

    def cases(self, keys: Sequence[str]) -> dict[str, Case]:
        """Whole cases by key; those that were removed meanwhile are left out."""
        for some in chunks([key for key in dict.fromkeys(keys) if key not in self._cases], _CASES):
            self._cases |= read_cases(self.connection, self.collections.cases, some)
        return {key: self._cases[key] for key in keys if key in self._cases}

    def _read_passages(self, keys: list[str], heads: dict[str, CaseHead]) -> None:
        found: dict[str, list[tuple[Passage, Vectors]]] = {key: [] for key in keys}
        fields = ["case", "revision", "start", "end", "vector"]
        for row in self.connection.query(self.collections.passages, among("case", keys), fields):
            if row["revision"] == heads[row["case"]].revision:
                passage = Passage(int(row["start"]), int(row["end"]))
                found[row["case"]].append((passage, vector_of(row["vector"])))
        for key, some in found.items():
            some.sort(key=lambda one: one[0])
            vectors = np.stack([vector for _, vector in some]) if some else np.empty((0, 0), dtype=np.float32)
            self._passages[key] = CasePassages([passage for passage, _ in some], vectors)


def read_cases(connection: Connection, collection: str, keys: Sequence[str]) -> dict[str, Case]:
    """Whole cases by key; those that are not there are left out.

    Raises:
        IndexTornError: rows of a case are missing.

    """
    fields = ["case", "revision", "part", "parts", "record"]
    rows = connection.query(collection, among("case", keys), fields)
    in_force = {row["case"]: row for row in rows if row["part"] == 0}
    records: dict[str, dict[int, str]] = {}
    for row in rows:
        if row["case"] in in_force and in_force[row["case"]]["revision"] == row["revision"]:
            records.setdefault(row["case"], {})[int(row["part"])] = row["record"]
    for key, pieces in records.items():
        if len(pieces) != int(in_force[key]["parts"]):
            raise IndexTornError(
                "parts of a long case are missing, as two writers at once leave it",
                path=connection.settings.uri,
                place=key,
                expected=f"{in_force[key]['parts']} rows, found {len(pieces)}",
                hint="add the case again",
            )
    return {
        key: Case.model_validate_json("".join(piece for _, piece in sorted(pieces.items())))
        for key, pieces in records.items()
    }
