"""Handing a finished export over: to whoever asked for it, while they may see all that is in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import AccessDeniedError, ConflictError, NotFoundError
from service.access import Principal
from service.access.repository import fetch
from service.audit.log import record
from service.exports.background.asking import own_exports
from service.exports.background.keeping import Manifest, Shelf
from service.store.models import Assessment, RecordVersion
from service.store.models.working import Job

_CHUNK = 500


def own_export(session: Session, principal: Principal, job_id: str) -> Job:
    """An export that somebody asked for.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    found = session.scalars(own_exports(principal).where(Job.id == job_id)).first()
    if found is None:
        raise NotFoundError("no such object", path=job_id)
    return found


def finished(session: Session, principal: Principal, data_dir: Path, job_id: str) -> tuple[Path, Manifest]:
    """The file of an export, which is handed over with the access that they have now.

    Args:
        session: decides what they see now.
        principal: who fetches it.
        data_dir: of the service.
        job_id: of the export.

    Raises:
        NotFoundError: there is no such export for them, or it was removed since.
        ConflictError: it is not finished, or failed.
        AccessDeniedError: it holds something that they may not see any more.
    """
    principal.require("export.create")
    job = own_export(session, principal, job_id)
    if job.state in ("queued", "running"):
        raise ConflictError("the export is not finished", path=job.id, hint="GET /v1/jobs/{id}/events tells when it is")
    shelf = Shelf(data_dir, job.id)
    manifest = shelf.manifest()
    if manifest is None or not shelf.path(manifest).exists():
        if job.state == "done" and (job.result or {}).get("file"):
            raise NotFoundError("the file is not kept any more", path=job.id, hint="ask for the export again")
        raise ConflictError(f"the export made no file: {job.state}", path=job.id, hint="retry the job, or ask again")
    _require_access(session, principal, manifest)
    record(session, "export.download", "job", job.id, bytes=manifest.bytes, documents=manifest.documents)
    return shelf.path(manifest), manifest


def _require_access(session: Session, principal: Principal, manifest: Manifest) -> None:
    if manifest.assessment_id is not None:
        principal.require("assessment.read")
        fetch(session, Assessment, manifest.assessment_id)
    seen = 0
    for first in range(0, len(manifest.version_ids), _CHUNK):
        ids = manifest.version_ids[first : first + _CHUNK]
        seen += session.scalar(select(func.count(RecordVersion.id)).where(RecordVersion.id.in_(ids))) or 0
    if manifest.level > principal.clearance or seen < len(manifest.version_ids):
        raise AccessDeniedError(
            "the export holds something that you may not see any more", hint="ask for it again: it will be left out"
        )
