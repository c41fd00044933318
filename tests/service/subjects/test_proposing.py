"""Which words of a record name whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError, VersionConflictError
from service.access import Repository
from service.records.correcting import Correction, correct
from service.records.preparing import prepare, typed_document
from service.store.etags import etag
from service.store.models import AuditEntry, RecordVersion, SubjectLink
from service.subjects.linking import NewLink, decide, link
from service.subjects.proposing import mention, propose, propose_by_name
from service.subjects.registering import Identity, NewSubject, SubjectChange, change, identify, register
from tests.service.people import People
from tests.service.records.conftest import Take

TALK = "谈话记录\n谈话对象：王某（副局长）\n与考察对象关系：同级\n考察对象：某局局长李某\n答：李某某不错，李某也不错。"


@pytest.mark.parametrize(
    ("text", "names", "others", "found"),
    [
        (TALK, ["李某"], ["李某某"], ("李某", "target", "表头“考察对象”")),
        (TALK, ["王某"], [], ("王某", "mentioned", "表头“谈话对象”")),
        (TALK, ["李某某"], [], ("李某某", "mentioned", "正文")),
        ("关于李某同志的考察材料\n其工作扎实。", ["李某"], [], ("李某", "target", "标题")),
        ("關於𠮷某同志的考察材料\n其工作扎實。", ["𠮷某"], [], ("𠮷某", "target", "标题")),
        (
            "谈话记录\n谈话对象：张某\n与考察对象关系：本人\n答：我工作扎实。",
            ["张某"],
            [],
            ("张某", "target", "表头“谈话对象”"),
        ),
        ("考察材料\n陳某工作扎实。", ["陈某"], [], ("陳某", "mentioned", "正文")),
        ("考察材料\n李某某工作扎实。", ["李某"], ["李某某"], None),
        ("考察材料\n李某工作扎实。", ["李"], [], None),
        ("", ["李某"], [], None),
    ],
)
def test_the_most_telling_place(
    text: str, names: list[str], others: list[str], found: tuple[str, str, str] | None
) -> None:
    made = mention(text, names, others=others)
    assert (None if made is None else (text[made.start : made.end], made.role, made.reason)) == found


@settings(max_examples=60, deadline=None)
@given(st.text("李某王：\n，答考察对象𠮷 。", max_size=60))
def test_a_mention_is_always_the_name(text: str) -> None:
    made = mention(text, ["李某"])
    assert (made is None) == ("李某" not in text)
    if made is not None:
        assert text[made.start : made.end] == "李某"


def test_a_proposal_is_confirmed_by_a_person(repository: Repository, people: People, take: Take) -> None:
    record = take(TALK).record
    analyst = people.principal("analyst")
    with repository.write(analyst) as session:
        subject = register(
            session, analyst, NewSubject(unit_id=people.units[People.ROOT], identity=Identity(name="李某"))
        )
        assert subject.code.startswith("S-")
        (made,) = propose(session, analyst, record.id)
        assert (made.state, made.quote, made.role, made.created_by) == ("proposed", "李某", "target", None)
        assert propose(session, analyst, record.id) == []
    with repository.write(analyst) as session:
        with pytest.raises(VersionConflictError):
            decide(session, analyst, made.id, "confirmed", if_match='"7"')
        done = decide(session, analyst, made.id, "confirmed", if_match=etag(made), relation="peer")
        assert (done.state, done.decided_by, done.relation) == ("confirmed", analyst.id, "peer")
        with pytest.raises(ConflictError):
            link(session, analyst, NewLink(subject_id=subject.id, record_id=record.id, reason="再认定"))
    with repository.system_read("test") as session:
        told = " ".join(session.scalars(select(AuditEntry.details)))
        assert "李" not in told


def test_words_are_checked_and_a_statement_needs_a_ground(repository: Repository, people: People, take: Take) -> None:
    record = take(TALK).record
    analyst = people.principal("analyst")
    with repository.write(analyst) as session:
        subject = register(session, analyst, NewSubject(unit_id=people.units[People.ROOT]))
    wrong = NewLink(subject_id=subject.id, record_id=record.id, start=0, end=2, quote="李某")
    with pytest.raises(InvalidInputError, match="quote"), repository.write(analyst) as session:
        link(session, analyst, wrong)
    with pytest.raises(ValueError, match="words that show it, or a reason"):
        NewLink(subject_id=subject.id, record_id=record.id)
    with pytest.raises(InvalidInputError, match="does not hold"), repository.write(analyst) as session:
        propose_by_name(session, analyst, record.id, subject.id, "赵某")
    with repository.write(analyst) as session:
        assert propose_by_name(session, analyst, record.id, subject.id, "李某").quote == "李某"


def test_names_are_for_those_who_may_see_them(repository: Repository, people: People, take: Take) -> None:
    record = take(TALK, unit="某省/A县").record
    clerk = people.principal("archivist", unit="某省/A县")
    unit = people.unit("某省/A县")
    named = NewSubject(unit_id=unit, identity=Identity(name="李某"))
    with pytest.raises(AccessDeniedError), repository.write(clerk) as session:
        register(session, clerk, named)
    with pytest.raises(AccessDeniedError), repository.write(clerk) as session:
        propose(session, clerk, record.id)
    with repository.write(clerk) as session:
        # Whoever knows the name may still look for it in a record that they may see.
        subject = register(session, clerk, NewSubject(unit_id=unit))
        assert propose_by_name(session, clerk, record.id, subject.id, "李某").state == "proposed"
    far = people.principal("analyst", unit="某省/B县")
    with pytest.raises(NotFoundError), repository.write(far) as session:
        propose(session, far, record.id)


def test_codes_are_unique_and_names_are_corrected(repository: Repository, people: People) -> None:
    analyst = people.principal("analyst")
    unit = people.unit()
    with repository.write(analyst) as session:
        one = register(session, analyst, NewSubject(unit_id=unit, code="S-1"))
        other = register(session, analyst, NewSubject(unit_id=unit))
    with pytest.raises(ConflictError), repository.write(analyst) as session:
        change(session, analyst, other.id, SubjectChange(code="S-1"), if_match="*")
    with repository.write(analyst) as session:
        first = identify(session, analyst, one.id, Identity(name="李某"), if_match=None)
        tag = etag(first)
        identify(session, analyst, one.id, Identity(name="李某某", aliases=["老李"]), if_match=tag)
    with pytest.raises(VersionConflictError), repository.write(analyst) as session:
        identify(session, analyst, one.id, Identity(name="王某"), if_match=tag)


def test_a_link_follows_the_correction_while_its_words_stand(
    repository: Repository, people: People, take: Take, lexicon: object
) -> None:
    made = take(TALK)
    analyst, archivist = people.principal("analyst"), people.principal("archivist")
    with repository.write(analyst) as session:
        register(session, analyst, NewSubject(unit_id=people.units[People.ROOT], identity=Identity(name="李某")))
        (proposal,) = propose(session, analyst, made.record.id)
    changed = TALK.replace("王某（副局长）", "王某（局党组副书记）")
    for text, follows in (
        (changed, True),
        (changed.replace("考察对象：某局局长李某", "考察对象：某局局长刘某"), False),
    ):
        prepared = prepare(lexicon, typed_document(text, "d"))  # type: ignore[arg-type]
        with repository.write(archivist) as session:
            done = correct(
                session,
                archivist,
                made.record.id,
                Correction(reason="更正", text=text),
                if_match="*",
                prepared=prepared,
            )
        with repository.read(analyst) as session:
            found = session.get_one(SubjectLink, proposal.id)
            version = session.get_one(RecordVersion, found.version_id)
            assert (found.version_id == done.version.id) == follows
            assert version.text[found.start : found.end] == found.quote == "李某"
