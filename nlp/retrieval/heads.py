"""Heads: what of every case stays in memory while an index is open, and where its text lies in the cases file.

A head line is a case's record without its text. The cases file is the truth; the heads only spare reading it all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nlp.retrieval.case import Case


@dataclass(frozen=True, slots=True)
class Head:
    """A case without its text.

    Attributes:
        key: number of the case inside the index; never changed, never given again, rising in file order.
        offset: first byte of the case's line in ``cases.jsonl``.
        length: bytes of that line, line end included.
        tags: the tags as ``CaseTag`` records.
        confidentiality: level of the case.
        leaning: as ``nlp.retrieval.leaning`` stores it; None in indexes of before it was kept.
        content: tells this content from other contents of a case of the same id; empty in indexes of before it was kept.

    """

    key: int
    offset: int
    length: int
    id: str
    title: str | None
    doc_type: str | None
    unit: str | None
    date: str | None
    outcome: str | None
    source: str | None
    tags: tuple[dict[str, Any], ...]
    tags_by: str
    meta: dict[str, Any]
    confidentiality: int = 0
    content: str = ""
    leaning: str | None = None

    def moved(self, offset: int) -> Head:
        """The same head for a line that now starts at ``offset``."""
        return replace(self, offset=offset)


def head_of(case: Case, *, key: int, offset: int, length: int) -> Head:
    """The head of a case whose line starts at ``offset``."""
    return Head(
        key=key,
        offset=offset,
        length=length,
        id=case.id,
        title=case.title,
        doc_type=case.doc_type,
        unit=case.unit,
        date=case.date,
        outcome=case.outcome,
        source=case.source,
        tags=tuple(tag.model_dump() for tag in case.tags or ()),
        tags_by=case.tags_by,
        meta=case.meta,
        confidentiality=case.confidentiality,
        content=content_of(case),
        leaning=case.leaning,
    )


def content_of(case: Case) -> str:
    """A fingerprint of what was given as a case: 32 hexadecimal digits, without tags that the annotator found."""
    derived = {"tags", "tags_by", "leaning"} if case.tags_by == "annotate" else {"tags_by", "leaning"}
    record = case.model_dump(mode="json", exclude=derived)
    plain = json.dumps(record, ensure_ascii=True, sort_keys=True)
    return hashlib.blake2b(plain.encode(), digest_size=16).hexdigest()


def write_heads(path: Path, heads: Iterable[Head]) -> None:
    """Write heads as JSONL."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for head in heads:
            file.write(json.dumps(asdict(head), ensure_ascii=False) + "\n")


def read_heads(path: Path) -> Iterator[Head]:
    """Read what ``write_heads`` wrote."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            record["tags"] = tuple(record["tags"])
            yield Head(**record)
