"""The queue, the random sample of untagged clauses, and the gold that reviews make."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.errors import ConflictError, InvalidCursorError, InvalidInputError
from nlp.evaluation.gold import GoldDocument, read_rows
from service.access import Principal, Repository
from service.review import deciding, sampling
from service.review.gold import GoldFilters, gold
from service.review.queue import QueueFilters, QueueItem, queue
from service.store.etags import etag
from service.store.models import TagRow
from service.store.paging import Cursors, Page
from tests.service.people import People
from tests.service.review.world import BLAME, BOOK, CREDIT, PRAISE, TEXT, World, wanted

CURSORS = Cursors("00" * 32)


@pytest.fixture
def analyst(people: People) -> Principal:
    return people.principal("analyst")


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_the_least_certain_tags_come_first_and_pages_follow_each_other(
    repository: Repository, world: World, analyst: Principal
) -> None:
    for _ in range(3):
        world.record()
    world.record(unit="某省/A县", level=0)

    def part(cursor: str | None, limit: int, filters: QueueFilters) -> Page[QueueItem]:
        with repository.read(analyst) as session:
            return queue(session, analyst, filters, cursors=CURSORS, limit=limit, cursor=cursor)

    seen, cursor = list[QueueItem](), None
    while True:
        found = part(cursor, 5, QueueFilters())
        seen += found.items
        cursor = found.next_cursor
        if cursor is None:
            break
    assert [item.tag.quote for item in seen] == [BLAME] * 4 + [PRAISE] * 4 + [CREDIT] * 4
    assert len({item.tag.id for item in seen}) == 12
    for item in seen:
        assert item.context in TEXT
        assert item.tag.quote in item.context
        assert "\n" not in item.context
    first = part(None, 5, QueueFilters())
    with pytest.raises(InvalidCursorError):
        part(first.next_cursor, 5, QueueFilters(polarity="-"))
    only = part(None, 50, QueueFilters(polarity="-", unit_id=world.people.unit("某省/A县")))
    assert [item.tag.quote for item in only.items] == [BLAME]


def test_an_estimate_of_what_was_missed(repository: Repository, world: World, people: People) -> None:
    one, other = people.principal("analyst"), people.principal("reviewer")
    for _ in range(4):
        world.record()
    world.record(doc_type="talk_note", text="他话不多。工作踏实肯干。")
    with repository.read(one) as session:
        before = sampling.missed(session, one)
    assert (before.records, before.tagged, before.untagged, before.rate, before.recall) == (5, 12, 14, None, None)
    with repository.write(one) as session:
        drawn = sampling.draw(session, one, 12, seed=1)
    assert len(drawn) == 12
    for review in drawn:
        missing = []
        if "敢于担责" in review.quote:
            missing = [wanted(TEXT, "敢于担责")]
        with repository.write(one) as session:
            sampling.read_clause(session, one, BOOK, review.id, missing, if_match=etag(review))
    with repository.read(one) as session:
        assert sampling.to_read(session, one) == []
        after = sampling.missed(session, one)
    found = sum("敢于担责" in review.quote for review in drawn)
    assert found
    assert (after.read, after.missed, after.untagged) == (12, found, 14)
    assert after.rate is not None
    assert after.rate_low is not None
    assert after.rate_high is not None
    assert after.rate_low <= found / 12 <= after.rate_high
    assert after.recall is None  # nobody has decided about a tag of the machine
    tag = next(tag for tag in world.tags(drawn[0].record_id, "proposed"))
    with repository.write(other) as session:
        deciding.decide(session, other, BOOK, tag.id, "accept", if_match="*")
    with repository.read(one) as session:
        known = sampling.missed(session, one)
    assert (known.precision, known.tagged) == (1.0, 12)
    assert known.recall is not None
    assert 0 < known.recall <= 1


def test_a_drawn_clause_is_read_once_by_its_reader_and_tagged_inside(
    repository: Repository, world: World, people: People
) -> None:
    one, other = people.principal("analyst"), people.principal("analyst")
    world.record()
    with repository.write(one) as session:
        drawn = sampling.draw(session, one, 50, seed=2)
    assert {review.quote for review in drawn} == {"敢于担责", "汇报材料偏长", "前任遗留的债务"}
    review = next(review for review in drawn if review.quote == "敢于担责")
    for principal, tags, error in (
        (other, [], ConflictError),
        (one, [wanted(TEXT, "汇报材料偏长")], InvalidInputError),
    ):
        with pytest.raises(error), repository.write(principal) as session:
            sampling.read_clause(session, principal, BOOK, review.id, tags, if_match="*")
    with repository.write(one) as session:
        sampling.read_clause(session, one, BOOK, review.id, [], if_match="*")
    with pytest.raises(ConflictError), repository.write(one) as session:
        sampling.read_clause(session, one, BOOK, review.id, [], if_match="*")
    with pytest.raises(ConflictError), repository.write(one) as session:
        sampling.draw(session, one, 5)


def test_the_same_seed_draws_the_same_clauses(repository: Repository, world: World, people: People) -> None:
    for _ in range(5):
        world.record()
    drawn = []
    for principal in (people.principal("analyst"), people.principal("analyst")):
        with repository.write(principal) as session:
            made = sampling.draw(session, principal, 4, seed=7)
        drawn.append([(review.version_id, review.start) for review in made])
    assert drawn[0] == drawn[1]


def test_gold_is_what_the_training_reads(
    repository: Repository, world: World, analyst: Principal, tmp_path: Path
) -> None:
    done, begun = world.record(), world.record()
    for quote, action in ((PRAISE, "accept"), (BLAME, "reject"), (CREDIT, "accept")):
        with repository.write(analyst) as session:
            deciding.decide(session, analyst, BOOK, world.tag_of(done, quote).id, action, if_match="*")  # type: ignore[arg-type]
    with repository.write(analyst) as session:
        deciding.add(session, analyst, BOOK, world.version(done).id, wanted(TEXT, "敢于担责"))
        deciding.decide(session, analyst, BOOK, world.tag_of(begun, PRAISE).id, "accept", if_match="*")
    with repository.read(analyst) as session:
        found = list(gold(session, analyst))
        partly = list(gold(session, analyst, GoldFilters(complete=False)))
        assert list(gold(session, analyst, GoldFilters(blind_only=True))) == []
    assert len(partly) == 2
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found), encoding="utf-8")
    (document,) = read_rows(path, GoldDocument)
    assert document.text == TEXT
    assert [tag.quote for tag in document.tags] == [PRAISE, "敢于担责", CREDIT]
    assert [tag["origin"] for tag in found[0]["tags"]] == ["machine", "human", "machine"]
    assert {name for tag in found[0]["tags"] for name in tag["reviewed_by"]} == {analyst.id}


def test_gold_leaves_out_what_the_reader_may_not_see(repository: Repository, world: World, people: People) -> None:
    secret = world.record(level=3)
    with repository.system_write("test") as session:
        for tag in world.tags(secret):
            session.get_one(TagRow, tag.id).state = "rejected"
    high, low = people.principal("analyst"), people.principal("analyst", clearance=2)
    with repository.write(high) as session:
        deciding.add(session, high, BOOK, world.version(secret).id, wanted(TEXT, "敢于担责"))
    for principal, count in ((high, 1), (low, 0)):
        with repository.read(principal) as session:
            assert len(list(gold(session, principal))) == count
