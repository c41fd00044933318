"""Answers on their way: what the finders say, each with its weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from nlp.identity.model import Evidence, FieldName
from nlp.identity.names import without_blanks
from nlp.identity.people import Person
from nlp.identity.posts import Post


class Weight(IntEnum):
    """How much a place says; the smaller the more."""

    KEY = 0
    BESIDE = 1
    TITLE = 2
    OPENING = 3
    AROUND = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer of a finder.

    Attributes:
        field: the question.
        evidence: the answer.
        weight: of the place it stands in.
        of: for unit and position, the name of the person they were said of; None where nobody is named beside them.
    """

    field: FieldName
    evidence: Evidence
    weight: Weight
    of: str | None = None


@dataclass(slots=True)
class Text:
    """A document's text and its matching form."""

    source: str
    plain: str

    def evidence(self, start: int, end: int, rule: str, value: str | None = None) -> Evidence:
        """A range as evidence; the value is the quote without blanks at line ends unless another is given."""
        quote = self.source[start:end]
        return Evidence(" ".join(quote.split()) if value is None else value, start, end, quote, rule)

    def name(self, person: Person, rule: str) -> Evidence:
        """A name as evidence."""
        return self.evidence(person.start, person.end, rule, without_blanks(self.source[person.start : person.end]))

    def post(self, post: Post, rule: str, weight: Weight, of: str | None) -> list[Candidate]:
        """Unit and position of a post."""
        found: list[Candidate] = []
        if post.unit is not None:
            found.append(Candidate("unit", self.evidence(*post.unit, rule), weight, of))
        if post.position is not None:
            found.append(Candidate("position", self.evidence(*post.position, rule), weight, of))
        return found


@dataclass(slots=True)
class Findings:
    """What all finders together say of one document.

    Attributes:
        candidates: answers.
        people: every name, with the rule that found it.
    """

    candidates: list[Candidate] = field(default_factory=list)
    people: list[Evidence] = field(default_factory=list)

    def answer(self, name: FieldName, evidence: Evidence, weight: Weight) -> None:
        """Note an answer that stands for itself."""
        self.candidates.append(Candidate(name, evidence, weight))
