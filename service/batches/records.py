"""A file of a batch, and whether the same file was taken in before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.models import Record, RecordVersion


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file with what its batch says of it, as ``service.records.batch_ingest`` takes it."""

    name: str
    content: bytes
    unit_id: str
    confidentiality: int
    options: Mapping[str, Any]


def taken_in_before(session: Session, sha256: str) -> str | None:
    """The record that was made from the same bytes, among those the session's principal may see."""
    same = (
        select(Record)
        .join(RecordVersion, Record.current_version_id == RecordVersion.id)
        .where(RecordVersion.file_sha256 == sha256)
        .order_by(Record.id)
        .limit(1)
    )
    found = session.scalars(same).first()
    return None if found is None else found.id
