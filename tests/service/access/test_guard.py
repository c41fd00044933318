"""No query goes around the rules, and no table is without one."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.orm import aliased

import service
from nlp.errors import AccessDeniedError, NotFoundError, UnguardedQueryError
from service.access import Principal, Repository
from service.access.repository import fetch
from service.access.roles import PERMISSIONS, ROLES
from service.access.visibility import RULES
from service.store.base import Base
from service.store.models import (
    Record,
    RecordVersion,
    Review,
    Subject,
    SubjectIdentity,
    SubjectLink,
    TagRow,
    Unit,
    User,
)
from tests.service.people import People

BARE_RECORDS = Record.__table__
BARE_TAGS = TagRow.__table__


def tag(record_id: str, version_id: str, **fields: Any) -> TagRow:
    shape = {
        "start": 0, "end": 3, "quote": "该同志", "label": "responsibility", "family": "trait", "polarity": "+",
        "status": "observed", "subject": "target", "kind": "judgement", "score": 0.9, "source": "lexicon",
    }  # fmt: skip
    return TagRow(record_id=record_id, version_id=version_id, **{**shape, **fields})


@pytest.fixture
def world(people: People, repository: Repository) -> dict[str, str]:
    """Two counties, in each a public and a secret record, each with one tag."""
    found = {}
    for unit in ("某省/A县", "某省/B县"):
        for level in (0, 2):
            found[f"{unit[-2:]}{level}"] = people.record(text=f"{unit}{level}", unit=unit, level=level)
    with repository.system_write("test") as session:
        for version in session.scalars(select(RecordVersion)).all():
            session.add(tag(version.record_id, version.id))
    return found


@pytest.fixture
def reader(people: People, world: dict[str, str]) -> Principal:
    """Sees one record of the four."""
    return people.principal("analyst", unit="某省/A县", clearance=1)


def test_every_table_has_a_rule_and_every_permission_somebody() -> None:
    mapped = {mapper.class_ for mapper in Base.registry.mappers}
    assert mapped == set(RULES)
    assert set().union(*ROLES.values()) == set(PERMISSIONS)
    used = {permission for rule in RULES.values() for permission in rule.writers} - {"*"}
    assert used <= set(PERMISSIONS)


def test_readers_see_what_they_may_through_every_kind_of_query(repository: Repository, reader: Principal) -> None:
    other = aliased(Record)
    inner = select(RecordVersion.text).subquery()
    queries: list[tuple[Any, list[Any]]] = [
        (select(RecordVersion.text), ["某省/A县0"]),
        (select(func.count()).select_from(Record), [1]),
        (select(func.count(TagRow.id)), [1]),
        (select(func.count()).select_from(other), [1]),
        (select(func.count()).select_from(inner), [1]),
        (select(select(RecordVersion.text).cte().c.text), ["某省/A县0"]),
        (select(Unit.name).where(exists().where(Record.unit_id == Unit.id)), ["某省A县"]),
        (select(Unit.name).where(Unit.id.in_(select(Record.unit_id))), ["某省A县"]),
        (select(RecordVersion.text).join(Record, Record.id == RecordVersion.record_id), ["某省/A县0"]),
        (select(func.max(RecordVersion.text)).join(other, other.id == RecordVersion.record_id), ["某省/A县0"]),
        (select(select(func.count()).select_from(Record).scalar_subquery()).select_from(Unit).distinct(), [1]),
        (union_all(select(RecordVersion.text), select(RecordVersion.text)), ["某省/A县0", "某省/A县0"]),
        (select(aliased(RecordVersion, select(RecordVersion).subquery()).text), ["某省/A县0"]),
        (select(RecordVersion.text).where(BARE_RECORDS.c.id == RecordVersion.record_id).join(Record), ["某省/A县0"]),
    ]
    with repository.read(reader) as session:
        for statement, expected in queries:
            assert session.scalars(statement).all() == expected, str(statement)


def test_queries_that_the_rules_cannot_see_through_are_refused(repository: Repository, reader: Principal) -> None:
    queries: list[Any] = [
        select(BARE_RECORDS.c.id),
        text("SELECT id FROM records"),
        select(text("id")).select_from(Record),
        select(BARE_TAGS.c.quote).where(Unit.id != ""),
        select(Unit.name).where(exists().where(BARE_TAGS.c.id != "")),
        select(Unit.name).where(Unit.id.in_(select(BARE_RECORDS.c.unit_id))),
        select(Unit.name).join(BARE_TAGS, BARE_TAGS.c.id != ""),
        select(func.count()).select_from(BARE_RECORDS, Unit),
        select(func.count()).select_from(BARE_RECORDS.alias(), Unit),
        select(func.count()).select_from(Unit).join(BARE_RECORDS.alias(), Unit.id != ""),
        select(Unit.name, func.count(BARE_TAGS.c.id)).group_by(Unit.name),
        select(Record.id).where(exists(select(BARE_RECORDS.c.id))),
        select(Record.id).where(select(func.count(BARE_RECORDS.c.id)).scalar_subquery() > 1),
        select(func.count()).select_from(Record.__table__.join(BARE_TAGS, BARE_TAGS.c.record_id == BARE_RECORDS.c.id)),
        update(Record).values(title="x"),
        delete(TagRow),
        insert(Record).values(title="x"),
    ]
    with repository.read(reader) as session:
        for statement in queries:
            with pytest.raises(UnguardedQueryError):
                session.execute(statement).all()


def test_one_object_by_its_id(repository: Repository, reader: Principal, world: dict[str, str]) -> None:
    with repository.read(reader) as session:
        assert fetch(session, Record, world["A县0"]).id == world["A县0"]
        for hidden in ("A县2", "B县0", "B县2"):
            assert session.get(Record, world[hidden]) is None
            with pytest.raises(NotFoundError) as there:
                fetch(session, Record, world[hidden])
            with pytest.raises(NotFoundError) as nowhere:
                fetch(session, Record, "0193e3a0-0000-7000-8000-000000000000")
            assert there.value.message == nowhere.value.message


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_administrators_and_auditors_read_no_record(
    repository: Repository, people: People, world: dict[str, str], role: str
) -> None:
    with repository.read(people.principal(role)) as session:
        for model in (Record, RecordVersion, TagRow, Subject, SubjectLink, SubjectIdentity, Review):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def write(repository: Repository, principal: Principal, change: Callable[[Any], None]) -> None:
    with repository.write(principal) as session:
        change(session)


def test_writing_stays_within_reach(repository: Repository, people: People, world: dict[str, str]) -> None:
    writer = people.principal("archivist", unit="某省/A县", clearance=1)
    here, there = people.unit("某省/A县"), people.unit("某省/B县")
    with repository.system_read("test") as session:
        hidden = session.scalars(select(RecordVersion).where(RecordVersion.record_id == world["B县0"])).one()
        seen = session.scalars(select(RecordVersion).where(RecordVersion.record_id == world["A县0"])).one()

    def record(unit_id: str, level: int) -> Callable[[Any], None]:
        return lambda session: session.add(Record(unit_id=unit_id, confidentiality=level, created_by=writer.id))

    write(repository, writer, record(here, 1))
    with pytest.raises(NotFoundError):
        write(repository, writer, record(there, 0))
    with pytest.raises(AccessDeniedError, match="clearance"):
        write(repository, writer, record(here, 2))
    write(repository, writer, lambda session: session.add(tag(seen.record_id, seen.id)))
    for record_id, version_id in ((seen.record_id, hidden.id), (hidden.record_id, seen.id)):
        with pytest.raises(NotFoundError):
            write(repository, writer, lambda session, r=record_id, v=version_id: session.add(tag(r, v)))
    with pytest.raises(NotFoundError):
        write(repository, writer, lambda session: setattr(session.get(Record, seen.record_id), "unit_id", there))
    with pytest.raises(AccessDeniedError):
        write(
            repository, writer, lambda session: session.add(User(login="x", display_name="x", unit_id=here, roles=[]))
        )
    with pytest.raises(AccessDeniedError):
        write(
            repository,
            people.principal("investigator", unit="某省/A县"),
            lambda session: setattr(session.get(Record, seen.record_id), "title", "改"),
        )


def test_an_older_version_shows_no_more_than_the_present_one(repository: Repository, people: People) -> None:
    """A record that was raised to a higher level, or moved away, hides its old versions as well."""
    raised, moved = people.record(unit="某省/A县", level=0), people.record(unit="某省/A县", level=0)
    there = people.unit("某省/B县")
    reader = people.principal("analyst", unit="某省/A县", clearance=1)
    with repository.read(reader) as session:
        assert len(session.scalars(select(RecordVersion)).all()) == 2
    with repository.system_write("test") as session:
        session.get_one(Record, raised).confidentiality = 3
        session.get_one(Record, moved).unit_id = there
    with repository.read(reader) as session:
        assert session.scalars(select(RecordVersion)).all() == []


def test_sealed_reviews_are_seen_by_their_author_only(repository: Repository, people: People) -> None:
    record_id = people.record()
    first, second = people.principal("reviewer"), people.principal("reviewer")
    with repository.write(first) as session:
        version = session.scalars(select(RecordVersion)).one()
        session.add(
            Review(
                record_id=record_id,
                version_id=version.id,
                reviewer_id=first.id,
                action="add",
                start=0,
                end=3,
                quote="该同志",
                sealed=True,
            )
        )
    for who, count in ((first, 1), (second, 0)):
        with repository.read(who) as session:
            assert session.scalar(select(func.count()).select_from(Review)) == count


def test_nothing_in_the_service_leaves_the_guarded_sessions() -> None:
    """Below the store only the audit log, the units' closure and migrations speak to the connection."""
    allowed = {"audit/log.py", "audit/verify.py", "store/units.py", "store/migrate.py", "store/database.py"}
    root = Path(service.__file__).parent
    found = set()
    for path in root.rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            reaches = isinstance(node, ast.Attribute) and node.attr in ("connection", "get_bind", "engine")
            if reaches and _of_session(node):
                found.add(path.relative_to(root).as_posix())
    assert found <= allowed


def _of_session(node: ast.Attribute) -> bool:
    owner = node.value
    return isinstance(owner, ast.Name | ast.Attribute) and getattr(owner, "id", getattr(owner, "attr", "")) in (
        "session",
        "database",
        "repository",
    )
