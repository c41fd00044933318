"""What must hold after the last start, whatever was killed before."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from nlp.retrieval import Case, CaseIndex
from nlp.retrieval.heads import content_of
from service.access import Repository
from service.audit.verify import Head, verify
from service.batches.spool import Spool
from service.batches.sweeping import sweep
from service.searching import outbox
from service.store.models import (
    Assessment,
    Batch,
    BatchItem,
    Decision,
    Job,
    OutboxEntry,
    Record,
    RecordVersion,
    Review,
    Subject,
    SubjectLink,
    TagRow,
)
from service.store.models.auditing import AuditEntry
from service.store.models.working import IdempotencyKey
from tests.service.crash.hands import Ledger
from tests.service.working import BigramEncoder

_ORDER = ("draft", "submitted", "approved")
# Which entry of the audit log tells of the making of a row.
_TOLD = {
    Record: "record.create",
    Review: "review.accept",
    Subject: "subject.create",
    Assessment: "assessment.create",
    Decision: "decision.create",
    Batch: "batch.create",
}


def check_store(repository: Repository, ledger: Ledger, heads: list[Head]) -> dict[str, int]:
    """Every acknowledged row is there, no row is there twice, the log tells of each once; returns counts."""
    with repository.system_read("test") as session:
        if repository.database.is_sqlite:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert session.execute(text("PRAGMA foreign_key_check")).first() is None
        _check_work(session, ledger)
        _check_records(session, ledger)
        _check_reviews(session, ledger)
        _check_assessments(session, ledger)
        for model, kind in ((Subject, "subject"), (SubjectLink, "link"), (Decision, "decision")):
            assert set(ledger.kept[kind]) <= _ids(session, model), f"an acknowledged {kind} is lost"
        counts = _check_log(session, heads)
        # An answer is kept with what it tells of, or not at all.
        assert not session.scalar(select(IdempotencyKey.key).where(IdempotencyKey.status.is_(None)).limit(1))
    return counts


def _ids(session: Session, model: Any) -> set[str]:
    return set(session.scalars(select(model.id)))


def _check_records(session: Session, ledger: Ledger) -> None:
    rows = session.execute(
        select(Record.id, RecordVersion.text).join(RecordVersion, Record.current_version_id == RecordVersion.id)
    ).all()
    texts: dict[str, str] = {row.id: row.text for row in rows}
    assert len(texts) == len(_ids(session, Record)), "a record without a version"
    doubled = [one for one, count in Counter(texts.values()).items() if count > 1]
    assert not doubled, f"records were doubled: {doubled[:3]}"
    for id_, said in ledger.kept["record"].items():
        assert texts.get(id_) == said, f"the acknowledged record {id_} is lost or altered"
    for said in ledger.kept["batch"].values():
        assert set(said) <= set(texts.values()), "an acknowledged file of a batch gave no record"


def _check_reviews(session: Session, ledger: Ledger) -> None:
    reviews = {review.id: review for review in session.scalars(select(Review))}
    assert len({review.tag_id for review in reviews.values()}) == len(reviews), "a review was doubled"
    for id_, tag_id in ledger.kept["review"].items():
        assert reviews[id_].tag_id == tag_id
        assert session.get_one(TagRow, tag_id).state == "accepted"


def _check_assessments(session: Session, ledger: Ledger) -> None:
    rows = list(session.scalars(select(Assessment)))
    assert len({row.occasion for row in rows}) == len(rows), "a note was doubled"
    states = {row.id: row.state for row in rows}
    for id_, state in ledger.kept["assessment"].items():
        assert _ORDER.index(states[id_]) >= _ORDER.index(state), f"the note {id_} went back to {states[id_]}"


def _check_work(session: Session, ledger: Ledger) -> None:
    assert set(ledger.kept["batch"]) <= _ids(session, Batch), "an acknowledged batch is lost"
    for model in (Job, BatchItem):
        columns = (model.id, model.state, model.error)
        odd = [tuple(row) for row in session.execute(select(*columns).where(model.state != "done"))]
        assert not odd, f"{model.__tablename__}: {odd}"
    assert set(session.scalars(select(Batch.state))) <= {"done"}
    for job in session.scalars(select(Job).where(Job.kind == "batch")):
        assert (job.failed, job.error) == (0, None)


def _check_log(session: Session, heads: list[Head]) -> dict[str, int]:
    told: dict[str, Counter[str]] = {action: Counter() for action in _TOLD.values()}
    columns = (AuditEntry.action, AuditEntry.object_id, AuditEntry.details)
    for action, object_id, details in session.execute(select(*columns)):
        if action in told:
            # An entry about a review is one about its tag.
            told[action][json.loads(details)["review"] if action == "review.accept" else object_id] += 1
    counts = {}
    for model, action in _TOLD.items():
        rows = _ids(session, model)
        assert told[action] == Counter(rows), f"{action}: entries and rows differ"
        counts[model.__tablename__] = len(rows)
    last = verify(session, None)
    for head in heads:
        verify(session, head)
    counts["audit"] = last.seq
    return counts


def check_index(repository: Repository, folder: Path, ledger: Ledger) -> int:
    """The index holds exactly what the store delivered and what was added directly; returns how many cases."""
    with repository.system_read("test") as session:
        entries = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == outbox.TOPIC)).all()
    wanted = {entry.object_id: Case.model_validate(entry.payload["case"]) for entry in entries}
    assert len(wanted) == len(entries), "a case was delivered twice"
    index = CaseIndex.open(folder, encoder=BigramEncoder(), rebuild=False)
    held = {case.id: case for case in index.cases()}
    for id_, said in ledger.kept["case"].items():
        assert id_ in held, f"the acknowledged case {id_} is lost"
        assert said is None or held[id_].text == said
    for id_, case in wanted.items():
        assert content_of(held[id_]) == content_of(case), f"the index holds {id_} as it is not in the store"
    # One more may be there that was added directly when the answer got lost.
    more = [id_ for id_ in held if id_ not in wanted and id_ not in ledger.kept["case"]]
    assert len(more) <= 1, more
    for id_, case in list(held.items())[:: max(1, len(held) // 10)]:
        assert id_ in {hit.id for hit in index.search(case.text, k=3, collapse=False)}, f"{id_} is not found"
    return len(held)


def check_spool(repository: Repository, data_dir: Path) -> int:
    """No file is left of batches that were read, once the worker has swept; returns how many it had to sweep."""
    swept = sweep(repository, data_dir, after_s=0)
    assert [path.name for path in Spool(data_dir).folder.rglob("*") if path.is_file()] == []
    return swept
