"""Asking for an export: which records in which format, or which dossier."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record as audit
from service.jobs.submitting import submit
from service.records.listing import RecordFilters, matching
from service.store.models import Assessment, Record
from service.store.models.working import Job

KIND = "export"
MOST_RECORDS = 10_000
RecordFormat = Literal["jsonl", "label-studio", "doccano", "brat", "spacy", "parquet", "xlsx"]
DossierFormat = Literal["docx", "pdf"]
Id = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[\x20-\x7e]*$")]


class ExportIn(BaseModel):
    """Records with their annotations (``format`` and either ids or filters), or the dossier of a note."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"what": "records", "format": "xlsx", "filters": {"doc_type": "talk_note"}},
                {"what": "dossier", "format": "pdf", "assessment_id": "0193e3a0-0000-7000-8000-000000000001"},
            ]
        },
    )

    what: Literal["records", "dossier"]
    format: RecordFormat | DossierFormat
    record_ids: list[Id] | None = Field(default=None, min_length=1, max_length=MOST_RECORDS)
    filters: RecordFilters | None = Field(default=None, description="as for the list of records; in place of ids")
    tags: Literal["standing", "reviewed"] = Field(
        default="standing", description="reviewed: only what a person accepted or made"
    )
    assessment_id: Id | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.what == "dossier") != (self.format in ("docx", "pdf")):
            raise ValueError("docx and pdf are formats of a dossier, the others of records")
        if (self.what == "dossier") != (self.assessment_id is not None):
            raise ValueError("assessment_id belongs to a dossier")
        if self.what == "dossier" and (self.record_ids is not None or self.filters is not None):
            raise ValueError("record_ids and filters belong to records")
        if self.record_ids is not None and self.filters is not None:
            raise ValueError("either record_ids or filters")
        return self


def ask(session: Session, principal: Principal, asked: ExportIn) -> Job:
    """Ask for an export; filters are turned into ids here, so that no words of a search are kept with the job.

    Args:
        session: for writing; decides which records are seen.
        principal: for whom.
        asked: what.

    Raises:
        NotFoundError: there is no such record, note or unit for them.
        InvalidInputError: there is nothing to export, or too much.
    """
    principal.require("export.create")
    params: dict[str, object] = {"what": asked.what, "format": asked.format}
    if asked.assessment_id is not None:
        principal.require("assessment.read")
        params["assessment_id"] = fetch(session, Assessment, asked.assessment_id).id
        number = 1
    else:
        principal.require("record.read")
        ids = _ids(session, principal, asked)
        params |= {"record_ids": ids, "tags": asked.tags}
        number = len(ids)
    job = submit(session, principal.id, KIND, params)
    audit(session, "export.ask", "job", job.id, what=asked.what, format=asked.format, number=number)
    return job


def _ids(session: Session, principal: Principal, asked: ExportIn) -> list[str]:
    if asked.record_ids is not None:
        wanted = list(dict.fromkeys(asked.record_ids))
        for record_id in wanted:
            fetch(session, Record, record_id)
        return wanted
    statement = matching(session, principal, asked.filters or RecordFilters())
    rows = session.scalars(statement.order_by(Record.id).limit(MOST_RECORDS + 1)).all()
    if len(rows) > MOST_RECORDS:
        raise InvalidInputError(
            "too many records at once", expected=f"at most {MOST_RECORDS:,}", hint="export them by period or unit"
        )
    if not rows:
        raise InvalidInputError("no record fits", place="filters", hint="there is nothing to export")
    return [row.id for row in rows]


def own_exports(principal: Principal) -> Select[Job]:
    """The exports that somebody asked for. Who may look at all jobs does not thereby get their content."""
    return select(Job).where(Job.kind == KIND, Job.owner_id == principal.id)
