"""Tags made by people, and the state that decisions leave a tag in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.codebook import Codebook
from nlp.errors import ConflictError, InvalidInputError
from service.review.labels import require_label
from service.review.shapes import TagWanted
from service.store.models import Adjudication, RecordAnnotation, RecordVersion, Review, TagRow

LIVE = ("proposed", "accepted")
BEFORE = "state_before"
"""Key of a decision's proposal: the state that the tag had, where no decision about it tells."""
_STATES = {"accept": "accepted", "reject": "rejected"}


def check_wanted(book: Codebook, version: RecordVersion, wanted: TagWanted) -> None:
    """Go on only with a tag that fits the text and the codebook.

    Raises:
        InvalidInputError: the span lies outside, the quote is not the text there, or the label is unknown.
    """
    require_label(book, wanted.label)
    if not wanted.start < wanted.end <= len(version.text):
        raise InvalidInputError(
            f"the span {wanted.start}-{wanted.end} is not in the text",
            place="start",
            expected=f"a span of its {len(version.text)} characters",
        )
    if version.text[wanted.start : wanted.end] != wanted.quote:
        raise InvalidInputError(
            f"the quote is not the text at {wanted.start}-{wanted.end}",
            place="quote",
            hint="offsets count Unicode code points, not UTF-16 units",
        )


def same_tag(session: Session, version_id: str, wanted: TagWanted, but: TagRow | None = None) -> TagRow | None:
    """The tag that says the same of the same words already, if there is one."""
    same = select(TagRow).where(
        TagRow.version_id == version_id,
        TagRow.state.in_(LIVE),
        TagRow.start == wanted.start,
        TagRow.end == wanted.end,
        TagRow.label == wanted.label,
        TagRow.polarity == wanted.polarity,
        TagRow.subject == wanted.subject,
    )
    if but is not None:
        same = same.where(TagRow.id != but.id)
    return session.scalars(same.order_by(TagRow.id)).first()


def require_new(session: Session, version_id: str, wanted: TagWanted, but: TagRow | None = None) -> None:
    """Go on only where no tag says the same already.

    Raises:
        ConflictError: one does.
    """
    found = same_tag(session, version_id, wanted, but)
    if found is not None:
        raise ConflictError("these words carry this label already", path=found.id, hint="decide about that tag")


def human_tag(
    session: Session, book: Codebook, version: RecordVersion, wanted: TagWanted, replaces: TagRow | None = None
) -> TagRow:
    """A new tag by a person, accepted as it is.

    Args:
        session: for writing.
        book: whose label it carries.
        version: on whose text it stands.
        wanted: checked by :func:`check_wanted` and :func:`require_new` before.
        replaces: the tag that it takes the place of.
    """
    label = book.label(wanted.label)
    speaker, role = speaker_at(session, version.id, wanted.start)
    changed = set() if replaces is None else _changed(replaces, wanted)
    cues = [] if replaces is None else [cue for cue in replaces.cues if cue["effect"].partition("=")[0] not in changed]
    tag = TagRow(
        record_id=version.record_id,
        version_id=version.id,
        replaces_id=None if replaces is None else replaces.id,
        origin="human",
        state="accepted",
        family=label.family,
        group=label.group,
        score=1.0,
        source="human",
        cues=cues,
        speaker=speaker,
        speaker_role=role,
        **wanted.model_dump(),
    )
    session.add(tag)
    session.flush()
    return tag


def _changed(tag: TagRow, wanted: TagWanted) -> set[str]:
    return {name for name, value in wanted.model_dump().items() if getattr(tag, name) != value}


def speaker_at(session: Session, version_id: str, start: int) -> tuple[str | None, str | None]:
    """Who speaks at a place of a version, as marked in its text, and in which role."""
    document = current_annotation(session, version_id)
    for turn in (document or {}).get("turns", ()):
        if turn["start"] <= start < turn["end"]:
            return turn["speaker"], turn["role"]
    return None, None


def current_annotation(session: Session, version_id: str) -> dict[str, Any] | None:
    """The newest annotation of a version without its text; None where there is none."""
    return session.scalars(
        select(RecordAnnotation.document)
        .where(RecordAnnotation.version_id == version_id, RecordAnnotation.current.is_(True))
        .order_by(RecordAnnotation.id.desc())
        .limit(1)
    ).first()


def standing(session: Session, tag: TagRow) -> str:
    """The state that a tag's decisions leave it in: the last one that took effect counts.

    A decision took effect when ``result_tag_id`` is set.
    """
    session.flush()
    replaced = select(TagRow.id).where(TagRow.replaces_id == tag.id, TagRow.state != "rejected")
    if session.scalars(replaced).first() is not None:
        return "replaced"
    reviews = select(Review.id, Review.action).where(
        Review.tag_id == tag.id, Review.result_tag_id == tag.id, Review.undone_at.is_(None)
    )
    adjudications = select(Adjudication.id, Adjudication.action).where(Adjudication.result_tag_id == tag.id)
    decided: Sequence[tuple[str, str]] = sorted(
        (id, action)
        for statement in (reviews, adjudications)
        for id, action in session.execute(statement)
        if action in _STATES
    )
    if decided:
        return _STATES[decided[-1][1]]
    first = session.scalars(select(Review.proposal).where(Review.tag_id == tag.id).order_by(Review.id).limit(1)).first()
    if first is not None and BEFORE in first:
        return str(first[BEFORE])
    return "accepted" if tag.origin == "human" else "proposed"
