"""``/v1/units``: the tree of units."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from service.access.repository import fetch
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, CallerDep, Cursor, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.audit.log import record
from service.store.database import StoreSession
from service.store.etags import require_match
from service.store.idempotency import Answer
from service.store.models.people import Unit
from service.store.paging import Order, list_scope, page
from service.store.units import add_unit, move_unit

router = APIRouter(tags=["单位"])
Manager = Annotated[Caller, requires("unit.manage")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class UnitIn(BaseModel):
    """A new unit."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"code": "a-town", "name": "某县A镇", "parent_id": "0193e3a0-0000-7000-8000-000000000001"}]
        },
    )

    code: Code
    name: Name = Field(description="full name, unique in the whole tree; cases name their unit by it")
    parent_id: str = Field(max_length=36)


class UnitPatch(BaseModel):
    """What to change."""

    model_config = ConfigDict(extra="forbid")

    code: Code | None = None
    name: Name | None = None
    parent_id: str | None = Field(
        default=None, max_length=36, description="hangs the unit, with all below, under another"
    )


class UnitOut(BaseModel):
    """A unit."""

    id: str
    code: str
    name: str
    parent_id: str | None
    version: int


class UnitsOut(BaseModel):
    """A page of units."""

    items: list[UnitOut]
    next_cursor: str | None


@router.get("/units", summary="单位列表(自己所在的一支)")
def list_units(caller: CallerDep, limit: Limit = 50, cursor: Cursor = None) -> UnitsOut:
    """The own branch: the units above, the own one, and all below it."""
    with caller.read() as session:
        found = page(
            session,
            select(Unit),
            [Order(Unit.id)],
            cursors=caller.cursors,
            scope=list_scope("units", {"reader": caller.principal.id}),
            limit=limit,
            cursor=cursor,
        )
        return UnitsOut(items=[_out(unit) for unit in found.items], next_cursor=found.next_cursor)


@router.get("/units/{id}", summary="一个单位", response_model=UnitOut)
def get_unit(id: str, caller: CallerDep) -> JSONResponse:
    """One unit, with its ETag."""
    with caller.read() as session:
        unit = fetch(session, Unit, id)
        return respond(as_answer(unit, _out(unit)))


@router.post("/units", status_code=201, summary="建立单位", response_model=UnitOut)
def create_unit(
    body: UnitIn, request: Request, caller: Manager, idempotency_key: IdempotencyKeyHeader = None
) -> JSONResponse:
    """A unit below another."""

    def work(session: StoreSession) -> Answer:
        unit = add_unit(session, body.code, body.name, body.parent_id)
        record(session, "unit.create", "unit", unit.id, parent=body.parent_id)
        return as_answer(unit, _out(unit), status=201, location=f"/v1/units/{unit.id}")

    return create(caller, request, body, idempotency_key, work)


@router.patch("/units/{id}", summary="修改单位", response_model=UnitOut)
def change_unit(id: str, body: UnitPatch, caller: Manager, if_match: IfMatch = None) -> JSONResponse:
    """Rename a unit or hang it elsewhere."""
    sent: dict[str, Any] = {key: value for key, value in body.model_dump().items() if value is not None}
    with caller.write() as session:
        unit = fetch(session, Unit, id)
        require_match(unit, if_match)
        unit.code = sent.get("code", unit.code)
        unit.name = sent.get("name", unit.name)
        if body.parent_id is not None and body.parent_id != unit.parent_id:
            move_unit(session, unit, body.parent_id)
        session.flush()
        record(session, "unit.change", "unit", unit.id, fields=sorted(sent))
        answer = as_answer(unit, _out(unit))
    return respond(answer)


def _out(unit: Unit) -> UnitOut:
    return UnitOut(id=unit.id, code=unit.code, name=unit.name, parent_id=unit.parent_id, version=unit.version)
