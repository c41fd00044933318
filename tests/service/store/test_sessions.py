"""Transactions, versions, values: alike on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import StatementError

from nlp.errors import (
    ConflictError,
    InvalidInputError,
    StorageFullError,
    StoreError,
    UnguardedQueryError,
    VersionConflictError,
)
from service.access import Repository
from service.access.guard import system_guard
from service.store.database import Database, StoreSession
from service.store.ids import is_id, new_id
from service.store.models import Record, RecordVersion, Unit, User
from tests.service.databases import Databases
from tests.service.people import People


def test_ids_sort_in_the_order_they_were_made() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert all(is_id(one) and one[14] == "7" and one[19] in "89ab" for one in ids)
    assert not is_id("x")


def test_ids_made_by_many_threads_are_unique() -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = [one for many in pool.map(lambda _: [new_id() for _ in range(500)], range(8)) for one in many]
    assert len(set(ids)) == 4000


def test_a_change_made_from_an_older_version_fails(repository: Repository, people: People) -> None:
    unit_id = people.unit("某省/A县")
    with repository.system_read("one") as session:
        mine = session.get_one(Unit, unit_id)
        session.expunge(mine)
    with repository.system_write("two") as session:
        session.get_one(Unit, unit_id).name = "乙"
    mine.name = "甲"
    with pytest.raises(VersionConflictError), repository.system_write("one") as session:
        session.add(mine)
    with repository.system_read("test") as session:
        assert session.get_one(Unit, unit_id).name == "乙"


def test_of_many_changes_from_one_version_exactly_one_holds(repository: Repository, people: People) -> None:
    unit_id = people.unit("某省/A县")
    ready = threading.Barrier(6)

    def change(number: int) -> bool:
        with repository.system_read("test") as session:
            version = session.get_one(Unit, unit_id).version
        ready.wait()
        try:
            with repository.system_write("test") as session:
                unit = session.get_one(Unit, unit_id)
                if unit.version != version:
                    raise VersionConflictError("stale")
                unit.name = f"甲{number}"
        except VersionConflictError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(change, range(6))) == 1
    with repository.system_read("test") as session:
        assert session.get_one(Unit, unit_id).version == 2


def spoil(repository: Repository, record_id: str, *, delete: bool) -> None:
    with repository.system_write("test") as session:
        version = session.scalars(select(RecordVersion).where(RecordVersion.record_id == record_id)).one()
        if delete:
            session.delete(version)
        else:
            version.text = "改"


def test_immutable_rows_stay_whoever_writes(repository: Repository, people: People) -> None:
    record_id = people.record()
    for delete in (False, True):
        with pytest.raises(UnguardedQueryError, match="never"):
            spoil(repository, record_id, delete=delete)
    for statement in ("UPDATE record_versions SET text = '改'", "DELETE FROM record_versions"):
        with pytest.raises(Exception, match="append-only"), repository.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_a_session_for_reading_changes_nothing(repository: Repository, people: People) -> None:
    unit_id = people.unit()
    with pytest.raises(UnguardedQueryError), repository.system_read("test") as session:
        session.get_one(Unit, unit_id).name = "改"


def test_a_session_without_a_guard_cannot_be_used(database: Database) -> None:
    with StoreSession(database.engine) as session, pytest.raises(UnguardedQueryError):
        session.scalars(select(Unit))


def test_what_fails_leaves_nothing_behind(repository: Repository, people: People) -> None:
    people.unit("某省/A县")
    root = people.unit()

    def add_two() -> None:
        with repository.system_write("test") as session:
            session.add(Unit(code="new", name="新", parent_id=root))
            session.flush()
            session.add(Unit(code="u1", name="同码", parent_id=root))

    with pytest.raises(ConflictError) as caught:
        add_two()
    assert "units" in str(caught.value.place)
    assert "同码" not in str(caught.value)
    with repository.system_read("test") as session:
        assert session.scalar(select(Unit).where(Unit.code == "new")) is None


@pytest.mark.parametrize("name", ["长" * 201, "a\0b", "\ud800"])
def test_values_that_one_database_could_not_keep_are_refused_by_both(
    repository: Repository, people: People, name: str
) -> None:
    root = people.unit()
    with pytest.raises(InvalidInputError), repository.system_write("test") as session:
        session.add(Unit(code="x", name=name, parent_id=root))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300))
def test_any_text_comes_back_as_it_was(repository: Repository, people: People, words: str) -> None:
    record_id = people.record(text=words + "𠮷😀\r\n")
    with repository.system_read("test") as session:
        assert (
            session.scalars(select(RecordVersion.text).where(RecordVersion.record_id == record_id)).one()
            == words + "𠮷😀\r\n"
        )


def test_moments_keep_their_instant(repository: Repository, people: People) -> None:
    user_id = people.user("analyst")
    moment = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    with repository.system_write("test") as session:
        session.get_one(User, user_id).locked_until = moment
    with repository.system_read("test") as session:
        found = session.get_one(User, user_id).locked_until
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC
    with pytest.raises(StatementError), repository.system_write("test") as session:
        session.get_one(User, user_id).locked_until = moment.replace(tzinfo=None)


def test_readers_go_on_while_somebody_writes(repository: Repository, people: People) -> None:
    people.record()
    root = people.unit()
    with repository.system_write("writer") as writing:
        writing.get_one(Unit, root).name = "改"
        writing.flush()
        with ThreadPoolExecutor(1) as pool:

            def read() -> int:
                with repository.system_read("reader") as session:
                    return len(session.scalars(select(Record.id)).all())

            assert pool.submit(read).result(timeout=20) == 1


def test_writing_inside_writing_is_told_at_once(repository: Repository) -> None:
    if not repository.database.is_sqlite:
        pytest.skip("SQLite has one writer; on PostgreSQL the two do not meet")
    with (
        repository.system_write("outer"),
        pytest.raises(StoreError, match="inside another"),
        repository.system_write("inner"),
    ):
        pass
    with repository.system_write("after"):
        pass


def test_a_full_disk_has_a_name_and_keeps_nothing(databases: Databases, tmp_path: Path) -> None:
    database = Database(databases.url("sqlite", tmp_path))

    @event.listens_for(database.engine, "connect")
    def no_more_room(connection: Any, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + 5}")

    repository = Repository(database)
    unit = People(repository).unit()
    before = len(_names(repository))

    def many() -> None:
        with repository.system_write("test") as session:
            for number in range(2000):
                session.add(Unit(code=f"x{number}", name=f"某镇{number}" * 20, parent_id=unit))
                session.flush()

    with pytest.raises(StorageFullError, match="full"):
        many()
    assert len(_names(repository)) == before
    database.close()


def _names(repository: Repository) -> list[str]:
    with repository.system_read("test") as session:
        return list(session.scalars(select(Unit.name)))


def test_sqlite_is_set_up_to_survive_a_crash(databases: Databases, tmp_path: Path) -> None:
    database = Database(databases.url("sqlite", tmp_path))
    with database.read(system_guard) as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    database.close()
