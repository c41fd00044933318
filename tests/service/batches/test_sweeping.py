"""Files in the spool that were left behind by a process that died."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from service.access import Repository
from service.batches.spool import Spool
from service.batches.sweeping import AFTER_S, sweep
from service.store.models import Batch, BatchItem
from tests.service.people import People


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_old_files_that_nobody_waits_for_are_dropped(
    repository: Repository, people: People, tmp_path: Path
) -> None:
    spool = Spool(tmp_path)
    unit, author = people.unit(), people.user("archivist")
    states = ("queued", "running", "failed", "cancelled", "done", "duplicate")
    with repository.system_write("test") as session:
        batch = Batch(name="一", unit_id=unit, confidentiality=0, options={}, created_by=author)
        session.add(batch)
        session.flush()
        kept = {state: spool.put(batch.id, io.BytesIO(state.encode()), 100)[0] for state in states}
        for ordinal, (state, sha256) in enumerate(kept.items(), 1):
            item = BatchItem(batch_id=batch.id, ordinal=ordinal, file_name=state, file_sha256=sha256, state=state)
            session.add(item)
        # The same bytes once more, in an item that is still to be read.
        again = BatchItem(batch_id=batch.id, ordinal=9, file_name="again", file_sha256=kept["duplicate"])
        session.add(again)
    spool.put("no-such-batch", io.BytesIO(b"orphan"), 100)
    partial = spool.folder / batch.id / ".partial-0"
    partial.write_bytes(b"torn")
    assert sweep(repository, tmp_path) == 0
    long_ago = time.time() - 2 * AFTER_S
    for path in spool.folder.glob("*/*"):
        os.utime(path, (long_ago, long_ago))
    new = spool.put("being-received", io.BytesIO(b"new"), 100)[0]
    assert sweep(repository, tmp_path) == 3  # the done one, the orphan, the partial one
    left = {path.name for path in spool.folder.glob("*/*")}
    assert left == {kept[state] for state in ("queued", "running", "failed", "cancelled", "duplicate")} | {new}
    assert not (spool.folder / "no-such-batch").exists()
