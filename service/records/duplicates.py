"""Records with the same text, and with nearly the same: drafts, copies, scans of one report."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.near_duplicates import ALIKE, SHORTEST, plain, shingles
from service.records.preparing import text_sha256
from service.store.models import Record, RecordVersion

LOOKED_AT = 300
"""Most texts that one look for near-duplicates compares."""


def same_text(session: Session, version: RecordVersion, most: int = 50) -> Sequence[str]:
    """Ids of the other records whose current text is the same, the oldest first; those the session may see."""
    return session.scalars(
        select(Record.id)
        .join(RecordVersion, RecordVersion.id == Record.current_version_id)
        .where(RecordVersion.text_sha256 == version.text_sha256, Record.id != version.record_id)
        .order_by(Record.id)
        .limit(most)
    ).all()


def near_text(session: Session, text: str, *, but: str | None = None) -> list[str]:
    """Ids of records whose current text is nearly the same, the newest first; those the session may see.

    Texts are alike as in ``nlp.near_duplicates``: 4-grams without blanks and punctuation, Jaccard similarity of at least
    ``ALIKE``. The ``LOOKED_AT`` newest records of about the same length are compared; a batch of an archive is grouped as
    a whole by ``yanpan archive run``.

    Args:
        session: decides what is seen.
        text: normalised.
        but: id of a record that is left out.
    """
    bare = plain(text)
    if len(bare) < SHORTEST:
        return []
    own = shingles(bare)
    length = func.length(RecordVersion.text)
    # Blanks and punctuation count in the stored length, so the bounds are wider than those of the similarity itself.
    wanted = (
        select(Record.id, RecordVersion.text)
        .join(RecordVersion, RecordVersion.id == Record.current_version_id)
        .where(
            length >= int(len(text) * ALIKE * 0.8),
            length <= int(len(text) / (ALIKE * 0.8)),
            RecordVersion.text_sha256 != text_sha256(text),
        )
        .order_by(Record.id.desc())
        .limit(LOOKED_AT)
    )
    if but is not None:
        wanted = wanted.where(Record.id != but)
    found = []
    for record_id, other in session.execute(wanted):
        theirs = shingles(plain(other))
        shared = len(own & theirs)
        if shared >= ALIKE * (len(own) + len(theirs) - shared):
            found.append(record_id)
    return found
