"""``export``: records one item each, then the file that holds them; or the dossier of a note."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from nlp.errors import InvalidInputError, ReadingError
from nlp.schema import Annotation
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.exports.background.bundling import MEDIA_TYPES, bundle
from service.exports.background.keeping import Manifest, Shelf
from service.jobs.contract import Task, Tools
from service.jobs.principals import owner
from service.records.viewing import annotation, view
from service.review.labels import codebook
from service.store.models import Assessment, AssessmentCase, FindingEvidence, RecordVersion
from service.store.models.assessing import Finding
from service.store.models.working import Job

_FILE = "file"


class Exporting:
    """The kind of job. Params: ``what`` and ``format``; ``record_ids`` and ``tags``, or ``assessment_id``."""

    def plan(self, tools: Tools, task: Task) -> list[str]:  # noqa: ARG002
        """The records by their place in the order asked for, and the file after them."""
        return [*map(str, range(len(task.params.get("record_ids", ())))), _FILE]

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        """Read one record with the access that the owner has now, or write the file.

        Raises:
            YanpanError: there is no such record or note for the owner (any more); or nothing is left to write.
        """
        principal = owner(tools.repository, task.owner_id)
        principal.require("export.create")
        shelf = Shelf(tools.settings.data_dir, task.id)
        if key != _FILE:
            _keep_record(tools, task, principal, shelf, int(key))
            return
        manifest = (_dossier if task.params["what"] == "dossier" else _records)(tools, task, principal, shelf)
        with tools.repository.system_write("exports", principal.actor) as session:
            job = session.get_one(Job, task.id, with_for_update=True)
            if job.result is None:  # else this step ran before, and the worker died right after it
                job.result = manifest.told()
                record(
                    session,
                    "export.make",
                    "job",
                    task.id,
                    what=task.params["what"],
                    format=task.params["format"],
                    documents=manifest.documents,
                    bytes=manifest.bytes,
                )

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002
        """What the file is; nothing where there is none. Of a cancelled export nothing stays."""
        shelf = Shelf(tools.settings.data_dir, task.id)
        manifest = shelf.manifest()
        if manifest is None:
            shelf.drop()
            return {"file": None}
        shelf.tidy()
        return manifest.told()


def _keep_record(tools: Tools, task: Task, principal: Principal, shelf: Shelf, number: int) -> None:
    record_id = task.params["record_ids"][number]
    with tools.repository.read(principal) as session:
        seen = view(session, principal, record_id)
        said = annotation(session, principal, record_id, reviewed_only=task.params["tags"] == "reviewed")
    shelf.put_part(
        number,
        {
            "version_id": seen.version.id,
            "level": max(seen.record.confidentiality, seen.version.confidentiality),
            # Names of files and ids inside of them repeat; the record's own id does not.
            "annotation": {**said.model_dump(mode="json"), "id": seen.record.id},
        },
    )


def _records(tools: Tools, task: Task, principal: Principal, shelf: Shelf) -> Manifest:  # noqa: ARG001
    parts = shelf.parts()
    if not parts:
        raise InvalidInputError("none of the records could be read", path=task.id)
    failures: list[ReadingError] = []
    versions: list[str] = []
    levels: list[int] = []

    def rows() -> Iterator[Annotation]:
        for part in parts:
            kept = json.loads(part.read_text(encoding="utf-8"))
            versions.append(kept["version_id"])
            levels.append(kept["level"])
            yield Annotation.model_validate(kept["annotation"])

    book = codebook(tools.settings.codebook)
    file, count = bundle(rows(), task.params["format"], shelf.work(), f"records-{task.id}", book, failures)
    return _kept(shelf, file, max(levels), versions, documents=count, left_out=len(failures))


def _dossier(tools: Tools, task: Task, principal: Principal, shelf: Shelf) -> Manifest:
    from service.dossier import docx, pdf
    from service.dossier.content import dossier_of
    from service.dossier.outline import outline

    kind, note_id = task.params["format"], task.params["assessment_id"]
    with tools.repository.read(principal) as session:
        found = dossier_of(session, tools.repository, principal, codebook(tools.settings.codebook), note_id)
        note = fetch(session, Assessment, note_id)
        versions = list(
            session.scalars(
                select(FindingEvidence.version_id)
                .join(Finding, Finding.id == FindingEvidence.finding_id)
                .where(Finding.assessment_version_id == note.current_version_id)
                .distinct()
            )
        )
        versions = sorted({*versions, *(one.version_id for one in found.current.circumstances)})
        levels = session.scalars(select(RecordVersion.confidentiality).where(RecordVersion.id.in_(versions))).all()
        cases = session.scalars(
            select(AssessmentCase.case_confidentiality).where(
                AssessmentCase.assessment_version_id == note.current_version_id
            )
        ).all()
    write = docx.docx_bytes if kind == "docx" else pdf.pdf_bytes
    file = shelf.work() / f"dossier-{note_id}.{kind}"
    file.write_bytes(write(outline(found), f"{found.subject_code}　{found.level}"))
    level = max(note.confidentiality, *levels, *cases, 0)
    return _kept(shelf, file, level, versions, documents=1, assessment_id=note_id)


def _kept(shelf: Shelf, file: Path, level: int, version_ids: list[str], **more: Any) -> Manifest:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    manifest = Manifest(
        file=file.name,
        media_type=MEDIA_TYPES[file.suffix],
        bytes=file.stat().st_size,
        sha256=digest.hexdigest(),
        level=level,
        version_ids=version_ids,
        **more,
    )
    shelf.keep(file, manifest)
    return manifest
