"""Files in the spool that nobody waits for: left when a process died between keeping a file and committing its row, or
between committing its records and dropping it.
"""  # noqa: D205

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import select

from service.access.repository import Repository
from service.batches.receiving import FINAL
from service.batches.spool import Spool
from service.store.models.working import BatchItem

AFTER_S = 3600.0
"""Age in seconds of a file before it is looked at: an upload that is being received has no rows yet."""


def sweep(repository: Repository, data_dir: Path, after_s: float = AFTER_S) -> int:
    """Drop what no item of a batch needs any more; returns how many files.

    Args:
        repository: of the store that the batches are in.
        data_dir: of the service.
        after_s: least age of a file in seconds.
    """
    spool, dropped = Spool(data_dir), 0
    before = time.time() - after_s
    for path in sorted(spool.folder.glob("*/*")):
        try:
            old = path.is_file() and path.stat().st_mtime <= before
        except FileNotFoundError:
            continue  # read and dropped in the meantime
        if old and not _needed(repository, path.parent.name, path.name):
            spool.drop(path.parent.name, path.name)
            dropped += 1
    return dropped


def _needed(repository: Repository, batch_id: str, sha256: str) -> bool:
    wanted = select(BatchItem.id).where(
        BatchItem.batch_id == batch_id, BatchItem.file_sha256 == sha256, BatchItem.state.not_in(FINAL)
    )
    with repository.system_read("batch") as session:
        return session.scalar(wanted.limit(1)) is not None
