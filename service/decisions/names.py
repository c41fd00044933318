"""Names that the records and subjects of a note give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from nlp.structure.folding import fold
from nlp.structure.rules import structure_rules
from nlp.structure.turns import read_header
from service.access import Repository
from service.decisions.denaming import Denamer
from service.store.models import RecordVersion, SubjectIdentity, TagRow

_PEOPLE = (
    "谈话对象", "被谈话人", "受访人", "谈话人", "记录人", "考察对象", "被考察人", "考察人", "姓名",
)  # fmt: skip
_BREAK = re.compile(r"[，、；,;（( /\t]")


def denamer(repository: Repository, subject_id: str, version_ids: Iterable[str], further: Iterable[str]) -> Denamer:
    """What takes out all names that are known.

    Names are looked up for the service, not for the caller: who may not see a name must not publish it unknowingly.

    Args:
        repository: the database.
        subject_id: the person evaluated.
        version_ids: of the records whose words are used.
        further: names that a person adds.
    """
    ids = list(version_ids)
    with repository.system_read("denaming") as session:
        own, others = set[str](), {*further}
        for identity in session.scalars(select(SubjectIdentity)):
            names = {identity.name, *identity.aliases}
            if identity.subject_id == subject_id:
                own |= names
            else:
                others |= names
        marks = structure_rules().turns
        known = marks.interviewer | marks.interviewee | marks.note_taker
        speakers = session.scalars(select(TagRow.speaker).where(TagRow.version_id.in_(ids)).distinct())
        others |= {_first(speaker) for speaker in speakers if speaker and _first(speaker) not in known}
        for version in session.scalars(select(RecordVersion).where(RecordVersion.id.in_(ids))):
            others |= set(_of_document(version))
    return Denamer(own, others)


def _of_document(version: RecordVersion) -> Iterator[str]:
    if version.author:
        yield from (part for part in _BREAK.split(version.author) if part)
    fields = read_header(fold(version.text)).fields
    for key in _PEOPLE:
        for part in re.split("[、，,]", fields.get(key, "")):
            yield _first(part)


def _first(value: str) -> str:
    return _BREAK.split(value.strip(), maxsplit=1)[0]
