"""Pages: every row once, in one order, at any depth, whatever happens in between."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import delete, select

from nlp.errors import InvalidCursorError
from service.access import Repository
from service.store.models import Job
from service.store.paging import Cursors, Order, list_scope, page, secret_of

NEWEST = [Order(Job.id, "desc")]
BY_STATE = [Order(Job.state, "asc"), Order(Job.created_at, "desc"), Order(Job.id, "asc")]


@pytest.fixture
def cursors(repository: Repository) -> Cursors:
    with repository.system_read("test") as session:
        return Cursors(secret_of(session))


def fill(repository: Repository, count: int) -> None:
    chance = random.Random(3)
    with repository.system_write("test") as session:
        session.add_all(Job(kind="x", state=chance.choice(["running", "done", "完成"])) for _ in range(count))


def walk(repository: Repository, cursors: Cursors, order: list[Order], limit: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        with repository.system_read("test") as session:
            got = page(session, select(Job), order, cursors=cursors, scope="jobs", limit=limit, cursor=cursor)
        found += [job.id for job in got.items]
        cursor = got.next_cursor
        if cursor is None:
            return found
        assert len(got.items) == limit


@pytest.mark.parametrize("order", [NEWEST, BY_STATE], ids=["newest", "by state"])
@pytest.mark.parametrize("limit", [1, 7, 200])
def test_a_walk_meets_every_row_once_in_order(
    repository: Repository, cursors: Cursors, order: list[Order], limit: int
) -> None:
    fill(repository, 43)
    statement = select(Job.id)
    for part in order:
        statement = statement.order_by(part.column.desc() if part.direction == "desc" else part.column.asc())
    with repository.system_read("test") as session:
        expected = list(session.scalars(statement))
    assert walk(repository, cursors, order, limit) == expected


def test_rows_that_come_and_go_neither_repeat_nor_hide_others(repository: Repository, cursors: Cursors) -> None:
    fill(repository, 20)
    with repository.system_read("test") as session:
        first = page(session, select(Job), NEWEST, cursors=cursors, scope="jobs", limit=8)
        before = set(session.scalars(select(Job.id)))
    fill(repository, 5)
    with repository.system_write("test") as session:
        session.execute(delete(Job).where(Job.id == first.items[-1].id))  # the row the cursor stands on
    with repository.system_read("test") as session:
        rest = page(session, select(Job), NEWEST, cursors=cursors, scope="jobs", limit=200, cursor=first.next_cursor)
    assert {job.id for job in (*first.items, *rest.items)} == before
    assert rest.next_cursor is None


def test_cursors_are_opaque_and_belong_to_one_list(repository: Repository, cursors: Cursors) -> None:
    scope = list_scope("jobs", {"reader": "a", "state": "done"})
    made = cursors.make(scope, ["0193", 7])
    assert "0193" not in made
    assert cursors.read(scope, made) == ["0193", 7]
    others = [
        list_scope("jobs", {"reader": "b", "state": "done"}),
        list_scope("users", {"reader": "a", "state": "done"}),
    ]
    for other in others:
        with pytest.raises(InvalidCursorError):
            cursors.read(other, made)
    other_first = ("B" if made[0] == "A" else "A") + made[1:]  # one cursor in 64 begins with an A of its own
    for broken in ("", "x", "好", made[:-2], made[2:], other_first, made + "AAAA", "=" * 5):
        with pytest.raises(InvalidCursorError):
            cursors.read(scope, broken)
    with pytest.raises(InvalidCursorError):
        Cursors("00" * 32).read(scope, made)


def test_a_cursor_survives_a_restart(repository: Repository, cursors: Cursors) -> None:
    fill(repository, 4)
    with repository.system_read("test") as session:
        again = Cursors(secret_of(session))
        first = page(session, select(Job), NEWEST, cursors=cursors, scope="jobs", limit=2)
        rest = page(session, select(Job), NEWEST, cursors=again, scope="jobs", limit=2, cursor=first.next_cursor)
    assert len({job.id for job in (*first.items, *rest.items)}) == 4
