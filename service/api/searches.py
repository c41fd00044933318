"""``/v1/searches`` and ``/v1/alerts``: searches that are kept, and what is new for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from nlp.errors import InvalidInputError
from nlp.retrieval import Filters, Hit
from service.access.repository import fetch
from service.api.answers import as_answer, changes, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.audit.log import record
from service.searching import saved as searches
from service.store.database import StoreSession
from service.store.etags import require_match
from service.store.idempotency import Answer
from service.store.models.searching import AlertHit, SavedSearch
from service.store.paging import Order, list_scope, page

router = APIRouter(tags=["案例"])
Saver = Annotated[Caller, requires("search.save")]


class SavedSearchIn(BaseModel):
    """A search to keep."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "新官不理旧账", "text": "新官不理旧账，前任签的合同一概不认", "alerting": True}]
        },
    )

    name: str = Field(min_length=1, max_length=200)
    text: str = Field(min_length=1, max_length=100_000)
    filters: Filters = Filters()
    k: int = Field(default=20, ge=1, le=200, description="a new case is told when it is among so many best")
    alerting: bool = False


class SearchPatch(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    text: str | None = Field(default=None, min_length=1, max_length=100_000)
    filters: Filters | None = None
    k: int | None = Field(default=None, ge=1, le=200)
    alerting: bool | None = None


class SavedSearchOut(BaseModel):
    """A saved search."""

    id: str
    name: str
    text: str
    filters: Filters
    k: int
    alerting: bool
    created_at: datetime
    last_run_at: datetime | None
    version: int


class SearchesOut(BaseModel):
    """A page of saved searches."""

    items: list[SavedSearchOut]
    next_cursor: str | None


class HitsOut(BaseModel):
    """What a saved search finds now."""

    hits: list[Hit]


class AlertOut(BaseModel):
    """A case that was new for a saved search."""

    id: str
    saved_search_id: str
    case_id: str
    reasons: dict[str, Any]
    created_at: datetime
    seen_at: datetime | None


class AlertsOut(BaseModel):
    """A page of alerts."""

    items: list[AlertOut]
    next_cursor: str | None


@router.get("/searches", summary="自己保存的检索")
def list_searches(caller: Saver, limit: Limit = 50, cursor: Cursor = None) -> SearchesOut:
    """The caller's own searches, oldest first."""
    with caller.read() as session:
        found = page(
            session,
            select(SavedSearch),
            [Order(SavedSearch.id)],
            cursors=caller.cursors,
            scope=list_scope("searches", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return SearchesOut(items=[_out(row) for row in found.items], next_cursor=found.next_cursor)


@router.get("/searches/{id}", summary="一个保存的检索", response_model=SavedSearchOut)
def get_search(id: str, caller: Saver) -> JSONResponse:
    """One saved search, with its ETag."""
    with caller.read() as session:
        row = fetch(session, SavedSearch, id)
        return respond(as_answer(row, _out(row)))


@router.post("/searches", status_code=201, summary="保存检索", response_model=SavedSearchOut)
def create_search(
    body: SavedSearchIn,
    request: Request,
    caller: Saver,
    engine: EngineDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """Keep a search. With ``alerting`` cases that come in from now on are told by ``/v1/alerts``."""
    fields = body.model_dump(mode="json")
    known = _known(caller, engine, fields) if body.alerting else []

    def work(session: StoreSession) -> Answer:
        row = searches.save(session, caller.principal, fields, known)
        return as_answer(row, _out(row), status=201, location=f"/v1/searches/{row.id}")

    return create(caller, request, body, idempotency_key, work)


@router.patch("/searches/{id}", summary="修改保存的检索", response_model=SavedSearchOut)
def change_search(
    id: str, body: SearchPatch, caller: Saver, engine: EngineDep, if_match: IfMatch = None
) -> JSONResponse:
    """Change a search; when it asks something else, what it finds now counts as known."""
    sent = {name: value for name, value in changes(body).items() if value is not None}
    if "filters" in sent and body.filters is not None:
        sent["filters"] = body.filters.model_dump(mode="json")
    with caller.read() as session:
        row = fetch(session, SavedSearch, id)
        merged = {"text": row.text, "filters": row.filters, "k": row.k, "alerting": row.alerting, **sent}
    asks_anew = merged["alerting"] and not sent.keys().isdisjoint({"text", "filters", "k", "alerting"})
    known = _known(caller, engine, merged) if asks_anew else []
    with caller.write() as session:
        row = fetch(session, SavedSearch, id)
        require_match(row, if_match)
        searches.change(session, row, sent, known)
        answer = as_answer(row, _out(row))
    return respond(answer)


@router.delete("/searches/{id}", status_code=204, summary="删除保存的检索")
def remove_search(id: str, caller: Saver, if_match: IfMatch = None) -> Response:
    """Remove a search with its alerts."""
    with caller.write() as session:
        row = fetch(session, SavedSearch, id)
        require_match(row, if_match)
        searches.forget(session, row)
    return Response(status_code=204)


@router.post("/searches/{id}/run", summary="执行保存的检索")
def run_search(
    id: str, engine: EngineDep, caller: Annotated[Caller, requires("case.search")], collapse: bool = True
) -> HitsOut:
    """Ask a saved search now, with the caller's access."""
    with caller.read() as session:
        row = fetch(session, SavedSearch, id)
        access = caller.repository.search_access(caller.principal)
        hits = engine.search(row.text, row.k, Filters.model_validate(row.filters), collapse=collapse, access=access)
        record(session, "search.run", "saved_search", row.id, hits=len(hits))
    return HitsOut(hits=hits)


@router.get("/alerts", summary="提醒:保存的检索有了新案例")
def list_alerts(
    caller: Saver,
    limit: Limit = 50,
    cursor: Cursor = None,
    search: Annotated[str | None, "only of this saved search"] = None,
    unseen: bool = False,
) -> AlertsOut:
    """The caller's alerts, newest first; cases that they may not see any more are left out."""
    statement = select(AlertHit).where(AlertHit.known.is_(False))
    if search is not None:
        statement = statement.where(AlertHit.saved_search_id == search)
    if unseen:
        statement = statement.where(AlertHit.seen_at.is_(None))
    with caller.read() as session:
        found = page(
            session,
            statement,
            [Order(AlertHit.id, "desc")],
            cursors=caller.cursors,
            scope=list_scope("alerts", {"reader": caller.principal.id, "search": search, "unseen": unseen}),
            limit=limit,
            cursor=cursor,
        )
        record(session, "alert.list", "alert", None, count=len(found.items))
        return AlertsOut(items=[_alert(row) for row in found.items], next_cursor=found.next_cursor)


@router.post("/alerts/{id}/seen", summary="提醒已读")
def see_alert(id: str, caller: Saver) -> AlertOut:
    """The caller has seen an alert; asking twice changes nothing."""
    with caller.write() as session:
        return _alert(searches.mark_seen(session, id))


def _known(caller: Caller, engine: EngineDep, fields: dict[str, Any]) -> list[Hit]:
    if not caller.principal.may("case.search"):
        raise InvalidInputError("alerts need the permission case.search")
    return searches.hits_of(engine, caller.repository, caller.principal, fields["text"], fields["k"], fields["filters"])


def _out(row: SavedSearch) -> SavedSearchOut:
    return SavedSearchOut(
        id=row.id,
        name=row.name,
        text=row.text,
        filters=Filters.model_validate(row.filters),
        k=row.k,
        alerting=row.alerting,
        created_at=row.created_at,
        last_run_at=row.last_run_at,
        version=row.version,
    )


def _alert(row: AlertHit) -> AlertOut:
    return AlertOut(
        id=row.id,
        saved_search_id=row.saved_search_id,
        case_id=row.case_id,
        reasons=row.reasons,
        created_at=row.created_at,
        seen_at=row.seen_at,
    )
