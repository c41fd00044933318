"""Segmentation as CLI and API show it."""

from __future__ import annotations

from pydantic import BaseModel

from nlp.schema import Clause, DocType, Section, Span, Turn
from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure


class Word(Span):
    """One jieba word; punctuation and blanks are no words."""

    text: str


class Segmentation(BaseModel):
    """The form of one document; offsets are code points of ``text``."""

    id: str | None
    doc_type: DocType | None
    text: str
    sections: list[Section]
    turns: list[Turn]
    clauses: list[Clause]
    words: list[Word]


def segment_text(text: str, *, id: str | None = None) -> Segmentation:
    """Segment one text."""
    from nlp.structure.words import cut

    structure = parse_structure(normalise(text).text)
    shown, folded = structure.text, structure.folded
    return Segmentation(
        id=id,
        doc_type=structure.doc_type,
        text=shown,
        sections=[
            Section(start=item.start, end=item.end, title=shown[slice(*item.title_span(folded))], level=item.level)
            for item in structure.sections
        ],
        turns=[Turn(start=item.start, end=item.end, speaker=item.speaker, role=item.role) for item in structure.turns],
        clauses=[Clause(start=item.start, end=item.end) for item in structure.clauses],
        words=[
            Word(start=start, end=end, text=shown[start:end])
            for start, end in cut(folded)
            if any(char.isalnum() for char in shown[start:end])
        ],
    )
