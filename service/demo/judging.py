"""Searches, notes and decisions of the demo."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from nlp.errors import DemoError
from service.demo.archiving import Kept
from service.demo.person import Person
from service.demo.shapes import AssessmentItem, DecisionItem, EvidenceItem, Workflow

_LOOK_S = 0.25
_SOON_S = 60.0


def save_search(person: Person, workflow: Workflow) -> str:
    """Keep the search and ask to be told; returns its id."""
    wanted = workflow.search
    body = {"name": wanted.name, "text": wanted.text, "k": wanted.k, "alerting": True}
    return str(person.post("/v1/searches", body)["id"])


def await_alert(person: Person, search_id: str) -> dict[str, Any]:
    """The first alert of a search.

    Raises:
        DemoError: none came.
    """
    until = time.monotonic() + _SOON_S
    while time.monotonic() < until:
        items = person.get("/v1/alerts", search=search_id)["items"]
        if items:
            first: dict[str, Any] = items[0]
            return first
        time.sleep(_LOOK_S)
    raise DemoError("no alert came", path=search_id, hint="is a worker at work on this data folder?")


def write_note(
    people: Mapping[str, Person],
    item: AssessmentItem,
    subject_id: str,
    records: Mapping[str, Kept],
    hits: list[dict[str, Any]],
    comment: str,
) -> str:
    """A note, as far as the material says; returns its id.

    Args:
        people: by sign-in name.
        item: the note.
        subject_id: whom it is about.
        records: by key.
        hits: of the saved search, to attach.
        comment: why the cases are attached.
    """
    author = people[item.by]
    findings = [
        {
            "statement": finding.statement,
            "label": finding.label,
            "polarity": finding.polarity,
            "evidence": [_accepted(author, records, one, finding.label) for one in finding.evidence],
        }
        for finding in item.findings
    ]
    body = {
        "subject_id": subject_id,
        "occasion": item.occasion,
        "confidentiality": item.confidentiality,
        "summary": item.summary,
        "findings": findings,
        "cases": [{"hit": hit, "comment": comment} for hit in hits[: item.cases]],
        "circumstances": _circumstances(author, item, subject_id, records),
    }
    note_id = str(author.post("/v1/assessments", body)["id"])
    if item.submit:
        author.act(f"/v1/assessments/{note_id}", "submit")
    if item.judged is not None:
        verb, why = ("approve", None) if item.judged.approve else ("return", {"reason": item.judged.reason})
        people[item.judged.by].act(f"/v1/assessments/{note_id}", verb, why)
    return note_id


def decide(people: Mapping[str, Person], item: DecisionItem, note_id: str) -> dict[str, Any]:
    """A decision after a note, closed where the material says so; returns it as it is then."""
    body = item.model_dump(mode="json", include={"measure", "decided_by", "decided_on", "follow_up_on", "note"})
    made: dict[str, Any] = people[item.by].post("/v1/decisions", {**body, "assessment_id": note_id})
    if item.close is not None:
        closed = item.close.model_dump()
        made = people[item.by].act(f"/v1/decisions/{made['id']}", "close", closed)
    return made


def _accepted(person: Person, records: Mapping[str, Kept], wanted: EvidenceItem, label: str) -> str:
    tags = person.get("/v1/reviews/tags", version_id=records[wanted.record].version_id)["items"]
    for tag in tags:
        if tag["state"] == "accepted" and tag["quote"] == wanted.quote and tag["label"] == label:
            return str(tag["id"])
    raise DemoError("no accepted tag has these words", path=wanted.record, place=wanted.quote, expected=label)


def _circumstances(
    person: Person, item: AssessmentItem, subject_id: str, records: Mapping[str, Kept]
) -> list[dict[str, Any]]:
    if item.circumstances is None:
        return []
    said = person.get("/v1/assessments/circumstances", subject_id=subject_id)["items"]
    taken = []
    for one in said:
        if one["record_id"] == records[item.circumstances.record].id:
            fields = {name: one[name] for name in ("distinction", "side", "version_id", "start", "end", "quote")}
            taken.append({**fields, "comment": item.circumstances.comment})
    return taken
