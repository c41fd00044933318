"""``reannotate``: records annotated anew, one item each, with the access that the owner has now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from service.access.repository import fetch
from service.jobs.contract import Task, Tools
from service.jobs.principals import owner
from service.records.reannotating import prepare_again, reannotate
from service.records.rows import current_annotation
from service.store.etags import etag
from service.store.models import Record, RecordVersion


class Reannotating:
    """The kind of job. Params: ``record_ids``, None for every record that the owner may see."""

    def plan(self, tools: Tools, task: Task) -> list[str]:
        """Ids of the records."""
        wanted = task.params.get("record_ids")
        if wanted is not None:
            return list(dict.fromkeys(wanted))
        with tools.repository.read(owner(tools.repository, task.owner_id)) as session:
            return [record.id for record in session.scalars(select(Record).order_by(Record.id))]

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        """Annotate one record anew; one that this job has annotated already is left alone.

        Raises:
            YanpanError: there is no such record for the owner, or it is under blind review.
        """
        principal = owner(tools.repository, task.owner_id)
        principal.require("record.write")
        with tools.repository.read(principal) as session:
            record = fetch(session, Record, key)
            version = fetch(session, RecordVersion, str(record.current_version_id))
            said = current_annotation(session, version.id)
            seen = etag(record)
        if said is not None and said.id > task.id:
            return  # ids rise with time: it was made after this job was asked for
        prepared = prepare_again(tools.engine.pipeline, version)
        with tools.repository.write(principal) as session:
            reannotate(session, principal, key, prepared, if_match=seen)

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002
        """How many records were asked for."""
        return {"records": len(keys)}
