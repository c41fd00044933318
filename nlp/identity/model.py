"""What the head and the end of a document say about it, each answer with the characters it rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

FieldName = Literal["subject", "date", "unit", "position", "author", "occasion"]
"""``subject``: the person a document is about. ``date``: of the talk, the inspection or the signature. ``unit`` and
``position``: of the subject; a document about a team has the unit alone. ``author``: who wrote or recorded it, else who asked.
``occasion``: what it was made for."""

FIELD_NAMES: Final[tuple[FieldName, ...]] = get_args(FieldName)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One answer.

    Attributes:
        value: a name without blanks; names joined by ``、`` for several authors; a date as ISO 8601 writes it
            (``2024-05-12``, ``2024-05``, ``2024``, ``--05-12`` where no year is said, two joined by ``/`` for a
            range); else the characters without line breaks.
        start: first code point in the text.
        end: one past the last code point.
        quote: ``text[start:end]``.
        rule: what found it: ``header:考察对象``, ``form:…``, ``title``, ``byline``, ``opening``, ``signature``.
    """

    value: str
    start: int
    end: int
    quote: str
    rule: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another answer to the same question, or one of several of equal weight."""

    field: FieldName
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Identity:
    """What is said about a document. A field is None where nothing says it, or where equal signs contradict each other.

    Attributes:
        people: every name a header, title or signature gives, in order of the text; ``rule`` tells as whom
            (``header:谈话对象``).
        conflicts: answers that differ from those given.
    """

    subject: Evidence | None = None
    date: Evidence | None = None
    unit: Evidence | None = None
    position: Evidence | None = None
    author: Evidence | None = None
    occasion: Evidence | None = None
    people: tuple[Evidence, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    def field(self, name: FieldName) -> Evidence | None:
        """The answer of a field by its name."""
        found: Evidence | None = getattr(self, name)
        return found

    def as_dict(self) -> dict[str, Any]:
        """A mapping for JSON, with every key; conflicts as ``{"field", "value", "start", "end", "quote", "rule"}``."""
        answers: dict[str, Any] = {}
        for name in FIELD_NAMES:
            evidence = self.field(name)
            answers[name] = None if evidence is None else asdict(evidence)
        answers["people"] = [asdict(person) for person in self.people]
        answers["conflicts"] = [{"field": conflict.field, **asdict(conflict.evidence)} for conflict in self.conflicts]
        return answers
