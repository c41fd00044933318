"""The case corpus: archetypes of behaviour, cases that tell them, queries, and unrelated records.

Folder layout: ``archetypes.yaml`` (the plan, in families), ``texts/AUTHOR.jsonl``, ``unrelated/AUTHOR.jsonl``,
``queries/AUTHOR.jsonl``, ``splits.yaml`` (families of train, dev and test) and, for training only,
``expressions/AUTHOR.jsonl`` (more phrases for the archetypes) and ``sketches/AUTHOR.jsonl`` (small mechanisms of conduct
that are no archetypes). A case is relevant to a query with grade 2 where the archetype is the same and with grade 1 where
only the family is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import ConfigurationError, InvalidRecordError, ReadingError
from nlp.evaluation.search.judgements import Judgements, SearchQuery
from nlp.retrieval.case import Case
from nlp.yamlfile import load_yaml

SAME, KIN = 2, 1
"""Grades of a case of the query's archetype, and of its family."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Archetype(_Row):
    """A mechanism of behaviour.

    Attributes:
        family: its kin; archetypes of one family are near but can be told apart.
        labels: codebook cells it shows (``label+`` or ``label-``).
        core: the mechanism in a sentence.
        differs: what would be another archetype.
        opposite: id of the archetype with the opposite conduct in the same scene.
    """

    id: str
    family: str
    family_zh: str
    zh: str
    polarity: Literal["negative", "positive", "mixed"]
    labels: tuple[str, ...]
    core: str
    differs: str
    opposite: str | None = None


class ArchetypeCase(_Row):
    """A case; ``archetype`` is None for an unrelated record."""

    id: str
    author: str
    archetype: str | None
    text: str = Field(min_length=1)
    doc_type: str
    unit: str
    date: str
    outcome: str | None = None


class ArchetypeQuery(_Row):
    """A query for an archetype."""

    id: str
    author: str
    archetype: str
    kind: Literal["phrase", "narrative"]
    text: str = Field(min_length=1)


class Sketch(_Row):
    """A small mechanism of conduct, said in phrases and told in episodes; training text only.

    Attributes:
        cell: the codebook cell it shows (``label+`` or ``label-``).
    """

    id: str
    author: str
    cell: str
    phrases: tuple[str, ...] = Field(min_length=1)
    episodes: tuple[str, ...] = Field(min_length=1)


class CaseCorpus(_Row):
    """Everything of a corpus folder.

    Attributes:
        splits: train, dev and test to the families in them.
        expressions: phrases that are training text and never queries of an evaluation.
    """

    archetypes: tuple[Archetype, ...]
    cases: tuple[ArchetypeCase, ...]
    unrelated: tuple[ArchetypeCase, ...]
    queries: tuple[ArchetypeQuery, ...]
    splits: dict[str, tuple[str, ...]]
    expressions: tuple[ArchetypeQuery, ...] = ()
    sketches: tuple[Sketch, ...] = ()

    def part(self, split: str) -> tuple[list[Archetype], list[ArchetypeCase], list[ArchetypeQuery]]:
        """Archetypes, cases and queries of a split.

        Raises:
            ConfigurationError: there is no such split.
        """
        if split not in self.splits:
            raise ConfigurationError(f"there is no split {split!r}", expected=", ".join(self.splits))
        families = set(self.splits[split])
        archetypes = [item for item in self.archetypes if item.family in families]
        ids = {item.id for item in archetypes}
        return (
            archetypes,
            [case for case in self.cases if case.archetype in ids],
            [query for query in self.queries if query.archetype in ids],
        )

    def judgements(self, queries: Sequence[ArchetypeQuery]) -> Judgements:
        """What is relevant to the queries among all cases."""
        family = {item.id: item.family for item in self.archetypes}
        found: Judgements = {}
        for query in queries:
            found[query.id] = {
                case.id: SAME if case.archetype == query.archetype else KIN
                for case in self.cases
                if case.archetype is not None and family[case.archetype] == family[query.archetype]
            }
        return found


Row = TypeVar("Row", ArchetypeCase, ArchetypeQuery, Sketch)


def read_case_corpus(folder: Path) -> CaseCorpus:
    """Read a corpus folder.

    Raises:
        ConfigurationError: the plan or the splits are invalid, or a case or query has an unknown archetype.
        ReadingError, InvalidRecordError: a file cannot be read or a line is invalid.
    """
    try:
        archetypes = tuple(
            Archetype.model_validate(item) for item in load_yaml(folder / "archetypes.yaml", ConfigurationError)
        )
        splits = {
            name: tuple(families) for name, families in load_yaml(folder / "splits.yaml", ConfigurationError).items()
        }
    except (ValidationError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"the plan of the case corpus is invalid: {error}", path=str(folder), expected="archetypes and splits"
        ) from error
    corpus = CaseCorpus(
        archetypes=archetypes,
        cases=tuple(_rows(folder / "texts", ArchetypeCase)),
        unrelated=tuple(_rows(folder / "unrelated", ArchetypeCase)),
        queries=tuple(_rows(folder / "queries", ArchetypeQuery)),
        splits=splits,
        expressions=tuple(_rows(folder / "expressions", ArchetypeQuery)),
        sketches=tuple(_rows(folder / "sketches", Sketch)),
    )
    known = {item.id for item in archetypes}
    rows: list[ArchetypeCase | ArchetypeQuery] = [*corpus.cases, *corpus.queries, *corpus.expressions]
    foreign = sorted(
        {row.id for row in rows if row.archetype not in known}
        | {row.id for row in corpus.unrelated if row.archetype is not None}
    )
    listed = [family for families in splits.values() for family in families]
    families = {item.family for item in archetypes}
    wrong = sorted((families ^ set(listed)) | {family for family in listed if listed.count(family) > 1})
    if foreign or wrong:
        raise ConfigurationError(
            f"rows with a wrong archetype: {foreign[:5]}; families in no split or in two: {wrong[:5]}", path=str(folder)
        )
    return corpus


def to_cases(rows: Iterable[ArchetypeCase]) -> Iterator[Case]:
    """As the index takes them; the archetype stays out, since no archive has it."""
    for row in rows:
        yield Case(id=row.id, text=row.text, doc_type=row.doc_type, unit=row.unit, date=row.date, outcome=row.outcome)


def to_queries(rows: Iterable[ArchetypeQuery]) -> list[SearchQuery]:
    """As an evaluation takes them."""
    return [SearchQuery(id=row.id, text=row.text, kind=row.kind) for row in rows]


def _rows(folder: Path, kind: type[Row]) -> Iterator[Row]:
    for path in sorted(folder.glob("*.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ReadingError(f"cannot be read: {error}", path=str(path), expected="a UTF-8 JSONL file") from error
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                raise InvalidRecordError(
                    f"{'.'.join(map(str, first['loc'])) or 'the line'}: {first['msg']}",
                    path=str(path),
                    place=f"line {number}",
                    expected=f"a row of {kind.__name__}",
                ) from error
