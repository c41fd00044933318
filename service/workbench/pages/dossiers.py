"""The dossier of a note before it is exported, in the order in which the files lay it out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.api.deps import Caller, EngineDep
from service.dossier.content import dossier_of
from service.dossier.outline import Heading, Paragraph, Quotation, Table, outline
from service.review.labels import codebook
from service.workbench.rendering import allowed, render

router = APIRouter()
_KINDS = {Heading: "heading", Paragraph: "paragraph", Quotation: "quotation", Table: "table"}


@router.get("/assessments/{id}/dossier")
def preview(id: str, request: Request, engine: EngineDep, caller: Caller = allowed("export.create")) -> HTMLResponse:
    """The dossier as a page, with links to it as docx and PDF."""
    with caller.read() as session:
        found = dossier_of(session, caller.repository, caller.principal, codebook(engine.settings.codebook), id)
    blocks = [(_KINDS[type(block)], block) for block in outline(found)]
    return render(request, caller, "assessments/dossier.html", assessment=found.assessment, blocks=blocks)
