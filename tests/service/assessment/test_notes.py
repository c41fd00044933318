"""Findings rest on reviewed evidence, notes are approved by others, versions stay."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError, VersionConflictError
from nlp.retrieval.access import Access
from service.assessment import notes
from service.assessment.circumstances import proposals
from service.assessment.shapes import NoteIn
from service.assessment.versions import differences
from service.assessment.views import version_numbered, version_out
from service.store.models import Assessment, Record, RecordVersion, SubjectLink, TagRow
from tests.service.assessment.desk import CASE, HONEST, Desk, hit
from tests.service.people import People
from tests.service.review.world import BLAME, CREDIT, PRAISE

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@both
def test_from_draft_to_approval_by_another_person(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE, CREDIT, cases=[hit()]))
    assert (made.state, made.versions, made.confidentiality) == ("draft", 1, 0)
    with pytest.raises(ConflictError):
        desk.act(desk.approver, "approve", made)
    assert desk.act(desk.author, "submit", made).state == "submitted"
    with pytest.raises(ConflictError):
        desk.act(desk.author, "revise", made, desk.note(PRAISE))
    approved = desk.act(desk.approver, "approve", made)
    assert (approved.state, approved.decided_by) == ("approved", desk.approver.id)
    seen = desk.seen(desk.approver, made)
    assert seen.current is not None
    assert [piece.quote for finding in seen.current.findings for piece in finding.evidence] == [PRAISE, CREDIT]
    assert all(piece.standing for finding in seen.current.findings for piece in finding.evidence)
    assert seen.current.cases[0].reasons["pairs"][0]["case"]["quote"] == "某镇长连"
    for verb, words in (("approve", ()), ("return", ("不妥",)), ("submit", ())):
        with pytest.raises((ConflictError, AccessDeniedError)):
            desk.act(desk.approver if verb != "submit" else desk.author, verb, made, *words)


def test_who_wrote_or_handed_in_does_not_approve(desk: Desk, people: People) -> None:
    helper = people.principal("analyst", "reviewer")
    submitter = people.principal("analyst", "reviewer")
    made = desk.create(desk.note(PRAISE))
    desk.act(helper, "revise", made, desk.note(PRAISE))
    desk.act(submitter, "submit", made)
    for principal in (helper, submitter):
        with pytest.raises(AccessDeniedError):
            desk.act(principal, "approve", made)
        with pytest.raises(AccessDeniedError):
            desk.act(principal, "return", made, "不妥")
    with pytest.raises(AccessDeniedError):
        desk.act(desk.author, "approve", made)
    assert desk.act(desk.approver, "approve", made).state == "approved"


def test_a_returned_note_carries_the_reason_and_comes_back(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE))
    desk.act(desk.author, "submit", made)
    with pytest.raises(InvalidInputError):
        desk.act(desk.approver, "return", made, "  ")
    returned = desk.act(desk.approver, "return", made, "第一条缺事例")
    assert (returned.state, returned.return_reason) == ("returned", "第一条缺事例")
    with pytest.raises(ConflictError):
        desk.act(desk.author, "submit", made)  # not unchanged
    again = desk.act(desk.author, "revise", made, desk.note(PRAISE, CREDIT))
    assert (again.state, again.versions, again.return_reason) == ("draft", 2, "第一条缺事例")
    desk.act(desk.author, "submit", made)
    assert desk.act(desk.approver, "approve", made).state == "approved"


def test_every_return_is_kept_with_its_reason(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE))
    for reason in ("第一条缺事例", "来源只有一人", "用语过重"):
        desk.act(desk.author, "submit", made)
        desk.act(desk.approver, "return", made, reason)
        desk.act(desk.author, "revise", made, desk.note(PRAISE, CREDIT))
    desk.act(desk.author, "submit", made)
    desk.act(desk.approver, "approve", made)
    shown = desk.seen(desk.author, made)
    assert [(one.number, one.reason) for one in shown.returns] == [
        (1, "第一条缺事例"),
        (2, "来源只有一人"),
        (3, "用语过重"),
    ]
    assert {one.returned_by for one in shown.returns} == {desk.approver.id}
    assert shown.return_reason == "用语过重"


@pytest.mark.parametrize("state", ["proposed", "rejected", "replaced", "outdated"])
def test_evidence_that_nobody_accepted_is_refused(desk: Desk, state: str) -> None:
    desk.set_state(BLAME, state)
    with pytest.raises(InvalidInputError) as refused:
        desk.create(desk.note(PRAISE, BLAME))
    assert refused.value.place == "findings[1].evidence[0]"
    with desk.repository.read(desk.author) as session:
        assert session.scalars(select(Assessment)).all() == []


def test_findings_without_evidence_and_notes_without_findings_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInputError, match="without evidence"):
        desk.create(NoteIn.model_validate({"summary": "", "findings": [{"statement": "好", "evidence": []}]}))
    empty = desk.create(desk.note())
    with pytest.raises(InvalidInputError, match="without a finding"):
        desk.act(desk.author, "submit", empty)


def test_evidence_of_records_about_somebody_else_is_refused(desk: Desk) -> None:
    other = desk.world.record()
    tag = desk.world.tag_of(other, PRAISE)
    desk.world.accept(tag.id)
    desk.tag_ids["other"] = tag.id
    with pytest.raises(InvalidInputError, match="not linked"):
        desk.create(desk.note("other"))
    with desk.repository.system_write("test") as session:
        for link in session.scalars(select(SubjectLink)):
            link.state = "proposed"
    with pytest.raises(InvalidInputError, match="not linked"):
        desk.create(desk.note(PRAISE))


def test_evidence_about_another_person_in_the_record_is_refused(desk: Desk) -> None:
    with desk.repository.system_write("test") as session:
        session.get_one(TagRow, desk.tag_ids[CREDIT]).subject = "other"
    with pytest.raises(InvalidInputError, match="somebody else"):
        desk.create(desk.note(CREDIT))


def test_what_was_cited_must_stand_still_at_submission_and_approval(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE))
    desk.set_state(PRAISE, "rejected")
    with pytest.raises(InvalidInputError, match="no longer stands"):
        desk.act(desk.author, "submit", made)
    desk.set_state(PRAISE, "accepted")
    desk.act(desk.author, "submit", made)
    with desk.repository.system_write("test") as session:
        record = session.get_one(Record, desk.record_id)
        newer = RecordVersion(
            record_id=record.id, number=2, unit_id=record.unit_id, text="更正", text_sha256="1" * 64,
            created_by=record.created_by,
        )  # fmt: skip
        session.add(newer)
        session.flush()
        record.current_version_id = newer.id
    with pytest.raises(InvalidInputError, match="corrected since"):
        desk.act(desk.approver, "approve", made)
    seen = desk.seen(desk.approver, made)
    assert seen.current is not None
    assert (seen.current.findings[0].evidence[0].standing, seen.current.findings[0].evidence[0].quote) == (
        False,
        PRAISE,
    )


def test_a_note_lies_at_least_as_high_as_what_it_cites(desk: Desk, people: People) -> None:
    secret = desk.world.record(level=3)
    tag = desk.world.tag_of(secret, PRAISE)
    desk.world.accept(tag.id)
    with desk.repository.system_write("test") as session:
        session.add(
            SubjectLink(subject_id=desk.subject_id, record_id=secret, version_id=tag.version_id, state="confirmed")
        )
    desk.tag_ids["secret"] = tag.id
    with pytest.raises(InvalidInputError, match="below what it cites"):
        desk.create(desk.note("secret"), level=2)
    low = people.principal("analyst", clearance=2)
    with pytest.raises(NotFoundError):
        desk.create(desk.note("secret"), low)
    made = desk.create(desk.note(PRAISE))
    assert made.confidentiality == 0
    raised = desk.act(desk.author, "revise", made, desk.note(PRAISE, "secret"))
    assert raised.confidentiality == 3
    with desk.repository.read(low) as session:
        assert session.get(Assessment, made.id) is None


def test_the_approver_sees_all_that_the_note_rests_on(desk: Desk, people: People) -> None:
    elsewhere = desk.world.record(unit="某省/B县")
    subject = desk.world.subject(elsewhere, unit="某省/A县")
    tag = desk.world.tag_of(elsewhere, PRAISE)
    desk.world.accept(tag.id)
    desk.subject_id, desk.tag_ids["far"] = subject, tag.id
    made = desk.create(desk.note("far"))
    desk.act(desk.author, "submit", made)
    near = people.principal("reviewer", unit="某省/A县")
    seen = desk.seen(near, made)
    assert seen.current is not None
    assert seen.current.findings[0].evidence == []
    with pytest.raises(AccessDeniedError):
        desk.act(near, "approve", made)
    assert desk.act(desk.approver, "approve", made).state == "approved"


def test_cases_are_attached_as_shown_or_not_at_all(desk: Desk, people: People) -> None:
    forged = hit()
    forged["hit"]["pairs"][0]["case"] = {"start": 0, "end": 4, "quote": "某某镇长"}
    for cases, error in (
        ([forged], InvalidInputError),
        ([hit(), hit()], InvalidInputError),
        ([hit(id="case-unknown")], NotFoundError),
    ):
        with pytest.raises(error):
            desk.create(desk.note(PRAISE, cases=cases))
    made = desk.create(desk.note(PRAISE, cases=[hit(unit="别处")]))
    low = people.principal("analyst", clearance=0)
    counts = []
    for principal in (desk.author, low):
        current = desk.seen(principal, made).current
        assert current is not None
        counts.append([(case.case_id, case.unit) for case in current.cases])
    assert counts == [[(CASE.id, "某省A县")], []]
    limited = desk.sources(Access(units=frozenset(), clearance=0))
    with desk.repository.write(desk.author) as session, pytest.raises(NotFoundError):
        notes.create(session, desk.author, limited, desk.subject_id, "x", desk.note(PRAISE, cases=[hit()]))


def test_circumstances_are_proposed_with_their_words_and_checked(desk: Desk, people: People) -> None:
    with desk.repository.read(desk.author) as session:
        found = proposals(session, desk.author, desk.subject_id)
    assert found
    assert {one.record_id for one in found} == {desk.honest_id}
    assert all(HONEST[one.start : one.end] == one.quote for one in found)
    taken = found[0].model_dump(include={"distinction", "side", "version_id", "start", "end", "quote"})
    made = desk.create(desk.note(PRAISE, circumstances=[{**taken, "comment": "属先行先试"}]))
    current = desk.seen(desk.author, made).current
    assert current is not None
    assert (current.circumstances[0].quote, current.circumstances[0].comment) == (found[0].quote, "属先行先试")
    for wrong in ({"quote": "别的字句"}, {"distinction": "no-such"}, {"end": 10_000}):
        with pytest.raises(InvalidInputError):
            desk.create(desk.note(PRAISE, circumstances=[{**taken, **wrong}]))


def test_versions_stay_and_differ(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE, CREDIT))
    later = desk.note(PRAISE, cases=[hit()])
    later = later.model_copy(update={"summary": "总的看。表现很好。"})
    desk.act(desk.author, "revise", made, later)
    with desk.repository.read(desk.author) as session:
        found = session.get_one(Assessment, made.id)
        one, two = (version_out(session, version_numbered(session, found, number)) for number in (1, 2))
        with pytest.raises(NotFoundError):
            version_numbered(session, found, 3)
    changes = {(item.what, item.change, item.before, item.after) for item in differences(one, two)}
    assert changes == {
        ("summary", "changed", "表现较好。", "表现很好。"),
        ("finding", "removed", "认定2", None),
        ("case", "added", None, "case-9：手法相同"),
    }
    assert differences(one, one) == []
    assert [finding.statement for finding in one.findings] == ["认定1", "认定2"]


def test_a_note_changed_in_the_meantime_is_not_overwritten(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE))
    desk.act(desk.author, "revise", made, desk.note(CREDIT))
    with pytest.raises(VersionConflictError), desk.repository.write(desk.author) as session:
        notes.revise(session, desk.author, desk.sources(), made.id, desk.note(PRAISE), if_match=f'"{made.version}"')


def test_roles(desk: Desk, people: People) -> None:
    for role in ("reviewer", "investigator", "archivist", "admin"):
        with pytest.raises(AccessDeniedError):
            desk.create(desk.note(PRAISE), people.principal(role))
    made = desk.create(desk.note(PRAISE))
    desk.act(desk.author, "submit", made)
    with pytest.raises(AccessDeniedError):
        desk.act(people.principal("analyst"), "approve", made)


@pytest.mark.parametrize("figure", [float("nan"), float("inf")])
def test_figures_that_are_no_numbers_are_refused(desk: Desk, figure: float) -> None:
    with pytest.raises(ValidationError):
        desk.note(PRAISE, cases=[hit(score=figure)])
