"""The evidence of records out of the store, as ``nlp.profile`` reads it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.profile import Evidence, Voice
from nlp.profile import Record as ProfileRecord
from nlp.schema import Annotation
from service.observation.shapes import Line
from service.records.viewing import tag_as_json
from service.store.models import Record, RecordAnnotation, RecordVersion, TagRow, Unit

_VOICES: dict[str, Voice] = {
    "superior": "superior",
    "peer": "peer",
    "subordinate": "subordinate",
    "public": "public",
    "self": "self",
    "organisation": "evaluators",
}
_STATES = ("accepted", "proposed")
_CHUNK = 200


@dataclass
class Gathered:
    """The current versions of some records with their tags.

    Attributes:
        reviewed, proposed: the same records, with the tags that people accepted or made, and with those that nobody looked
            at yet. Rejected, replaced and outdated tags are nowhere.
        waiting: ids of records with tags that nobody looked at.
    """

    reviewed: list[ProfileRecord] = field(default_factory=list)
    proposed: list[ProfileRecord] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    _versions: dict[str, RecordVersion] = field(default_factory=dict)
    _tags: dict[tuple[str, str, int, int, str, str, str], TagRow] = field(default_factory=dict)

    def line(self, item: Evidence, *, reviewed: bool = True) -> Line:
        """A piece of evidence with all that opens it."""
        version = self._versions[item.record]
        state = "accepted" if reviewed else "proposed"
        tag = self._tags[item.record, state, item.start, item.end, item.label, item.polarity, item.subject]
        return Line(
            tag_id=tag.id,
            record_id=version.record_id,
            version_id=version.id,
            href=f"/v1/records/{version.record_id}?version_id={version.id}",
            page=place_of(version.anchors, item.start),
            title=version.title,
            reviewed=reviewed,
            **{
                name: getattr(item, name)
                for name in (
                    "start", "end", "quote", "label", "polarity", "status", "kind", "tagged_by", "voice", "speaker",
                    "date", "unit", "doc_type", "origin",
                )
            },
        )  # fmt: skip

    def add(self, version: RecordVersion, document: dict[str, Any], tags: Sequence[TagRow], **known: Any) -> None:
        """Add a record."""
        self._versions[version.id] = version
        for state, records in zip(_STATES, (self.reviewed, self.proposed), strict=True):
            own = [tag for tag in tags if tag.state == state]
            for tag in own:
                key = (version.id, state, tag.start, tag.end, tag.label, tag.polarity, tag.subject)
                self._tags.setdefault(key, tag)
            said = {**document, "id": version.id, "text": version.text, "tags": [tag_as_json(tag) for tag in own]}
            records.append(ProfileRecord(annotation=Annotation.model_validate(said), **known))
            if own and state == "proposed":
                self.waiting.append(version.record_id)


def gather(
    session: Session,
    record_ids: Iterable[str],
    counts: Callable[[TagRow], bool],
    relations: Mapping[str, str | None] | None = None,
) -> Gathered:
    """Load records, in any number, a few at a time.

    Args:
        session: decides which of them are seen.
        record_ids: of the records.
        counts: whether a tag speaks of the one observed.
        relations: for a record, how its source stands to the one observed, where a person stated it.
    """
    found = Gathered()
    wanted = sorted(set(record_ids))
    units: dict[str, str] = {}
    for first in range(0, len(wanted), _CHUNK):
        rows = session.execute(
            select(Record, RecordVersion)
            .join(RecordVersion, RecordVersion.id == Record.current_version_id)
            .where(Record.id.in_(wanted[first : first + _CHUNK]))
            .order_by(Record.id)
        ).all()
        ids = [version.id for _, version in rows]
        documents = _documents(session, ids)
        tags = _tags(session, ids)
        _name_units(session, {record.unit_id for record, _ in rows}, units)
        for record, version in rows:
            if version.id not in documents:
                continue  # not annotated yet
            stated = (relations or {}).get(record.id) or version.source_kind
            found.add(
                version,
                documents[version.id],
                [tag for tag in tags[version.id] if counts(tag)],
                date=record.document_date,
                unit=units.get(record.unit_id),
                author=version.author,
                voice=None if stated is None else _VOICES.get(stated),
            )
    return found


def place_of(anchors: list[dict[str, Any]] | None, start: int) -> str | None:
    """Where in the file a character stands, for people: ``第3页``."""
    for anchor in anchors or ():
        if anchor["start"] <= start < anchor["end"]:
            label = f"（{anchor['label']}）" if anchor.get("label") else ""
            return f"第{anchor['number']}{_KIND_ZH.get(anchor['kind'], '处')}{label}"
    return None


_KIND_ZH = {"page": "页", "paragraph": "段", "table_row": "行(表格)", "line": "行", "row": "行", "slide": "张"}


def _documents(session: Session, version_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = session.execute(
        select(RecordAnnotation.version_id, RecordAnnotation.document)
        .where(RecordAnnotation.version_id.in_(version_ids), RecordAnnotation.current.is_(True))
        .order_by(RecordAnnotation.id)
    )
    return {row[0]: row[1] for row in rows}


def _tags(session: Session, version_ids: Sequence[str]) -> dict[str, list[TagRow]]:
    found: dict[str, list[TagRow]] = defaultdict(list)
    rows = session.scalars(
        select(TagRow)
        .where(TagRow.version_id.in_(version_ids), TagRow.state.in_(_STATES))
        .order_by(TagRow.start, TagRow.end, TagRow.id)
    )
    for tag in rows:
        found[tag.version_id].append(tag)
    return found


def _name_units(session: Session, ids: set[str], known: dict[str, str]) -> None:
    missing = ids - known.keys()
    if missing:
        rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(missing)))
        known.update({row[0]: row[1] for row in rows})
