"""``index.sync``: the case index takes up what the outbox holds.

The effect is exactly once: an entry is keyed by case id and content, a case that the index holds with the same content is
left alone, and of several entries of one case the last one counts. A crash between index and store repeats the delivery,
which then finds nothing to do.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import func, select

from nlp.errors import YanpanError
from nlp.retrieval import Case, CaseIndex
from nlp.retrieval.heads import content_of
from service.jobs.contract import Task, Tools
from service.searching.outbox import due
from service.store.models.working import OutboxEntry
from service.store.types import utc_now

log = logging.getLogger(__name__)
CHUNK = 200
"""Entries delivered at once: every change of the index is a new generation."""


class Syncing:
    """The kind of job."""

    def plan(self, tools: Tools, task: Task) -> list[str]:  # noqa: ARG002
        """One item for every ``CHUNK`` entries that wait."""
        with tools.repository.system_read("index") as session:
            count = session.scalar(select(func.count()).select_from(OutboxEntry).where(due())) or 0
        return [str(number) for number in range(-(-count // CHUNK))]

    def perform(self, tools: Tools, task: Task, key: str) -> None:  # noqa: ARG002
        """Deliver the next entries."""
        deliver(tools)

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002
        """Nothing more to say."""
        return {}


def deliver(tools: Tools, limit: int = CHUNK) -> int:
    """Bring the index in step with the next entries; returns how many were delivered.

    An entry that is no case stays, with its error, and is given up after ``MAX_TRIES``.

    Raises:
        YanpanError: the index cannot be written to; every entry stays.
    """
    with tools.repository.system_read("index") as session:
        entries = list(session.scalars(select(OutboxEntry).where(due()).order_by(OutboxEntry.seq).limit(limit)))
    last = {entry.object_id: entry for entry in entries}
    add: list[Case] = []
    remove: list[str] = []
    bad: dict[int, str] = {}
    index = tools.engine.index()
    for entry in last.values():
        if entry.payload.get("op") == "remove":
            remove.append(entry.object_id)
            continue
        try:
            case = _case(entry)
        except (ValidationError, ValueError) as error:
            bad[entry.seq] = type(error).__name__
            continue
        if index is None or not _holds(index, case):
            add.append(case)
    try:
        if remove:
            tools.engine.remove_cases(remove)
        if add:
            tools.engine.add_cases(add)
    except YanpanError as error:
        _failed(tools, {entry.seq: error.code for entry in entries}, counted=False)
        raise
    if bad:
        _failed(tools, bad, counted=True)
    with tools.repository.system_write("index") as session:
        for entry in entries:
            row = session.get(OutboxEntry, entry.seq)
            if row is not None and row.seq not in bad and row.delivered_at is None:
                row.delivered_at, row.error = utc_now(), None
    log.info("index in step", extra={"added": len(add), "removed": len(remove), "refused": len(bad)})
    return len(entries) - len(bad)


def _case(entry: OutboxEntry) -> Case:
    payload = entry.payload.get("case", entry.payload)
    case = Case.model_validate(payload)
    if case.id != entry.object_id:
        raise ValueError("the entry names another case")
    return case


def _holds(index: CaseIndex, case: Case) -> bool:
    held = index.get(case.id)
    if held is None:
        return False
    # Without tags given, those that the annotator found do not count as content.
    given = case.model_copy(update={"tags_by": "annotate"}) if case.tags is None else case
    return content_of(held) == content_of(given)


def _failed(tools: Tools, errors: dict[int, str], *, counted: bool) -> None:
    with tools.repository.system_write("index") as session:
        for seq, code in errors.items():
            row = session.get(OutboxEntry, seq)
            if row is not None:
                row.error = code
                row.tries += counted
    log.warning("outbox entries not delivered", extra={"count": len(errors)})
