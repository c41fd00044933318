"""``/v1/assessments/{id}/dossier.docx`` and ``.pdf``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

from fastapi import APIRouter, Response

from service.api.deps import Caller, EngineDep, requires
from service.api.reviews import book_of
from service.audit.log import record
from service.dossier import docx, pdf
from service.dossier.content import dossier_of
from service.dossier.outline import Block, outline
from service.engine import Engine

router = APIRouter(prefix="/assessments", tags=["研判"])
Exporting = Annotated[Caller, requires("export.create")]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/{id}/dossier.docx",
    summary="导出卷宗(docx)",
    response_class=Response,
    responses={200: {"content": {docx.MEDIA_TYPE: _BINARY}}},
)
def dossier_docx(id: str, caller: Exporting, engine: EngineDep) -> Response:
    """The note with findings, quotations, places, counter evidence, cases, decision and versions."""
    return _made(id, caller, engine, "docx", docx.docx_bytes, docx.MEDIA_TYPE)


@router.get(
    "/{id}/dossier.pdf",
    summary="导出卷宗(PDF)",
    response_class=Response,
    responses={200: {"content": {pdf.MEDIA_TYPE: _BINARY}}},
)
def dossier_pdf(id: str, caller: Exporting, engine: EngineDep) -> Response:
    """The same as PDF."""
    return _made(id, caller, engine, "pdf", pdf.pdf_bytes, pdf.MEDIA_TYPE)


def _made(
    id: str,
    caller: Caller,
    engine: Engine,
    kind: str,
    write: Callable[[Iterable[Block], str], bytes],
    media_type: str,
) -> Response:
    with caller.read() as session:
        found = dossier_of(session, caller.repository, caller.principal, book_of(engine), id)
        record(session, "assessment.export", "assessment", found.assessment.id, format=kind)
    content = write(outline(found), f"{found.subject_code}　{found.level}")
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="dossier-{found.assessment.id}.{kind}"',
    }
    return Response(content, media_type=media_type, headers=headers)
