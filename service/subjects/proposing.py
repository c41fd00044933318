"""Proposals: whose name a record holds, with the words that hold it. Nothing is linked before a person confirms it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from nlp.structure.folding import fold
from nlp.structure.turns import read_header
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.records.details import SourceKind
from service.store.models import Record, RecordVersion, Subject, SubjectIdentity, SubjectLink
from service.subjects.linking import LinkRole, linked

# Header fields that name whom the document is about, and those that name somebody else in it.
_TARGET = ("考察对象", "被考察人", "被反映人", "姓名")
_SPEAKER = ("谈话对象", "被谈话人", "受访人", "访谈对象")
_TITLE_LINES = 3
_ENDS = re.compile("[，、；：（ \t]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of the text that names somebody.

    Attributes:
        start, end: code points of the text.
        role: what the place says of them.
        relation: how the source stands to them, where the place says so.
        reason: which place it is, for people.
    """

    start: int
    end: int
    role: LinkRole
    relation: SourceKind | None
    reason: str


def mention(text: str, names: Sequence[str], kind: str = "person", others: Iterable[str] = ()) -> Mention | None:
    """The most telling place of a text that holds one of the names.

    A header field that names the person evaluated comes first, then the title, then the person who speaks, then any place
    of the text. Simplified and traditional characters are the same; a name of one character is no name.

    Args:
        text: normalised.
        names: of one person or team.
        kind: person or team.
        others: names of others; where 李某某 is somebody else, the first two characters of it are not 李某.
    """
    folded = fold(text)
    wanted = sorted({fold(name.strip()) for name in names if len(name.strip()) > 1}, key=len, reverse=True)
    if not wanted:
        return None
    for other in {fold(other.strip()) for other in others} - set(wanted):
        if any(name in other for name in wanted):
            folded = folded.replace(other, "\0" * len(other))
    return next(_places(folded, wanted, "team" if kind == "team" else "target"), None)


def _places(folded: str, names: Sequence[str], role: LinkRole) -> Iterator[Mention]:
    header = read_header(folded)
    fields = [(line, *_field(folded[slice(*line)])) for line in header.ranges]
    for (start, end), key, value in fields:
        if key in _TARGET and (found := _anywhere(folded, start + value, end, names)):
            yield Mention(*found, role, None, f"表头“{key}”")
    in_header = {start for start, _ in header.ranges}
    for start, end in _title_lines(folded):
        if start not in in_header and (found := _anywhere(folded, start, end, names)):
            yield Mention(*found, role, None, "标题")
    for (start, end), key, value in fields:
        if key in _SPEAKER and (found := _named(folded, start + value, end, names)):
            about_self = header.interviewee_is_target
            yield Mention(*found, role if about_self else "mentioned", "self" if about_self else None, f"表头“{key}”")
    if found := _anywhere(folded, 0, len(folded), names):
        yield Mention(*found, "mentioned", None, "正文")


def _field(line: str) -> tuple[str, int]:
    """Key of a header line, and where its value starts in the line."""
    key, mark, rest = line.replace(":", "：").partition("：")
    blanks = len(rest) - len(rest.lstrip())
    return re.sub(r"\s+", "", key), len(key) + len(mark) + blanks


def _named(folded: str, start: int, end: int, names: Sequence[str]) -> tuple[int, int] | None:
    """One of the names of a field: ``李某（副局长）、王某``."""
    place = start
    while place < end:
        stop = _ENDS.search(folded, place, end)
        until = stop.start() if stop else end
        word = folded[place:until].removesuffix("同志")
        if word in names:
            return place, place + len(word)
        place = until + 1
    return None


def _anywhere(folded: str, start: int, end: int, names: Sequence[str]) -> tuple[int, int] | None:
    found = [(place, place + len(name)) for name in names if (place := folded.find(name, start, end)) >= 0]
    return min(found) if found else None


def _title_lines(folded: str) -> list[tuple[int, int]]:
    lines, place = [], 0
    for line in folded.split("\n"):
        if line.strip():
            lines.append((place, place + len(line)))
        place += len(line) + 1
        # A long line, or one that ends a sentence, is no title any more.
        if len(lines) == _TITLE_LINES or len(line) > 40 or line.rstrip().endswith("。"):
            break
    return [line for line in lines if line[1] - line[0] <= 40 and not folded[slice(*line)].rstrip().endswith("。")]


def propose(session: Session, principal: Principal, record_id: str) -> list[SubjectLink]:
    """Propose links of a record to every subject whose name its current version holds.

    A pair that was linked, proposed or rejected before is left alone.

    Args:
        session: for writing.
        principal: who asks; only subjects whose names they may see are found.
        record_id: of a record they may see.

    Raises:
        AccessDeniedError: they may not link, or not see names.
        NotFoundError: there is no such record for them.
    """
    principal.require("subject.write")
    principal.require("subject.identify")
    version = _current(session, record_id)
    rows = session.execute(
        select(Subject, SubjectIdentity)
        .join(SubjectIdentity, SubjectIdentity.subject_id == Subject.id)
        .order_by(Subject.id)
    ).all()
    everybody = {name for _, known in rows for name in (known.name, *known.aliases)}
    made = []
    for subject, known in rows:
        found = mention(version.text, (known.name, *known.aliases), subject.kind, everybody)
        if found is not None and linked(session, subject.id, version.record_id) is None:
            made.append(_proposal(session, version, subject, found))
    audit(session, "subject_link.propose", "record", version.record_id, links=len(made))
    return made


def propose_by_name(session: Session, principal: Principal, record_id: str, subject_id: str, name: str) -> SubjectLink:
    """Propose the link to one subject by a name that the user gives; the name itself is kept nowhere.

    Raises:
        AccessDeniedError: they may not link.
        NotFoundError: there is no such record or subject for them.
        InvalidInputError: the record does not hold the name, or the two are linked already.
    """
    principal.require("subject.write")
    subject = fetch(session, Subject, subject_id)
    version = _current(session, record_id)
    found = mention(version.text, (name,), subject.kind)
    if found is None:
        raise InvalidInputError("the record does not hold this name", place="name", expected="at least two characters")
    if linked(session, subject.id, version.record_id) is not None:
        raise InvalidInputError("the record was linked to the subject before", place="subject_id")
    made = _proposal(session, version, subject, found)
    audit(session, "subject_link.propose", "record", version.record_id, links=1)
    return made


def _current(session: Session, record_id: str) -> RecordVersion:
    record = fetch(session, Record, record_id)
    return fetch(session, RecordVersion, str(record.current_version_id))


def _proposal(session: Session, version: RecordVersion, subject: Subject, found: Mention) -> SubjectLink:
    made = SubjectLink(
        subject_id=subject.id,
        record_id=version.record_id,
        version_id=version.id,
        role=found.role,
        relation=found.relation,
        state="proposed",
        start=found.start,
        end=found.end,
        quote=version.text[found.start : found.end],
        reason=found.reason,
    )
    session.add(made)
    session.flush()
    return made
