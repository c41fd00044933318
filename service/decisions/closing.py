"""Closing a decision: it becomes a historical case that others find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError
from nlp.retrieval import Case
from nlp.retrieval.case import CaseTag
from service.access import Principal, Repository
from service.access.repository import fetch
from service.audit.log import record
from service.decisions.denaming import Denamed, Denamer, like_names
from service.decisions.measures import MEASURE_ZH
from service.decisions.names import denamer
from service.searching.outbox import case_added
from service.store.etags import require_match
from service.store.models import (
    Assessment,
    AssessmentVersion,
    Decision,
    Finding,
    FindingEvidence,
    RecordVersion,
    TagRow,
    Unit,
)
from service.store.types import utc_now

_STOPS = "。！？\n"
_LONGEST_SENTENCE = 200


@dataclass(frozen=True)
class CaseDraft:
    """The case that a decision becomes, and what a person should look at before."""

    case: Case
    like_names: list[str]


@dataclass
class _Passage:
    """A sentence of a record and what is cited in it."""

    version: RecordVersion
    start: int
    end: int
    tags: list[TagRow] = field(default_factory=list)


def draft_case(
    session: Session,
    repository: Repository,
    principal: Principal,
    decision_id: str,
    outcome: str,
    names: Sequence[str] = (),
) -> CaseDraft:
    """The case as it would be.

    Its text are the sentences that the findings and circumstances of the approved note quote, without names; what was
    decided and what became of it stand beside it.

    Args:
        session: for reading or writing.
        repository: to look up names.
        principal: who closes the decision.
        decision_id: the decision.
        outcome: what became of it, in words.
        names: further names to take out.

    Raises:
        NotFoundError: there is no such decision for them.
        AccessDeniedError: the note rests on records that they may not see.
    """
    principal.require("decision.write")
    decision = fetch(session, Decision, decision_id)
    assessment = fetch(session, Assessment, decision.assessment_id)
    version = session.get_one(AssessmentVersion, str(assessment.current_version_id))
    findings = session.scalars(
        select(Finding).where(Finding.assessment_version_id == version.id).order_by(Finding.ordinal)
    ).all()
    evidence = _evidence(session, findings)
    with repository.system_read("decision") as reading:
        there = _evidence(reading, findings)
    if len(evidence) < len(there):
        raise AccessDeniedError("the note rests on records that you may not see", path=decision.id)
    passages = _passages(session, evidence, version)
    without = denamer(repository, assessment.subject_id, {one.version.id for one in passages}, names)
    text, tags = _text(passages, without)
    unit = session.get(Unit, decision.unit_id)
    words = {
        "handling": without(outcome).text,
        "findings": [without(finding.statement).text for finding in findings],
        "measure": decision.measure,
        "decision_id": decision.id,
    }
    case = Case(
        id=f"decision-{decision.id}",
        text=text,
        title=without(assessment.occasion).text,
        unit=None if unit is None else unit.name,
        date=decision.decided_on.isoformat(),
        outcome=MEASURE_ZH[decision.measure],
        source=f"assessment-{assessment.id}",
        confidentiality=max(
            assessment.confidentiality, decision.confidentiality, *(one.version.confidentiality for one in passages)
        ),
        tags=tags,
        meta=words,
    )
    shown = "\n".join([case.title or "", case.text, without(outcome).text, *words["findings"]])
    return CaseDraft(case, like_names(shown))


def close(
    session: Session,
    repository: Repository,
    principal: Principal,
    decision_id: str,
    outcome: str,
    names: Sequence[str] = (),
    *,
    if_match: str | None,
) -> Decision:
    """Close a decision with what became of it; the case goes to the index with the same transaction.

    Args:
        session: for writing.
        repository: to look up names.
        principal: who closes it.
        decision_id: the decision.
        outcome: what became of it, in words.
        names: further names to take out of the case.
        if_match: the entity tag of the decision as it was read.

    Raises:
        NotFoundError: there is no such decision for them.
        VersionConflictError: somebody else changed it in the meantime.
        ConflictError: it is closed already.
        InvalidInputError: the outcome is empty.
        AccessDeniedError: the note rests on records that they may not see.
    """
    principal.require("decision.write")
    decision = fetch(session, Decision, decision_id)
    require_match(decision, if_match)
    if decision.state != "open":
        raise ConflictError("the decision is closed already", path=decision.id)
    if not outcome.strip():
        raise InvalidInputError("a decision is closed with what became of it", place="outcome")
    case = draft_case(session, repository, principal, decision_id, outcome, names).case
    decision.state, decision.outcome = "closed", outcome
    decision.closed_by, decision.closed_at = principal.id, utc_now()
    decision.case_id = case.id
    case_added(session, case)
    session.flush()
    record(session, "decision.close", "decision", decision.id, case=case.id)
    return decision


def _evidence(session: Session, findings: Sequence[Finding]) -> list[FindingEvidence]:
    return list(
        session.scalars(
            select(FindingEvidence)
            .where(FindingEvidence.finding_id.in_([finding.id for finding in findings]))
            .order_by(FindingEvidence.id)
        )
    )


def _passages(session: Session, evidence: Iterable[FindingEvidence], version: AssessmentVersion) -> list[_Passage]:
    """The sentences cited, each once, in the order of the findings; then those of the circumstances."""
    found: dict[tuple[str, int, int], _Passage] = {}

    def passage(version_id: str, start: int, end: int) -> _Passage | None:
        text_version = session.get(RecordVersion, version_id)
        if text_version is None:
            return None
        span = sentence(text_version.text, start, end)
        return found.setdefault((version_id, *span), _Passage(text_version, *span))

    for piece in evidence:
        there = passage(piece.version_id, piece.start, piece.end)
        tag = session.get(TagRow, piece.tag_id)
        if there is not None and tag is not None and tag.id not in {one.id for one in there.tags}:
            there.tags.append(tag)
    for said in version.circumstances:
        passage(said["version_id"], said["start"], said["end"])
    return list(found.values())


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a span, with its full stop; the span itself where the sentence is very long."""
    left = max((text.rfind(stop, 0, start) for stop in _STOPS), default=-1) + 1
    stops = [place for stop in _STOPS if (place := text.find(stop, max(start, end - 1))) >= 0]
    right = min(stops) + 1 if stops else len(text)
    right = max(end, right)
    while left < start and text[left].isspace():
        left += 1
    while right > end and text[right - 1].isspace():
        right -= 1
    return (left, right) if right - left <= _LONGEST_SENTENCE else (start, end)


def _text(passages: Sequence[_Passage], without: Denamer) -> tuple[str, list[CaseTag]]:
    """The passages one a line, and their tags at their new places."""
    lines: list[str] = []
    tags: list[CaseTag] = []
    length = 0
    for passage in passages:
        line = without(passage.version.text[passage.start : passage.end])
        tags += _moved(passage, line, length)
        lines.append(line.text)
        length += len(line.text) + 1
    return "\n".join(lines), tags


def _moved(passage: _Passage, line: Denamed, offset: int) -> Iterator[CaseTag]:
    for tag in passage.tags:
        start, end = line.moved(tag.start - passage.start, tag.end - passage.start)
        yield CaseTag.model_validate(
            {
                "label": tag.label,
                "polarity": tag.polarity,
                "status": tag.status,
                "subject": tag.subject,
                "start": offset + start,
                "end": offset + end,
                "quote": line.text[start:end],
            }
        )
