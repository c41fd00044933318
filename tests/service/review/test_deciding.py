"""What a decision makes of a tag, and what refuses one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from nlp.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PreconditionMissingError,
    VersionConflictError,
)
from service.access import Principal, Repository
from service.review import deciding
from service.review.shapes import TagChange, TagWanted
from service.store.etags import etag
from service.store.models import AuditEntry, Record, RecordVersion, Review, TagRow
from tests.service.people import People
from tests.service.review.world import BLAME, BOOK, PRAISE, TEXT, World, wanted

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def analyst(people: People) -> Principal:
    return people.principal("analyst")


def decide(repository: Repository, principal: Principal, tag: TagRow, action: Any, **options: Any) -> Review:
    options.setdefault("if_match", etag(tag))
    with repository.write(principal) as session:
        return deciding.decide(session, principal, BOOK, tag.id, action, **options)


def undo(repository: Repository, principal: Principal, review: Review) -> None:
    with repository.write(principal) as session:
        deciding.undo(session, principal, review.id, if_match="*")


@both
def test_accepting_rejecting_changing_and_adding(repository: Repository, world: World, analyst: Principal) -> None:
    record_id = world.record()
    version = world.version(record_id)
    praise, credit, blame = world.tags(record_id)
    decide(repository, analyst, praise, "accept")
    decide(repository, analyst, credit, "reject", comment="说的是前任")
    longer = wanted(TEXT, "有时" + BLAME)
    change = TagChange(start=longer.start, end=longer.end, quote=longer.quote, kind="fact")
    review = decide(repository, analyst, blame, "change", change=change)
    with repository.write(analyst) as session:
        deciding.add(session, analyst, BOOK, version.id, wanted(TEXT, "敢于担责"))
    states = {(tag.quote, tag.state, tag.origin, tag.source) for tag in world.tags(record_id)}
    assert states == {
        (PRAISE, "accepted", "machine", "classifier"),
        (credit.quote, "rejected", "machine", "classifier"),
        (BLAME, "replaced", "machine", "classifier"),
        ("有时" + BLAME, "accepted", "human", "human"),
        ("敢于担责", "accepted", "human", "human"),
    }
    new = next(tag for tag in world.tags(record_id) if tag.replaces_id == blame.id)
    assert (new.label, new.polarity, new.kind, new.cues) == (blame.label, "-", "fact", blame.cues)
    assert review.result_tag_id == new.id
    with repository.system_read("test") as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert list(actions)[-4:] == ["review.accept", "review.reject", "review.change", "review.add"]


def test_a_changed_polarity_drops_the_cue_that_decided_it(
    repository: Repository, world: World, analyst: Principal
) -> None:
    tag = world.tag_of(world.record(), PRAISE)
    review = decide(repository, analyst, tag, "change", change=TagChange(polarity="-"))
    with repository.system_read("test") as session:
        assert session.get_one(TagRow, review.result_tag_id).cues == []


def test_the_speaker_of_an_added_tag_is_the_one_marked_in_the_text(
    repository: Repository, world: World, analyst: Principal
) -> None:
    version = world.version(world.record())
    with repository.write(analyst) as session:
        first = deciding.add(session, analyst, BOOK, version.id, wanted(TEXT, "李某𠮷同志"))
        second = deciding.add(session, analyst, BOOK, version.id, wanted(TEXT, "敢于担责"))
        speakers = [session.get_one(TagRow, one.result_tag_id).speaker for one in (first, second)]
    assert speakers == ["答", None]


@both
def test_of_two_who_decide_from_the_same_reading_the_second_is_told(
    repository: Repository, world: World, people: People, analyst: Principal
) -> None:
    tag = world.tag_of(world.record(), PRAISE)
    decide(repository, analyst, tag, "accept")
    other = people.principal("reviewer")
    with pytest.raises(VersionConflictError):
        decide(repository, other, tag, "reject")
    with pytest.raises(PreconditionMissingError):
        decide(repository, other, tag, "reject", if_match=None)
    # Accepting what is accepted leaves the tag as it is, and is noticed all the same.
    again = world.tag_of(tag.record_id, PRAISE)
    decide(repository, other, again, "accept")
    with pytest.raises(VersionConflictError):
        decide(repository, analyst, again, "reject")


def test_taking_back_returns_to_the_decision_before(repository: Repository, world: World, people: People) -> None:
    one, other = people.principal("analyst"), people.principal("reviewer")
    record_id = world.record()

    def state() -> str:
        return world.tag_of(record_id, PRAISE).state

    first = decide(repository, one, world.tag_of(record_id, PRAISE), "reject")
    second = decide(repository, other, world.tag_of(record_id, PRAISE), "accept")
    assert state() == "accepted"
    with pytest.raises(AccessDeniedError):
        undo(repository, one, second)
    undo(repository, other, second)
    assert state() == "rejected"
    undo(repository, one, first)
    assert state() == "proposed"
    with pytest.raises(ConflictError):
        undo(repository, one, first)


def test_taking_back_a_change_or_an_addition(repository: Repository, world: World, analyst: Principal) -> None:
    record_id = world.record()
    changed = decide(repository, analyst, world.tag_of(record_id, PRAISE), "change", change=TagChange(kind="fact"))
    with repository.write(analyst) as session:
        added = deciding.add(session, analyst, BOOK, changed.version_id, wanted(TEXT, "敢于担责"))
    later = decide(repository, analyst, world.tag_of(record_id, "敢于担责"), "accept")
    with pytest.raises(ConflictError):
        undo(repository, analyst, added)  # a later decision rests on it
    undo(repository, analyst, later)
    undo(repository, analyst, added)
    undo(repository, analyst, changed)
    assert [tag.quote for tag in world.tags(record_id, "proposed")] == ["从不推诿扯皮", "他三年化解", BLAME]
    assert {tag.state for tag in world.tags(record_id) if tag.origin == "human"} == {"rejected"}


@pytest.mark.parametrize(
    ("start", "end", "quote", "label"),
    [
        (0, 0, "李", "responsibility"),
        (5, 3, "李", "responsibility"),
        (0, 10_000, "李", "responsibility"),
        (8, 14, PRAISE, "responsibility"),  # UTF-16 units: one too far behind 𠮷
        (7, 13, "从不推诿推诿", "responsibility"),
        (7, 13, PRAISE, "no_such_label"),
    ],
)
def test_tags_that_do_not_fit_the_text_are_refused(
    repository: Repository, world: World, analyst: Principal, start: int, end: int, quote: str, label: str
) -> None:
    version = world.version(world.record())
    shape = TagWanted(start=start, end=end, quote=quote, label=label, polarity="-")
    with pytest.raises(InvalidInputError), repository.write(analyst) as session:
        deciding.add(session, analyst, BOOK, version.id, shape)
    assert len(world.tags(version.record_id)) == 3


def test_the_same_tag_twice_and_a_change_of_nothing_are_refused(
    repository: Repository, world: World, analyst: Principal
) -> None:
    record_id = world.record()
    version = world.version(record_id)
    with pytest.raises(ConflictError), repository.write(analyst) as session:
        deciding.add(session, analyst, BOOK, version.id, wanted(TEXT, PRAISE))
    with pytest.raises(InvalidInputError):
        decide(repository, analyst, world.tag_of(record_id, PRAISE), "change", change=TagChange(polarity="+"))
    tag = world.tag_of(record_id, PRAISE)
    decide(repository, analyst, tag, "change", change=TagChange(status="reported"))
    with pytest.raises(ConflictError):
        decide(repository, analyst, tag, "accept", if_match="*")


def test_what_lies_out_of_reach_is_not_found(repository: Repository, world: World, people: People) -> None:
    tag = world.tag_of(world.record(unit="某省/A县", level=2), PRAISE)
    for principal in (people.principal("analyst", unit="某省/B县"), people.principal("analyst", clearance=1)):
        with pytest.raises(NotFoundError):
            decide(repository, principal, tag, "accept")
    with pytest.raises(AccessDeniedError):
        decide(repository, people.principal("investigator"), tag, "accept")


def test_a_corrected_record_is_reviewed_in_its_new_version(
    repository: Repository, world: World, people: People, analyst: Principal
) -> None:
    tag = world.tag_of(world.record(), PRAISE)
    with repository.system_write("test") as session:
        record = session.get_one(Record, tag.record_id)
        newer = RecordVersion(
            record_id=record.id,
            number=2,
            unit_id=record.unit_id,
            text="更正",
            text_sha256="1" * 64,
            created_by=record.created_by,
        )
        session.add(newer)
        session.flush()
        record.current_version_id = newer.id
    with pytest.raises(ConflictError):
        decide(repository, analyst, tag, "accept")


def test_a_tag_carried_with_its_state_gets_it_back(repository: Repository, world: World, analyst: Principal) -> None:
    """A correction carries accepted tags to the new version without the decisions about them."""
    record_id = world.record()
    tag = world.tag_of(record_id, PRAISE)
    world.accept(tag.id)
    for action, change in (("reject", None), ("change", TagChange(kind="fact"))):
        review = decide(repository, analyst, world.tag_of(record_id, PRAISE), action, change=change)
        undo(repository, analyst, review)
        with repository.system_read("test") as session:
            assert session.get_one(TagRow, tag.id).state == "accepted"


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_decisions_taken_back_in_turn_leave_the_tags_as_they_were(
    repository: Repository, world: World, analyst: Principal, data: st.DataObject
) -> None:
    record_id = world.record()
    done: list[Review] = []
    for _ in range(data.draw(st.integers(1, 5))):
        tag = data.draw(st.sampled_from(world.tags(record_id, "proposed", "accepted", "rejected")))
        action = data.draw(st.sampled_from(["accept", "reject", "change"]))
        change = None
        if action == "change":
            start = data.draw(st.integers(0, len(TEXT) - 2))
            end = data.draw(st.integers(start + 1, len(TEXT)))
            change = TagChange(start=start, end=end, quote=TEXT[start:end], kind=data.draw(st.sampled_from(["fact"])))
        try:
            done.append(decide(repository, analyst, tag, action, change=change))
        except (ConflictError, InvalidInputError):
            continue
    for tag in world.tags(record_id):
        assert TEXT[tag.start : tag.end] == tag.quote
    for review in reversed(done):
        undo(repository, analyst, review)
    assert [tag.quote for tag in world.tags(record_id, "proposed", "accepted")] == [
        "从不推诿扯皮",
        "他三年化解",
        BLAME,
    ]
    assert {tag.state for tag in world.tags(record_id) if tag.origin == "machine"} == {"proposed"}
