"""Visibility against an oracle that knows the rules in plain words, over random trees, people and records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from service.access import Principal, Repository
from service.access.roles import ROLES, permissions_of
from service.store.database import Database
from service.store.models import Record, RecordVersion, Unit
from service.store.units import add_unit
from tests.service.databases import Databases
from tests.service.people import People


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def crowd(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Repository, dict[str, str | None], list[tuple[str, str, int, int]], str]]:
    """Thirty units in a random tree, 150 records: repository, parents, (record, unit, level, version's level), a user."""
    folder: Path = tmp_path_factory.mktemp("shadow")
    url = databases.url(request.param, folder)
    database = Database(url)
    repository = Repository(database)
    chance = random.Random(20261122)
    people = People(repository)
    root = people.unit()
    author = people.user("archivist")
    with repository.system_write("test") as session:
        units = [root]
        for number in range(30):
            units.append(add_unit(session, f"n{number}", f"第{number}单位", chance.choice(units)).id)
        rows = []
        for _ in range(150):
            unit, level, earlier = chance.choice(units), chance.randrange(5), chance.randrange(5)
            record = Record(unit_id=unit, confidentiality=level, created_by=author)
            session.add(record)
            session.flush()
            fields = {"record_id": record.id, "unit_id": unit, "confidentiality": earlier, "created_by": author}
            session.add(RecordVersion(**fields, number=1, text="好", text_sha256="0"))
            rows.append((record.id, unit, level, earlier))
    with repository.system_read("test") as session:
        parents = {unit.id: unit.parent_id for unit in session.scalars(select(Unit))}
    yield repository, parents, rows, author
    database.close()
    databases.give_back(url)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_seen_and_counted_is_what_the_oracle_allows(
    crowd: tuple[Repository, dict[str, str | None], list[tuple[str, str, int, int]], str], data: st.DataObject
) -> None:
    repository, parents, rows, author = crowd
    unit = data.draw(st.sampled_from(sorted(parents)))
    clearance = data.draw(st.integers(0, 4))
    roles = data.draw(st.sets(st.sampled_from(sorted(ROLES)), max_size=3))

    def under(place: str | None) -> bool:
        while place is not None and place != unit:
            place = parents[place]
        return place == unit

    reads = bool(roles & {"analyst", "reviewer", "investigator", "archivist"})
    allowed = {id_ for id_, at, level, _ in rows if reads and under(at) and level <= clearance}
    versions = {id_ for id_, _, _, earlier in rows if id_ in allowed and earlier <= clearance}
    principal = Principal(author, "x", "user", frozenset(roles), unit, clearance, False, permissions_of(roles))
    with repository.read(principal) as session:
        assert set(session.scalars(select(Record.id))) == allowed
        assert set(session.scalars(select(RecordVersion.record_id))) == versions
        assert session.scalar(select(func.count()).select_from(Record)) == len(allowed)
        by_unit = session.execute(select(Record.unit_id, func.count()).group_by(Record.unit_id)).all()
        assert sum(count for _, count in by_unit) == len(allowed)
        probe = data.draw(st.sampled_from(rows))[0]
        assert (session.get(Record, probe) is not None) == (probe in allowed)
