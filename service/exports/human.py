"""What annotators did, before it is joined with the annotations they started from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nlp.errors import InvalidRecordError
from service.exports.vocabulary import ATTRIBUTES, DEFAULTS


@dataclass(frozen=True)
class HumanSpan:
    """A labelled span.

    Attributes:
        start, end: code points of the base's text, already verified by the reader.
        label: as the file names it.
        attributes: polarity, status, subject and kind, as ``attributes_of`` gives them.
    """

    start: int
    end: int
    label: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class HumanDocument:
    """One annotator's work on one document.

    Attributes:
        id: of the document in the base.
        spans: in the order of the file.
        annotator: as the tool names them; None where a file has one annotator and no name.
        place: for errors.
    """

    id: str
    spans: tuple[HumanSpan, ...]
    annotator: str | None
    place: str


@dataclass
class Skipped:
    """What a file holds that is no finished work; counted, not an error."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str) -> None:
        """One more for this reason (a Chinese phrase)."""
        self.counts[reason] = self.counts.get(reason, 0) + 1


def attributes_of(values: Mapping[str, str | None], where: str) -> dict[str, str]:
    """All four attributes of a span.

    Args:
        values: attribute to its value or Chinese name; missing ones take the default.
        where: names the span in errors.

    Raises:
        InvalidRecordError: no polarity, or a value outside the closed set.
    """
    result = {}
    for attribute, known in ATTRIBUTES.items():
        value = values.get(attribute) or DEFAULTS.get(attribute)
        by_name = {name: key for key, name in known.items()}
        if value is None:
            raise InvalidRecordError(f"{where} has no {attribute}", expected=" or ".join(known))
        if value not in known and value not in by_name:
            raise InvalidRecordError(f"{where} has the {attribute} {value!r}", expected=", ".join(known))
        result[attribute] = value if value in known else by_name[value]
    return result
