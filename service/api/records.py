"""``/v1/records``: documents with their versions, annotations and files."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from nlp.errors import InvalidInputError, YanpanError
from nlp.reading.page_images import picture_type
from nlp.schema import Annotation, DocType
from service.access.repository import fetch
from service.access.roles import HIGHEST
from service.api.answers import as_answer, create, respond
from service.api.deps import Caller, Cursor, EngineDep, IdempotencyKeyHeader, IfMatch, Limit, requires
from service.records import viewing
from service.records.correcting import Correction, correct, needs_annotating
from service.records.details import Details, Placement, SourceKind, checked_date
from service.records.differences import VersionDifferences, differences
from service.records.duplicates import near_text, same_text
from service.records.files import prepare_file
from service.records.finding import places_in, words_of
from service.records.ingest import ingest
from service.records.listing import RecordFilters, Sort, records, tag_counts
from service.records.page_images import PICTURES, page_file, pages
from service.records.preparing import Prepared, prepare, typed_document
from service.records.reannotating import prepare_again, reannotate
from service.records.shapes import (
    CorrectedOut,
    Duplicates,
    FoundRecord,
    FoundRecords,
    ItemError,
    PageOut,
    PagesOut,
    PlaceOut,
    ReannotatedOut,
    RecordOut,
    RecordsOut,
    RecordView,
    TakenIn,
    UploadOut,
    VersionsOut,
    record_out,
    version_out,
    version_summary,
)
from service.records.uploads import Original
from service.store.database import StoreSession
from service.store.etags import require_match
from service.store.idempotency import Answer
from service.store.models import Record, RecordVersion
from service.store.paging import MAX_LIMIT

router = APIRouter(prefix="/records", tags=["记实"])
Reader = Annotated[Caller, requires("record.read")]
Archivist = Annotated[Caller, requires("record.write")]
Id = Annotated[str, Path(max_length=36)]
IdQuery = Annotated[str | None, Query(max_length=36)]
Text = Annotated[str | None, Form(max_length=500)]
_TEXT = "考察材料\n该同志处事公道，从不推诿扯皮，但有时怕得罪人。"


class RecordIn(Details):
    """A document as text."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": _TEXT, "unit_id": "0193e3a0-0000-7000-8000-000000000001", "document_date": "2024-03"}]
        },
    )

    text: str = Field(min_length=1, max_length=2_000_000)
    unit_id: str = Field(min_length=1, max_length=36)
    confidentiality: int = Field(default=0, ge=0, le=HIGHEST, description="0 公开 … 4 绝密")

    @property
    def details(self) -> Details:
        """What is known of it beside its text."""
        return Details(**{name: getattr(self, name) for name in Details.model_fields})


class RecordQuery(RecordFilters):
    """Which records, and which page of them."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="rows of a page")
    cursor: str | None = Field(default=None, max_length=2000, description="next_cursor of the page before")
    sort: Sort = Field(default="newest", description="by when they were taken in")


class WordsQuery(RecordQuery):
    """Words to look for in texts and titles, with further filters."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "连夜 刷墙", "doc_type": "talk_note"}]}
    )

    text: str = Field(min_length=1, max_length=200, description="all of the words; a phrase between 「」")


class _Asked(BaseModel):
    """What makes two requests with other parts than a JSON body the same request."""

    fields: dict[str, Any]


@router.get("", summary="材料列表")
def list_records(
    caller: Reader,
    query: Annotated[RecordQuery, Query()],
) -> RecordsOut:
    """Records that the caller may see; all filters must hold."""
    with caller.read() as session:
        found = records(
            session,
            caller.principal,
            RecordFilters(**query.model_dump(include=set(RecordFilters.model_fields))),
            cursors=caller.cursors,
            limit=query.limit,
            cursor=query.cursor,
            sort=query.sort,
        )
        counts = tag_counts(session, [row.current_version_id for row in found.items])
        items = [record_out(row, counts) for row in found.items]
    return RecordsOut(items=items, next_cursor=found.next_cursor)


@router.post("/search", summary="按字句查找材料")
def find_records(body: WordsQuery, caller: Reader) -> FoundRecords:
    """Records that hold all of the words, with the places where they stand. The words are in no address and in no log."""
    filters = RecordFilters(**body.model_dump(include=set(RecordFilters.model_fields)))
    with caller.read() as session:
        found = records(
            session,
            caller.principal,
            filters,
            cursors=caller.cursors,
            limit=body.limit,
            cursor=body.cursor,
            sort=body.sort,
        )
        counts = tag_counts(session, [row.current_version_id for row in found.items])
        where = places_in(session, found.items, words_of(body.text))
        items = [
            FoundRecord(
                record=record_out(row, counts),
                places=[PlaceOut.model_validate(place) for place in where.get(row.id, ())],
            )
            for row in found.items
        ]
    return FoundRecords(items=items, next_cursor=found.next_cursor)


