"""``batch``: the files of a batch, one item each. A record and the mark that its file is done are one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from nlp.errors import StorageFullError, StoreBusyError, StoreUnavailableError, VersionConflictError, YanpanError
from service.audit.log import record
from service.batches.receiving import FINAL, counts
from service.batches.records import BatchFile, taken_in_before
from service.batches.spool import Spool
from service.jobs.contract import Task, Tools
from service.jobs.principals import owner
from service.records.batch_ingest import BatchIngest
from service.store.models.working import Batch, BatchItem

_MOST_PARTS = 100
_NO_ERRORS: tuple[YanpanError, ...] = ()


class Ingesting:
    """The kind of job. Params: ``batch_id``."""

    def plan(self, tools: Tools, task: Task) -> list[str]:
        """Ids of the items that wait."""
        with tools.repository.system_write("batch") as session:
            wanted = (
                select(BatchItem)
                .where(
                    BatchItem.batch_id == task.params["batch_id"], BatchItem.state.in_(("queued", "running", "failed"))
                )
                .order_by(BatchItem.ordinal)
            )
            items = list(session.scalars(wanted))
            for item in items:
                item.state, item.error = "queued", None
            batch = session.get_one(Batch, task.params["batch_id"])
            if batch.state != "cancelled":
                batch.state = "running"
            return [item.id for item in items]

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        """Make the records of one file, once.

        Raises:
            YanpanError: the file cannot be read, or the owner may not make records there (any more).
        """
        with tools.repository.system_write("batch") as session:
            item = session.get_one(BatchItem, key, with_for_update=True)
            if item.state in (*FINAL, "cancelled"):
                return
            batch = session.get_one(Batch, item.batch_id)
            item.state, item.tries = "running", item.tries + 1
        spool = Spool(tools.settings.data_dir)
        try:
            principal = owner(tools.repository, task.owner_id)
            principal.require("batch.write")
            sha256 = str(item.file_sha256)
            content = spool.get(batch.id, sha256)
            file = BatchFile(item.file_name, content, batch.unit_id, batch.confidentiality, batch.options)
            with tools.repository.read(principal) as session:
                known = taken_in_before(session, sha256)
            way = BatchIngest()
            prepared = None if known else way.prepare(tools.engine, file)
            with tools.repository.write(principal) as session:
                current = session.get_one(BatchItem, key, with_for_update=True)
                if current.state in FINAL:
                    return
                # Asked again where nobody else writes: two items of one batch may hold the same bytes.
                known = known or taken_in_before(session, sha256)
                if known is not None or prepared is None:
                    made, parts = [str(known)], _NO_ERRORS
                else:
                    stored = way.store(session, principal, file, prepared)
                    made, parts = list(stored.record_ids), stored.errors
                current.state, current.record_id = "done" if known is None else "duplicate", made[0]
                if parts:
                    current.error = {"parts": [_told(error) for error in parts[:_MOST_PARTS]]}
                record(session, "batch.item", "batch_item", key, records=len(made), duplicate=known is not None)
        except (StoreBusyError, StoreUnavailableError, StorageFullError, VersionConflictError):
            raise
        except YanpanError as error:
            self._failed(tools, key, error)
            raise
        self._release(tools, spool, batch.id, str(item.file_sha256))

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002
        """Close the batch; how many files are in each state."""
        with tools.repository.system_write("batch") as session:
            batch = session.get_one(Batch, task.params["batch_id"], with_for_update=True)
            found = counts(session, batch.id)
            if batch.state != "cancelled":
                batch.state = "open" if found.get("queued") else "done"
        return found

    def _failed(self, tools: Tools, key: str, error: YanpanError) -> None:
        """What the uploader is told of the file; its row is seen by those who may see the batch."""
        with tools.repository.system_write("batch") as session:
            item = session.get_one(BatchItem, key, with_for_update=True)
            if item.state not in FINAL:
                item.state = "failed"
                item.error = _told(error)

    def _release(self, tools: Tools, spool: Spool, batch_id: str, sha256: str) -> None:
        """Drop the file unless another item of the batch still needs the same bytes."""
        with tools.repository.system_read("batch") as session:
            needed = session.scalar(
                select(func.count(BatchItem.id)).where(
                    BatchItem.batch_id == batch_id,
                    BatchItem.file_sha256 == sha256,
                    BatchItem.state.not_in(FINAL),
                )
            )
        if not needed:
            spool.drop(batch_id, sha256)


def _told(error: YanpanError) -> dict[str, str]:
    fields = ("code", "message", "path", "place", "expected", "hint")
    return {name: str(value) for name in fields if (value := getattr(error, name, None)) is not None}
