"""How routes answer: entity tags, locations, idempotent creation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from service.api.deps import Caller
from service.store.database import StoreSession
from service.store.etags import HasVersion, etag
from service.store.idempotency import Answer, once, request_hash, retried


def as_answer(row: HasVersion, body: BaseModel, *, status: int = 200, location: str | None = None) -> Answer:
    """The answer that shows a row, with its entity tag."""
    headers = {"ETag": etag(row)}
    if location is not None:
        headers["Location"] = location
    return Answer(status, body.model_dump(mode="json"), headers)


def respond(answer: Answer) -> JSONResponse:
    """The answer over HTTP."""
    headers = {"Cache-Control": "no-store", **answer.headers}
    if answer.replayed:
        headers["Idempotency-Replayed"] = "true"
    return JSONResponse({**answer.body, **answer.shown_once}, status_code=answer.status, headers=headers)


def create(
    caller: Caller, request: Request, body: BaseModel, key: str | None, work: Callable[[StoreSession], Answer]
) -> JSONResponse:
    """Create something once: with an ``Idempotency-Key`` the same request gets the same answer again.

    Args:
        caller: in whose session it is created.
        request: for its method and path.
        body: of the request.
        key: the header, if it was sent.
        work: creates it in the session it is given.
    """
    hashed = request_hash(request.method, request.url.path, body.model_dump_json().encode())

    def attempt() -> Answer:
        with caller.write() as session:
            return once(session, caller.principal.id, key, hashed, lambda: work(session))

    return respond(retried(attempt, key))


def changes(body: BaseModel) -> dict[str, Any]:
    """The fields that a PATCH really sent."""
    return body.model_dump(exclude_unset=True)