@router.post("", status_code=201, summary="录入一份文字材料", response_model=TakenIn)
def create_record(
    body: RecordIn,
    request: Request,
    caller: Archivist,
    engine: EngineDep,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """Normalise and annotate a text and keep it. Records with the same or nearly the same text are named."""
    checked_date(body.document_date)
    with engine.turns.taken():
        prepared = prepare(engine.pipeline, typed_document(body.text, "text"), body.doc_type)
    near = _near(caller, prepared)
    placement = Placement(unit_id=body.unit_id, confidentiality=body.confidentiality)

    def work(session: StoreSession) -> Answer:
        taken = _take(session, caller, prepared, placement, body.details, None, near)
        location = f"/v1/records/{taken.record.id}"
        return Answer(201, taken.model_dump(mode="json"), {"ETag": taken.record.etag, "Location": location})

    return create(caller, request, body, idempotency_key, work)


@router.post("/uploads", status_code=201, summary="上传一个文件", response_model=UploadOut)
def upload(
    request: Request,
    caller: Archivist,
    engine: EngineDep,
    file: Annotated[UploadFile, File(description="any readable file")],
    unit_id: Annotated[str, Form(min_length=1, max_length=36)],
    confidentiality: Annotated[int, Form(ge=0, le=HIGHEST)] = 0,
    title: Text = None,
    doc_type: Annotated[DocType | None, Form()] = None,
    document_date: Annotated[str | None, Form(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] = None,
    source: Text = None,
    source_kind: Annotated[SourceKind | None, Form()] = None,
    author: Annotated[str | None, Form(max_length=200)] = None,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """A record for each document in the file, all or none of them; what in it cannot be read is named in ``errors``.

    Many files at once go to ``/v1/batches``.
    """
    checked_date(document_date)
    details = Details(
        title=title or None,
        doc_type=doc_type,
        document_date=document_date,
        source=source or None,
        source_kind=source_kind,
        author=author or None,
    )
    placement = Placement(unit_id=unit_id, confidentiality=confidentiality)
    data = file.file.read()
    name = file.filename or "upload"
    with engine.turns.taken():
        found = prepare_file(engine.pipeline, data, name, details)
    near = [_near(caller, prepared) for prepared, _ in found.documents]

    def work(session: StoreSession) -> Answer:
        items = [
            _take(session, caller, prepared, placement, details, kept, alike)
            for (prepared, kept), alike in zip(found.documents, near, strict=True)
        ]
        body = UploadOut(items=items, errors=[_item_error(error) for error in found.errors])
        return Answer(201, body.model_dump(mode="json"))

    asked = _Asked(fields={**details.model_dump(), **placement.model_dump(), "name": name, "sha256": _digest(data)})
    return create(caller, request, asked, idempotency_key, work)


@router.get("/{id}", summary="一份材料", response_model=RecordView)
def get_record(id: Id, caller: Reader, version_id: IdQuery = None) -> JSONResponse:
    """The record with its text, in its current version or in another one; with its ETag."""
    with caller.read() as session:
        found = viewing.view(session, caller.principal, id, version_id)
        body = RecordView(record=_record_out(session, found.record), version=version_out(found.version))
    return respond(as_answer(found.record, body))


@router.get("/{id}/versions", summary="各个版本")
def list_versions(id: Id, caller: Reader, limit: Limit = 50, cursor: Cursor = None) -> VersionsOut:
    """All versions, the newest first, without their texts."""
    with caller.read() as session:
        found = viewing.versions(session, caller.principal, id, cursors=caller.cursors, limit=limit, cursor=cursor)
    return VersionsOut(items=[version_summary(one) for one in found.items], next_cursor=found.next_cursor)


@router.post("/{id}/versions", status_code=201, summary="更正材料", response_model=CorrectedOut)
def correct_record(
    id: Id,
    body: Correction,
    request: Request,
    caller: Archivist,
    engine: EngineDep,
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKeyHeader = None,
) -> JSONResponse:
    """A new version with what was corrected; fields that are left out stay, the version before is kept.

    People's decisions are carried to clauses that did not change.
    """
    with caller.read() as session:
        row = fetch(session, Record, id)
        current = fetch(session, RecordVersion, str(row.current_version_id))
    prepared = None
    if needs_annotating(current, body):
        text = current.text if body.text is None else body.text
        kind = body.doc_type if "doc_type" in body.model_fields_set else current.doc_type
        with engine.turns.taken():
            prepared = prepare(engine.pipeline, typed_document(text, id), kind)  # type: ignore[arg-type]  # checked when stored

    def work(session: StoreSession) -> Answer:
        made = correct(session, caller.principal, id, body, if_match=if_match, prepared=prepared)
        shown = CorrectedOut(
            record=_record_out(session, made.record),
            version=version_out(made.version),
            carried=made.carried,
            tags=made.tags,
        )
        return as_answer(made.record, shown, status=201, location=f"/v1/records/{id}?version_id={made.version.id}")

    return create(caller, request, body, idempotency_key, work)


@router.get("/{id}/differences", summary="两个版本的差异")
def compare_versions(id: Id, caller: Reader, after: IdQuery = None, before: IdQuery = None) -> VersionDifferences:
    """Clause by clause; by default the current version against the one that it supersedes."""
    with caller.read() as session:
        later = viewing.view(session, caller.principal, id, after).version
        earlier = before or later.supersedes_id
        if earlier is None:
            raise InvalidInputError("the first version supersedes none", place="before", hint="name two versions")
        viewing.view(session, caller.principal, id, earlier)
        return differences(session, caller.principal, earlier, later.id)


@router.get("/{id}/annotation", summary="标注(含人工复核结果)")
def get_annotation(
    id: Id,
    caller: Reader,
    version_id: IdQuery = None,
    tags: Annotated[
        Literal["standing", "reviewed"], Query(description="reviewed: only what a person accepted or made")
    ] = "standing",
) -> Annotation:
    """The annotation in the shape of ``/v1/annotate``, without what people rejected and with what they added."""
    with caller.read() as session:
        return viewing.annotation(session, caller.principal, id, version_id, reviewed_only=tags == "reviewed")


@router.post("/{id}/annotation", summary="重新标注", response_model=ReannotatedOut)
def annotate_again(id: Id, caller: Archivist, engine: EngineDep, if_match: IfMatch = None) -> JSONResponse:
    """Annotate the current version with the pipeline of now. What people decided stays."""
    with caller.read() as session:
        row = fetch(session, Record, id)
        require_match(row, if_match)
        version = fetch(session, RecordVersion, str(row.current_version_id))
    with engine.turns.taken():
        prepared = prepare_again(engine.pipeline, version)
    with caller.write() as session:
        made = reannotate(session, caller.principal, id, prepared, if_match=if_match)
        body = ReannotatedOut(record=_record_out(session, made.record), tags=made.proposed, kept=made.kept)
        answer = as_answer(made.record, body)
    return respond(answer)


@router.get("/{id}/duplicates", summary="相同和近似的材料")
def find_duplicates(id: Id, caller: Reader) -> Duplicates:
    """Records with the same text as the current version, or nearly the same."""
    with caller.read() as session:
        version = viewing.view(session, caller.principal, id).version
        return Duplicates(
            same_text=list(same_text(session, version)), near_text=near_text(session, version.text, but=id)
        )


@router.get(
    "/{id}/original",
    summary="下载原文件",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "the file"}},
)
def download_original(id: Id, caller: Reader, version_id: IdQuery = None) -> Response:
    """The file that the version was read from, always as an attachment."""
    with caller.read() as session:
        found = viewing.original(session, caller.principal, id, version_id)
    name = quote((found.name or "original").rpartition("/")[2] or "original", safe="")
    return Response(
        found.content,
        # Never the stored type: a page that somebody uploaded must not run in the name of this service.
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


@router.get("/{id}/pages", summary="原件的页面")
def list_pages(id: Id, caller: Reader, version_id: IdQuery = None) -> PagesOut:
    """The pages of the version's file and the range of its text that each gave; none where the file has no pages."""
    with caller.read() as session:
        return PagesOut(items=[PageOut(**anchor) for anchor in pages(session, caller.principal, id, version_id)])


@router.get(
    "/{id}/pages/{number}",
    summary="原件一页的图像",
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "image/jpeg": {}}, "description": "a picture of the page"}},
)
def get_page(
    id: Id, number: Annotated[int, Path(ge=1, le=100_000)], caller: Reader, version_id: IdQuery = None
) -> Response:
    """A page as it looks, at most 1,100 pixels across."""
    with caller.read() as session:
        file = page_file(session, caller.principal, id, version_id, number)
    picture = PICTURES.of(file, number)
    return Response(
        picture,
        media_type=picture_type(picture),
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"},
    )


def _near(caller: Caller, prepared: Prepared) -> list[str]:
    with caller.read() as session:
        return near_text(session, prepared.text)


def _take(
    session: StoreSession,
    caller: Caller,
    prepared: Prepared,
    placement: Placement,
    details: Details,
    original: Original | None,
    near: list[str],
) -> TakenIn:
    made = ingest(session, caller.principal, prepared, placement, details, original=original)
    same = list(same_text(session, made.version))
    return TakenIn(
        record=_record_out(session, made.record),
        tags=made.tags,
        duplicates=Duplicates(same_text=same, near_text=near),
    )


def _record_out(session: StoreSession, row: Record) -> RecordOut:
    return record_out(row, tag_counts(session, [row.current_version_id]))


def _item_error(error: YanpanError) -> ItemError:
    # Ids inside a file may hold half of a surrogate pair, which no answer can.
    parts = {
        name: None if value is None else value.encode("utf-8", "replace").decode()
        for name, value in error.as_dict().items()
    }
    return ItemError.model_validate(parts)


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()
