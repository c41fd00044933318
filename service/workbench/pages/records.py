"""Records: the list, the reader in which they are read and reviewed, their versions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from nlp.errors import ConflictError
from nlp.schema import DocType
from service.api.deps import Caller, EngineDep
from service.records import viewing
from service.records.differences import differences
from service.records.duplicates import same_text
from service.records.listing import RecordFilters, records, tag_counts
from service.records.page_images import page_anchors
from service.records.rows import current_annotation
from service.records.shapes import record_out
from service.render import DOC_TYPE_ZH
from service.review.deciding import blind_round_of, own_sealed
from service.review.labels import codebook
from service.store.etags import etag
from service.workbench.names import colleagues, tree, unit_names
from service.workbench.reading import lines, outline, tags_for_script, words_for_script
from service.workbench.rendering import allowed, render
from service.workbench.words import FINDERS, SOURCE_KINDS

router = APIRouter()
Id = Annotated[str, Path(max_length=36)]
Word = Annotated[str, Query(max_length=64)]
PAGE = 50


@router.get("/records")
def list_records(
    request: Request,
    engine: EngineDep,
    unit_id: Annotated[str, Query(max_length=36)] = "",
    doc_type: DocType | Literal[""] = "",
    label: Annotated[str, Query(pattern=r"^([a-z_]{1,60}[+-]?)?$")] = "",
    date_from: Word = "",
    date_to: Word = "",
    state: Word = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    caller: Caller = allowed("record.read"),
) -> HTMLResponse:
    """Records that the caller may see, the newest first."""
    chosen = {"unit_id": unit_id, "doc_type": doc_type, "date_from": date_from, "date_to": date_to}
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value}
    if label:
        given["label"] = [label]
    if state in ("waiting", "done"):
        given["unreviewed"] = state == "waiting"
    filters = RecordFilters.model_validate(given)
    with caller.read() as session:
        found = records(session, caller.principal, filters, cursors=caller.cursors, limit=PAGE, cursor=cursor)
        counts = tag_counts(session, [row.current_version_id for row in found.items])
        return render(
            request,
            caller,
            "reading/list.html",
            rows=[record_out(row, counts) for row in found.items],
            units=tree(session),
            unit_names=unit_names(session),
            doc_types=DOC_TYPE_ZH,
            source_kinds=SOURCE_KINDS,
            names={"docTypes": {key: zh for key, zh in DOC_TYPE_ZH.items() if key}, "units": unit_names(session)},
            labels=[
                (one.id + sign, f"{one.zh} {shown}")
                for one in codebook(engine.settings.codebook).labels
                for sign, shown in (("+", "＋"), ("-", "－"))
            ],
            chosen={**chosen, "label": label, "state": state},
            cursor=cursor,
            next_cursor=found.next_cursor,
        )


@router.get("/records/{id}")
def read(
    id: Id,
    request: Request,
    engine: EngineDep,
    version_id: Word = "",
    caller: Caller = allowed("record.read"),
) -> HTMLResponse:
    """The text with its evidence, to be read and reviewed."""
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        found = viewing.view(session, caller.principal, id, version_id or None)
        version = found.version
        said = current_annotation(session, version.id)
        document: dict[str, Any] = said.document if said is not None else {}
        current = version.id == found.record.current_version_id
        closed = _closed(session, caller, version.id) if current else "这是旧版本,只能阅读。"
        shown = lines(version.text, document.get("sections", []), document.get("turns", []))
        data = {
            "record": {"id": found.record.id, "title": found.record.title},
            "version": version.id,
            "tags": tags_for_script(session, version.id),
            "pages": page_anchors(version),
            "sealed": own_sealed(session, caller.principal, version.id),
            "reviewing": caller.principal.may("review.write") and closed is None,
            **words_for_script(book),
            "sources": FINDERS,
        }
        return render(
            request,
            caller,
            "reading/reader.html",
            record=found.record,
            record_etag=etag(found.record),
            version=version,
            current=current,
            closed=closed,
            lines=shown,
            outline=outline(shown),
            data=data,
            groups=list(dict.fromkeys(label["group"] for label in data["labels"])),
            duplicates=list(same_text(session, version)),
            unit=unit_names(session).get(version.unit_id, ""),
            doc_types=DOC_TYPE_ZH,
            source_kinds=SOURCE_KINDS,
        )


@router.get("/records/{id}/versions")
def versions(
    id: Id,
    request: Request,
    after: Word = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
    caller: Caller = allowed("record.read"),
) -> HTMLResponse:
    """All versions, and what one of them changed."""
    with caller.read() as session:
        found = viewing.versions(session, caller.principal, id, cursors=caller.cursors, limit=PAGE, cursor=cursor)
        later = viewing.view(session, caller.principal, id, after or None)
        earlier = later.version.supersedes_id
        compared = None if earlier is None else differences(session, caller.principal, earlier, later.version.id)
        return render(
            request,
            caller,
            "reading/versions.html",
            record=later.record,
            later=later.version,
            versions=found.items,
            compared=compared,
            people=colleagues(caller.repository, [one.created_by for one in found.items]),
            cursor=cursor,
            next_cursor=found.next_cursor,
        )


def _closed(session: Session, caller: Caller, version_id: str) -> str | None:
    """Why the caller cannot review this version now; None when they can."""
    if not caller.principal.may("review.write"):
        return None
    try:
        blind_round_of(session, caller.principal, version_id)
    except ConflictError:
        return "这份材料正在双盲复核,您不在其中或已完成自己的一份,暂时只能阅读。"
    return None
