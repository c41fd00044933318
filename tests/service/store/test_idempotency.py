"""The same request twice: one effect, one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from nlp.errors import ConflictError, IdempotencyConflictError, InvalidInputError
from service.access import Repository
from service.store.idempotency import KEEP, Answer, forget_old, once, request_hash, retried
from service.store.ids import new_id
from service.store.models import IdempotencyKey, Job
from service.store.types import utc_now

OWNER = new_id()
HASH = request_hash("POST", "/v1/jobs", b"{}")


def ask(repository: Repository, key: str | None, hashed: str = HASH, owner: str = OWNER) -> Answer:
    def attempt() -> Answer:
        with repository.system_write("test") as session:

            def work() -> Answer:
                job = Job(kind="x")
                session.add(job)
                session.flush()
                return Answer(201, {"id": job.id}, {"ETag": '"1"'}, {"secret": "好"})

            return once(session, owner, key, hashed, work)

    return retried(attempt, key)


def jobs(repository: Repository) -> int:
    with repository.system_read("test") as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_asked_again_the_answer_is_the_same_and_nothing_is_done(repository: Repository) -> None:
    first, second = ask(repository, "k"), ask(repository, "k")
    assert (first.status, first.body, first.headers) == (second.status, second.body, second.headers)
    assert (first.replayed, second.replayed) == (False, True)
    assert first.shown_once == {"secret": "好"}
    assert second.shown_once == {}
    assert jobs(repository) == 1


def test_without_a_key_each_request_counts_and_keys_of_others_do_not_meet(repository: Repository) -> None:
    ask(repository, None)
    ask(repository, None)
    ask(repository, "k")
    ask(repository, "k", owner=new_id())
    assert jobs(repository) == 4


def test_a_key_with_another_request_is_refused(repository: Repository) -> None:
    ask(repository, "k")
    with pytest.raises(IdempotencyConflictError):
        ask(repository, "k", request_hash("POST", "/v1/jobs", b"{1}"))
    for unusable in ("", "x" * 201, "a\nb"):
        with pytest.raises(InvalidInputError):
            ask(repository, unusable)


def test_what_failed_may_be_tried_again_with_the_same_key(repository: Repository) -> None:
    def fails() -> Answer:
        raise ConflictError("no")

    with pytest.raises(ConflictError), repository.system_write("test") as session:
        once(session, OWNER, "k", HASH, fails)
    assert ask(repository, "k").replayed is False


def test_of_many_at_once_one_is_done_and_all_get_its_answer(repository: Repository) -> None:
    ready = threading.Barrier(6)

    def one(_: int) -> Answer:
        ready.wait()
        return ask(repository, "k")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, range(6)))
    assert jobs(repository) == 1
    assert len({answer.body["id"] for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1


def test_old_answers_are_forgotten(repository: Repository) -> None:
    ask(repository, "old")
    ask(repository, "new")
    with repository.system_write("test") as session:
        session.get_one(IdempotencyKey, (OWNER, "old")).created_at = utc_now() - KEEP - timedelta(minutes=1)
    with repository.system_write("test") as session:
        assert forget_old(session) == 1
    assert ask(repository, "new").replayed
    assert not ask(repository, "old").replayed


def test_the_parts_of_a_request_cannot_run_into_each_other() -> None:
    assert request_hash("POST", "/a", b"b") != request_hash("POST", "/ab", b"")
