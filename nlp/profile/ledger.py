"""Evidence ledgers: the positive and negative evidence about one person or team, each line with its source.

Counts and quotations only. Nothing here weighs, sums up or ranks a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.schema import Annotation, Tag


@dataclass(frozen=True)
class LedgerLine:
    """One piece of evidence and where it stands.

    Attributes:
        document: id of the annotation.
        tag: the evidence; its offsets refer to that document's text.
        speaker: who said it in a talk note, as marked there; None outside turns.
    """

    document: str
    tag: Tag
    speaker: str | None


@dataclass(frozen=True)
class Ledger:
    """实绩清单 (positive) and 负面表现清单 (negative).

    Attributes:
        positive, negative: evidence about the target or the team, in order of label, then place.
        others: evidence about other people, which does not count for the person evaluated.
    """

    positive: tuple[LedgerLine, ...]
    negative: tuple[LedgerLine, ...]
    others: tuple[LedgerLine, ...]

    def counts(self) -> dict[tuple[str, str], int]:
        """(label, polarity) to the number of lines."""
        return dict(Counter((line.tag.label, line.tag.polarity) for line in (*self.positive, *self.negative)))


def build_ledger(annotations: Iterable[Annotation]) -> Ledger:
    """Collect the evidence of one or more documents about the same subject; normative tags are left out."""
    positive: list[LedgerLine] = []
    negative: list[LedgerLine] = []
    others: list[LedgerLine] = []
    for annotation in annotations:
        for tag in annotation.tags:
            if tag.status == "normative":
                continue
            line = LedgerLine(annotation.id, tag, _speaker(annotation, tag))
            if tag.subject == "other":
                others.append(line)
            elif tag.polarity == "+":
                positive.append(line)
            else:
                negative.append(line)
    return Ledger(*(tuple(sorted(lines, key=_order)) for lines in (positive, negative, others)))


def _speaker(annotation: Annotation, tag: Tag) -> str | None:
    for turn in annotation.turns:
        if turn.start <= tag.start < turn.end:
            return turn.speaker
    return None


def _order(line: LedgerLine) -> tuple[str, str, str, int]:
    return line.tag.family, line.tag.label, line.document, line.tag.start
