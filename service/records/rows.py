"""Rows of a version: its annotation and its tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.schema import Annotation, Tag
from service.store.models import OutboxEntry, Record, RecordAnnotation, RecordVersion, TagRow

TOPIC = "record"
"""Topic of the outbox entries that tell of new and changed records."""

TagKey = tuple[int, int, str, str, str]


def add_annotation(
    session: Session,
    version: RecordVersion,
    annotation: Annotation,
    uncertainty: Sequence[float],
    finder: str,
    known: Iterable[TagKey] = (),
) -> int:
    """Store an annotation of a version as its current one, with a row for each tag; returns how many rows.

    Args:
        session: for writing.
        version: what was annotated.
        annotation: of exactly its text.
        uncertainty: of each tag.
        finder: who looked for evidence.
        known: tags that people decided about already and that are not proposed once more.
    """
    assert annotation.text == version.text, "the annotation belongs to another text"
    document = annotation.model_dump(mode="json", exclude={"text"})
    document["id"] = version.id
    document["source"] = {"path": version.file_name, "sha256": version.file_sha256, "media_type": version.media_type}
    made = RecordAnnotation(
        record_id=version.record_id,
        version_id=version.id,
        pipeline_version=annotation.pipeline_version,
        codebook_version=annotation.codebook_version,
        finder=finder,
        document=document,
    )
    session.add(made)
    session.flush()
    known = frozenset(known)
    # A norm says nothing of anybody: nobody reviews it and no ledger shows it.
    fresh = [
        (tag, unsure)
        for tag, unsure in zip(annotation.tags, uncertainty, strict=True)
        if tag_key(tag) not in known and tag.status != "normative"
    ]
    session.add_all(_tag_row(version, made, annotation, tag, unsure) for tag, unsure in fresh)
    session.flush()
    return len(fresh)


def _tag_row(
    version: RecordVersion, made: RecordAnnotation, annotation: Annotation, tag: Tag, uncertainty: float
) -> TagRow:
    turn = next((turn for turn in annotation.turns if turn.start <= tag.start < turn.end), None)
    return TagRow(
        record_id=version.record_id,
        version_id=version.id,
        annotation_id=made.id,
        **tag.model_dump(mode="json"),
        speaker=turn.speaker if turn else None,
        speaker_role=turn.role if turn else None,
        uncertainty=uncertainty,
    )


def tag_key(tag: Tag | TagRow) -> TagKey:
    """What makes two tags say the same of the same words."""
    return tag.start, tag.end, tag.label, tag.polarity, tag.subject


def tags_of(session: Session, version_id: str, states: Sequence[str] | None = None) -> Sequence[TagRow]:
    """The tags of a version in the order of the text.

    Args:
        session: decides whether they are seen.
        version_id: of the version.
        states: only tags in these states.
    """
    wanted = select(TagRow).where(TagRow.version_id == version_id)
    if states is not None:
        wanted = wanted.where(TagRow.state.in_(states))
    return session.scalars(wanted.order_by(TagRow.start, TagRow.end, TagRow.id)).all()


def current_annotation(session: Session, version_id: str) -> RecordAnnotation | None:
    """The newest annotation of a version."""
    return session.scalars(
        select(RecordAnnotation)
        .where(RecordAnnotation.version_id == version_id, RecordAnnotation.current.is_(True))
        .order_by(RecordAnnotation.id.desc())
        .limit(1)
    ).first()


def tell(session: Session, record: Record, change: str) -> None:
    """Note for other stores that a record changed, in the transaction of the change.

    Args:
        session: for writing.
        record: flushed before.
        change: created, corrected, reannotated.
    """
    payload: dict[str, Any] = {"version_id": record.current_version_id, "change": change}
    session.add(OutboxEntry(topic=TOPIC, object_type="record", object_id=record.id, payload=payload))
