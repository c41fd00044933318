"""What a database refuses, and one that goes away and comes back under the service."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from nlp.errors import StorageFullError, StoreBusyError, StoreError, StoreUnavailableError
from service.access import Repository
from service.app import create_app
from service.settings import Settings
from service.store import migrate
from service.store.database import Database
from service.store.models import Unit
from service.store.refusals import of_driver
from tests.service.conftest import serving
from tests.service.crash.postgres import killable_postgres
from tests.service.people import People


def test_two_who_wait_for_each_other_are_told_to_try_again(repository: Repository, people: People) -> None:
    ids = [people.unit("某省/A县"), people.unit("某省/B县")]
    both = threading.Barrier(2)

    def change(order: list[str]) -> str:
        try:
            with repository.system_write("test") as session:
                for number, id_ in enumerate(order):
                    session.get_one(Unit, id_).name = f"{id_}由{order[0]}改"
                    session.flush()
                    if not number and not repository.database.is_sqlite:
                        both.wait(timeout=30)
        except StoreBusyError:
            return "busy"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(change, (ids, ids[::-1])))
    # Writers of SQLite take turns from the start.
    assert outcomes == (["done", "done"] if repository.database.is_sqlite else ["busy", "done"])
    with repository.system_read("test") as session:
        assert len({session.get_one(Unit, id_).name.partition("由")[2] for id_ in ids}) == 1


def test_a_database_that_goes_away_has_a_name_and_is_found_again(tmp_path: Path) -> None:
    with killable_postgres() as postgres:
        database = Database(postgres.url)
        migrate.upgrade(database)
        repository = Repository(database)
        people = People(repository)
        key = people.key("analyst")
        settings = Settings(data_dir=tmp_path, database=postgres.url, index_dir=tmp_path / "index", warm_up=False)
        with (
            serving(create_app(settings, repository)) as url,
            httpx.Client(
                base_url=url, headers={"authorization": f"Bearer {key}"}, trust_env=False, timeout=60
            ) as client,
        ):
            assert client.get("/v1/records").status_code == 200
            postgres.kill()
            for _ in range(2):  # by a connection that was cut, then by none that could be made
                with pytest.raises(StoreUnavailableError, match="does not answer"):
                    _look(repository)
            answer = client.get("/v1/records")
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:yanpan:problem:store_unavailable")
            assert int(answer.headers["retry-after"]) > 0
            assert "数据库" in answer.json()["title"]
            assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
            postgres.start()
            assert client.get("/v1/records").status_code == 200
        database.close()


def _look(repository: Repository) -> None:
    with repository.system_read("test") as session:
        session.scalars(select(Unit.id)).all()


class _Refusal(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("李某的手机号")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("53100", StorageFullError),
        ("40001", StoreBusyError),
        ("40P01", StoreBusyError),
        ("57P01", StoreUnavailableError),
        ("57P03", StoreUnavailableError),
        ("08006", StoreUnavailableError),
        (None, StoreUnavailableError),
        ("22003", StoreError),
    ],
)
def test_codes_of_postgresql(state: str | None, wanted: type[StoreError]) -> None:
    kind: type[DBAPIError] = OperationalError if state != "22003" else DBAPIError
    made = of_driver(kind("SELECT '李某'", {}, _Refusal(state)), is_sqlite=False)
    assert type(made) is wanted
    assert "李某" not in str(made)
