"""Observation of a subject and of the team of a unit: what the reviewed records say, never a score."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from service.api.deps import Caller, EngineDep, requires
from service.audit.log import record
from service.engine import Engine
from service.observation.observing import observe_subject, observe_unit
from service.observation.shapes import ObservationOut
from service.review.labels import codebook

router = APIRouter(tags=["观测"])
Reader = Annotated[Caller, requires("record.read")]
Exporting = Annotated[Caller, requires("export.create")]
Id = Annotated[str, Path(max_length=36)]
Date = Annotated[str | None, Query(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", description="YYYY, YYYY-MM or YYYY-MM-DD")]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/subjects/{id}/observation", summary="对象的观测:清单、来源、时间、矛盾、空白")
def get_subject_observation(
    id: Id,
    caller: Annotated[Caller, requires("subject.read")],
    engine: EngineDep,
    date_from: Date = None,
    date_to: Date = None,
    signs_since: Date = None,
) -> ObservationOut:
    """Both ledgers and what an analyst looks at next to them; every line opens its evidence.

    It rests on tags that people accepted or made, in records with a confirmed link. What the machine only proposed stands
    apart under ``proposed``. What the caller may not see takes no part in any count.
    """
    return _of_subject(caller, engine, id, date_from, date_to, signs_since)


@router.get(
    "/subjects/{id}/observation.xlsx",
    summary="导出实绩清单、负面表现清单",
    response_class=Response,
    responses={200: {"content": {_XLSX: {}}, "description": "a workbook"}},
)
def export_subject_observation(
    id: Id,
    caller: Exporting,
    engine: EngineDep,
    date_from: Date = None,
    date_to: Date = None,
    signs_since: Date = None,
) -> Response:
    """The ledgers as a workbook, under the pseudonym of the subject."""
    observation = _of_subject(caller, engine, id, date_from, date_to, signs_since)
    return _workbook(caller, observation, "subject")


@router.get("/units/{id}/observation", summary="班子的观测")
def get_unit_observation(
    id: Id,
    caller: Reader,
    engine: EngineDep,
    below: Annotated[bool, Query(description="with the units below")] = False,
    date_from: Date = None,
    date_to: Date = None,
    signs_since: Date = None,
) -> ObservationOut:
    """What the records of a unit say of its team: tags whose subject is the team."""
    return _of_unit(caller, engine, id, below, date_from, date_to, signs_since)


@router.get(
    "/units/{id}/observation.xlsx",
    summary="导出班子的清单",
    response_class=Response,
    responses={200: {"content": {_XLSX: {}}, "description": "a workbook"}},
)
def export_unit_observation(
    id: Id,
    caller: Exporting,
    engine: EngineDep,
    below: Annotated[bool, Query(description="with the units below")] = False,
    date_from: Date = None,
    date_to: Date = None,
    signs_since: Date = None,
) -> Response:
    """The ledgers of the team as a workbook."""
    return _workbook(caller, _of_unit(caller, engine, id, below, date_from, date_to, signs_since), "unit")


def _of_subject(
    caller: Caller, engine: Engine, id: str, date_from: str | None, date_to: str | None, signs_since: str | None
) -> ObservationOut:
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        return observe_subject(
            session, caller.principal, book, id, date_from=date_from, date_to=date_to, signs_since=signs_since
        )


def _of_unit(
    caller: Caller,
    engine: Engine,
    id: str,
    below: bool,
    date_from: str | None,
    date_to: str | None,
    signs_since: str | None,
) -> ObservationOut:
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        return observe_unit(
            session,
            caller.principal,
            book,
            id,
            below=below,
            date_from=date_from,
            date_to=date_to,
            signs_since=signs_since,
        )


def _workbook(caller: Caller, observation: ObservationOut, kind: str) -> Response:
    from service.observation.ledger_xlsx import MEDIA_TYPE, ledger_xlsx

    content = ledger_xlsx(observation)
    with caller.read() as session:
        record(session, f"{kind}.export", kind, observation.subject.id, format="xlsx", bytes=len(content))
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={
            # The address and the file's name hold ids only.
            "Content-Disposition": f'attachment; filename="observation-{observation.subject.id}.xlsx"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
