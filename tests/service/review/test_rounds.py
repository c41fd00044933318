"""Blind rounds: what is seen when, what takes effect, who settles the rest, and how far the two agree."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from service.access import Principal, Repository
from service.review import adjudicating, agreement, deciding, rounds
from service.review.adjudicating import Ruling
from service.review.queue import QueueFilters, queue, waiting
from service.review.reviewers import reviewers_of
from service.review.shapes import TagChange
from service.store.models import Adjudication, Review, ReviewRound
from service.store.paging import Cursors
from tests.service.people import People
from tests.service.review.world import BLAME, BOOK, CREDIT, PRAISE, TEXT, World, wanted

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
CURSORS = Cursors("00" * 32)


class Blind:
    """A round on one record with its two reviewers and a third person."""

    def __init__(self, repository: Repository, world: World, people: People) -> None:
        self.repository, self.world = repository, world
        self.one, self.other, self.third = (people.principal(role) for role in ("analyst", "reviewer", "reviewer"))
        self.record_id = world.record()
        self.version = world.version(self.record_id)
        with repository.write(self.third) as session:
            made = rounds.create_round(session, repository, self.third, self.record_id, [self.one.id, self.other.id])
        self.id = made.id

    def decide(self, principal: Principal, quote: str, action: Any, change: TagChange | None = None) -> Review:
        tag = self.world.tag_of(self.record_id, quote)
        with self.repository.write(principal) as session:
            return deciding.decide(session, principal, BOOK, tag.id, action, if_match="*", change=change)

    def add(self, principal: Principal, quote: str, **fields: Any) -> Review:
        with self.repository.write(principal) as session:
            return deciding.add(session, principal, BOOK, self.version.id, wanted(TEXT, quote, **fields))

    def finish(self, principal: Principal) -> None:
        rounds.finish(self.repository, principal, BOOK, self.id, if_match="*")

    def state(self) -> str:
        with self.repository.system_read("test") as session:
            return session.get_one(ReviewRound, self.id).state

    def seen_by(self, principal: Principal) -> set[str]:
        with self.repository.read(principal) as session:
            return set(session.scalars(select(Review.id).where(Review.round_id == self.id)))

    def rule(self, principal: Principal, ruling: Ruling) -> Adjudication:
        with self.repository.write(principal) as session:
            return adjudicating.adjudicate(session, principal, BOOK, self.id, ruling)


@pytest.fixture
def blind(repository: Repository, world: World, people: People) -> Blind:
    return Blind(repository, world, people)


def decide_all(blind: Blind) -> None:
    """They agree on one tag, differ on two, and one adds a tag that the other does not."""
    blind.decide(blind.one, PRAISE, "accept")
    blind.decide(blind.one, BLAME, "accept")
    blind.decide(blind.one, CREDIT, "reject")
    blind.add(blind.one, "汇报材料偏长", label="work_style", polarity="-")
    blind.decide(blind.other, PRAISE, "accept")
    blind.decide(blind.other, BLAME, "change", TagChange(status="reported"))
    blind.decide(blind.other, CREDIT, "accept")


@both
def test_nobody_sees_the_others_decisions_before_both_have_finished(blind: Blind) -> None:
    decide_all(blind)
    assert len(blind.seen_by(blind.one)) == 4
    assert len(blind.seen_by(blind.other)) == 3
    assert blind.seen_by(blind.third) == set()
    assert {tag.state for tag in blind.world.tags(blind.record_id)} == {"proposed"}
    blind.finish(blind.one)
    assert blind.seen_by(blind.other) & blind.seen_by(blind.one) == set()
    assert blind.seen_by(blind.third) == set()
    with blind.repository.read(blind.third) as session, pytest.raises(ConflictError):
        adjudicating.differences(session, blind.third, blind.id)
    with blind.repository.read(blind.one) as session, pytest.raises(ConflictError):
        agreement.of_round(session, blind.one, BOOK, blind.id)
    blind.finish(blind.other)
    assert len(blind.seen_by(blind.third)) == 7
    assert blind.state() == "adjudicating"
    assert blind.world.tag_of(blind.record_id, PRAISE).state == "accepted"
    assert blind.world.tag_of(blind.record_id, BLAME).state == "proposed"


@both
def test_a_third_person_settles_the_differences(blind: Blind) -> None:
    decide_all(blind)
    blind.finish(blind.other)
    blind.finish(blind.one)
    with blind.repository.read(blind.third) as session:
        found = adjudicating.differences(session, blind.third, blind.id)
    assert [len(matter.reviews) for matter in found] == [2, 2, 1]
    credit, blame, added = found
    with pytest.raises(AccessDeniedError):
        blind.rule(blind.other, Ruling(matter=credit.key, outcome="accept"))
    blind.rule(blind.third, Ruling(matter=credit.key, outcome="reject", reason="债务是前任的"))
    reported = next(review for review in blame.reviews if review.action == "change")
    blind.rule(blind.third, Ruling(matter=blame.key, outcome="follow", review_id=reported.id))
    with pytest.raises(NotFoundError):
        blind.rule(blind.third, Ruling(matter=blame.key, outcome="reject"))
    with pytest.raises(InvalidInputError):
        blind.rule(blind.third, Ruling(matter=added.key, outcome="accept"))
    assert blind.state() == "adjudicating"
    shorter = wanted(TEXT, "材料偏长", label="work_style", polarity="-")
    made = blind.rule(blind.third, Ruling(matter=added.key, outcome="tag", wanted=shorter))
    assert (made.action, made.chosen_review_id) == ("add", None)
    assert blind.state() == "closed"
    left = {(tag.quote, tag.state, tag.status) for tag in blind.world.tags(blind.record_id)}
    assert left == {
        (PRAISE, "accepted", "observed"),
        (CREDIT, "rejected", "observed"),
        (BLAME, "replaced", "observed"),
        (BLAME, "accepted", "reported"),
        ("材料偏长", "accepted", "observed"),
    }


def test_without_differences_the_round_closes_by_itself(blind: Blind) -> None:
    for principal in (blind.one, blind.other):
        for quote in (PRAISE, BLAME, CREDIT):
            blind.decide(principal, quote, "accept")
        blind.add(principal, "敢于担责")
        blind.finish(principal)
    assert blind.state() == "closed"
    tags = blind.world.tags(blind.record_id)
    assert {(tag.quote, tag.state) for tag in tags} == {
        (quote, "accepted") for quote in (PRAISE, BLAME, CREDIT, "敢于担责")
    }
    with blind.repository.read(blind.third) as session:
        reviews = session.scalars(select(Review).where(Review.round_id == blind.id)).all()
        found = agreement.of_round(session, blind.third, BOOK, blind.id)
    assert all(review.result_tag_id for review in reviews)
    assert (found.kappa, found.alpha, found.decisions, found.same_decisions) == (1.0, 1.0, 3, 3)


def test_agreement_counts_clauses_and_characters_before_adjudication(blind: Blind) -> None:
    decide_all(blind)
    blind.finish(blind.one)
    blind.finish(blind.other)
    with blind.repository.read(blind.third) as session:
        found = agreement.of_round(session, blind.third, BOOK, blind.id)
        together = agreement.of_all(session, blind.third, BOOK)
        nobody = agreement.of_all(session, blind.third, BOOK, reviewer_ids=[blind.third.id])
    by_label = {one.label: (one.both, one.first, one.second) for one in found.labels}
    assert by_label == {
        "responsibility": (1, 0, 0),
        "democracy_unity": (1, 0, 0),
        "work_style": (0, 1, 0),
        "execution": (0, 0, 1),
    }
    assert found.kappa is not None
    assert found.alpha is not None
    assert 0 < found.kappa < 1
    assert 0 < found.alpha < 1
    assert (found.decisions, found.same_decisions, found.clauses) == (3, 1, 6)
    assert together == found
    assert (nobody.rounds, nobody.kappa, nobody.alpha) == (0, None, None)


def test_nobody_finishes_with_tags_undecided_or_twice(blind: Blind) -> None:
    blind.decide(blind.one, PRAISE, "accept")
    with pytest.raises(ConflictError, match="2 proposed tags"):
        blind.finish(blind.one)
    blind.decide(blind.one, BLAME, "reject")
    blind.decide(blind.one, CREDIT, "reject")
    blind.finish(blind.one)
    with pytest.raises(ConflictError):
        blind.finish(blind.one)
    with pytest.raises(ConflictError):
        blind.decide(blind.one, PRAISE, "reject")
    with pytest.raises(NotFoundError):
        blind.finish(blind.third)


def test_an_own_sealed_decision_can_be_replaced_and_taken_back(blind: Blind) -> None:
    first = blind.decide(blind.one, PRAISE, "accept")
    second = blind.decide(blind.one, PRAISE, "reject")
    with blind.repository.system_read("test") as session:
        assert session.get_one(Review, first.id).undone_at is not None
    with blind.repository.write(blind.one) as session:
        deciding.undo(session, blind.one, second.id, if_match="*")
        assert len(rounds.undecided(session, blind.one, session.get_one(ReviewRound, blind.id))) == 3
    with blind.repository.write(blind.other) as session, pytest.raises(NotFoundError):
        deciding.undo(session, blind.other, second.id, if_match="*")


def test_others_keep_out_of_an_open_round(blind: Blind) -> None:
    with pytest.raises(ConflictError):
        blind.decide(blind.third, PRAISE, "accept")
    with pytest.raises(ConflictError):
        blind.add(blind.third, "敢于担责")

    def waits_for(principal: Principal) -> int:
        with blind.repository.read(principal) as session:
            assert len(queue(session, principal, QueueFilters(), cursors=CURSORS, limit=50).items) == waiting(
                session, principal
            )
            return waiting(session, principal)

    assert [waits_for(principal) for principal in (blind.one, blind.other, blind.third)] == [3, 3, 0]
    blind.decide(blind.one, PRAISE, "accept")
    assert [waits_for(principal) for principal in (blind.one, blind.other, blind.third)] == [2, 3, 0]


def test_a_round_ended_early_leaves_the_tags_and_its_decisions_sealed(blind: Blind) -> None:
    review = blind.decide(blind.one, PRAISE, "accept")
    with blind.repository.write(blind.third) as session:
        rounds.withdraw_round(session, blind.third, blind.id, if_match="*")
    assert blind.state() == "withdrawn"
    assert blind.seen_by(blind.third) == set()
    assert blind.world.tag_of(blind.record_id, PRAISE).state == "proposed"
    with blind.repository.write(blind.third) as session:
        again = rounds.create_round(
            session, blind.repository, blind.third, blind.record_id, [blind.one.id, blind.other.id]
        )
    assert again.id != review.round_id


def test_only_people_who_may_see_the_record_review_it(repository: Repository, world: World, people: People) -> None:
    record_id = world.record(unit="某省/A县", level=2)
    head = people.principal("reviewer")
    near = people.user("analyst", unit="某省/A县")
    high = people.user("analyst")
    far, low, reader = (
        people.user("analyst", unit="某省/B县"),
        people.user("analyst", clearance=1),
        people.user("investigator"),
    )
    found = {one.id: one.may_adjudicate for one in reviewers_of(repository, head, record_id)}
    assert found == {head.id: True, near: False, high: False}
    for other in (far, low, reader, "nobody", near):
        with pytest.raises(InvalidInputError), repository.write(head) as session:
            rounds.create_round(session, repository, head, record_id, [near, other])
    with pytest.raises(NotFoundError):
        reviewers_of(repository, people.principal("reviewer", unit="某省/B县"), record_id)
    with repository.write(head) as session:
        rounds.create_round(session, repository, head, record_id, [near, high])
    with pytest.raises(ConflictError), repository.write(head) as session:
        rounds.create_round(session, repository, head, record_id, [near, high])
