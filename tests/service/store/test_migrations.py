"""Migrations lead from nothing to exactly the models, once, whoever starts first."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from nlp.errors import ConfigurationError, StoreBehindError
from service.access import Repository
from service.opening import open_repository
from service.settings import Settings
from service.store import migrate
from service.store.base import Base
from service.store.database import Database
from service.store.models import Assessment, AssessmentReturn, AssessmentVersion, Subject
from tests.service.databases import Databases
from tests.service.people import People


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Database]:
    url = databases.empty_url(request.param, tmp_path)
    database = Database(url)
    yield database
    database.close()
    databases.drop(url)


def test_from_nothing_to_the_models(empty: Database) -> None:
    assert migrate.is_empty(empty)
    assert migrate.upgrade(empty) == (None, migrate.head())
    migrate.require_head(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert migrate.upgrade(empty) == (migrate.head(), migrate.head())


def test_two_servers_started_at_once_migrate_once(empty: Database) -> None:
    other = Database(empty.url.render_as_string(hide_password=False))
    with ThreadPoolExecutor(2) as pool:
        before = sorted(str(done[0]) for done in pool.map(migrate.upgrade, (empty, other)))
    other.close()
    assert before == sorted(["None", migrate.head()])


def test_other_schemas_are_refused_by_name(empty: Database) -> None:
    with pytest.raises(StoreBehindError, match="yanpan migrate"):
        migrate.require_head(empty)
    migrate.upgrade(empty)
    with empty.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuse in (migrate.require_head, migrate.upgrade):
        with pytest.raises(StoreBehindError, match="newer version"):
            refuse(empty)


def test_a_service_migrates_an_older_database_only_when_told(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    database = Database(settings.database_url)
    migrate.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
        for table in ("assessment_returns", "alert_hits", "saved_searches", "batch_items", "batches", "jobs", "outbox"):
            connection.execute(text(f"DROP TABLE {table}"))
    database.close()
    with pytest.raises(StoreBehindError):
        open_repository(settings)
    told = open_repository(settings.model_copy(update={"migrate_on_start": True}))
    assert migrate.current(told.database) == migrate.head()
    told.database.close()


def test_the_last_return_of_each_note_is_taken_over(empty: Database) -> None:
    migrate.upgrade(empty)
    repository = Repository(empty)
    people = People(repository)
    unit, user = people.unit(), people.user("analyst", "reviewer")
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    with repository.system_write("test") as session:
        subject = Subject(code="S-1", kind="person", unit_id=unit, created_by=user)
        session.add(subject)
        session.flush()
        for state, second in (("returned", -1), ("submitted", 1), ("approved", -1), ("draft", None)):
            note = Assessment(
                subject_id=subject.id, unit_id=unit, occasion=state, state=state, author_id=user, versions=2
            )
            if second is not None:
                note.return_reason, note.decided_by, note.decided_at = f"{state}:缺事例", user, at
            session.add(note)
            session.flush()
            for number, hours in ((1, -2), (2, second or 0)):
                session.add(
                    AssessmentVersion(
                        assessment_id=note.id,
                        number=number,
                        summary="",
                        author_id=user,
                        created_at=at + timedelta(hours=hours),
                    )
                )
    with empty.engine.begin() as connection:
        connection.execute(text("DROP TABLE assessment_returns"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    migrate.upgrade(empty)
    with repository.system_read("test") as session:
        kept = {one.reason.partition(":")[0]: one for one in session.scalars(select(AssessmentReturn))}
    assert {state: (one.number, one.returned_by) for state, one in kept.items()} == {
        "returned": (2, user),
        "submitted": (1, user),
        "approved": (1, None),
    }
    assert kept["returned"].created_at == kept["submitted"].created_at == at


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_without_repeating_the_url(url: str) -> None:
    with pytest.raises(ConfigurationError, match="YANPAN_DATABASE") as caught:
        Database(url)
    assert "sqlite:////folder/file.db" in str(caught.value)


def test_the_password_of_a_broken_url_is_not_repeated() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Database("postgresql//user:geheim@host/name")
    assert "geheim" not in str(caught.value)
