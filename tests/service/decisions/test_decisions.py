"""Decisions after approved notes, follow-ups, and the case that closing makes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from nlp.retrieval import Case
from service.access import Principal
from service.decisions import deciding
from service.decisions.closing import close, draft_case
from service.store.models import Assessment, Decision, OutboxEntry, SubjectIdentity
from service.store.paging import Cursors
from tests.service.assessment.desk import CREDIT, PRAISE, Desk
from tests.service.conftest import Api
from tests.service.people import People

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
CURSORS = Cursors("00" * 32)


def approved(desk: Desk, *quotes: str, **fields: Any) -> Assessment:
    made = desk.create(desk.note(*(quotes or (PRAISE, CREDIT)), **fields))
    desk.act(desk.author, "submit", made)
    return desk.act(desk.approver, "approve", made)


def decide(desk: Desk, assessment: Assessment, **fields: Any) -> Decision:
    shape = {"decided_by": "某县委", "decided_on": date(2024, 5, 20), **fields}
    with desk.repository.write(desk.author) as session:
        return deciding.decide(session, desk.author, assessment.id, "remind", **shape)


def closed(desk: Desk, decision: Decision, outcome: str = "李某𠮷已改正。", names: tuple[str, ...] = ()) -> Decision:
    with desk.repository.write(desk.author) as session:
        return close(session, desk.repository, desk.author, decision.id, outcome, names, if_match="*")


def test_only_an_approved_note_is_followed_by_a_decision(desk: Desk) -> None:
    made = desk.create(desk.note(PRAISE))
    with pytest.raises(ConflictError):
        decide(desk, made)
    note = approved(desk)
    with pytest.raises(InvalidInputError):
        decide(desk, note, follow_up_on=date(2024, 5, 19))
    decision = decide(desk, note, follow_up_on=date(2024, 8, 20))
    assert (decision.state, decision.subject_id, decision.unit_id) == ("open", note.subject_id, note.unit_id)


@both
def test_what_is_due_comes_by_day_and_pages_follow_each_other(desk: Desk) -> None:
    note = approved(desk)
    days = [date(2024, 8, day) for day in (20, 3, 3, 11, 30)]
    made = {decide(desk, note, follow_up_on=day).id: day for day in days}
    decide(desk, note)
    seen, cursor = list[Decision](), None
    while True:
        with desk.repository.read(desk.approver) as session:
            found = deciding.due(session, desk.approver, date(2024, 8, 20), cursors=CURSORS, limit=2, cursor=cursor)
        seen += found.items
        cursor = found.next_cursor
        if cursor is None:
            break
    assert [made[one.id].day for one in seen] == [3, 3, 11, 20]
    closed(desk, seen[0])
    with desk.repository.read(desk.approver) as session:
        left = deciding.due(session, desk.approver, date(2024, 8, 20), cursors=CURSORS, limit=50).items
    assert seen[0].id not in {one.id for one in left}
    with desk.repository.write(desk.author) as session:
        deciding.change(session, desk.author, left[0].id, {"follow_up_on": None}, if_match="*")


@both
def test_closing_makes_a_case_without_names_in_the_same_transaction(desk: Desk) -> None:
    with desk.repository.system_write("test") as session:
        identity = session.scalars(select(SubjectIdentity)).one()
        identity.name = "李某𠮷"
        identity.aliases = ["债务"]  # stands in the text: an alias goes as well
    decision = decide(desk, approved(desk))
    with pytest.raises(InvalidInputError):
        closed(desk, decision, "  ")
    done = closed(desk, decision, "李某𠮷已改正，群众张三丰满意。", ("张三丰",))
    with desk.repository.system_read("test") as session:
        entry = session.scalars(select(OutboxEntry).where(OutboxEntry.topic == "case_index")).one()
    case = Case.model_validate(entry.payload["case"])
    assert (entry.object_id, done.case_id, done.state) == (case.id, case.id, "closed")
    assert case.text == "某同志从不推诿扯皮，敢于担责。\n前任遗留的某，他三年化解。"
    assert [tag.quote for tag in case.tags or ()] == ["从不推诿扯皮", "他三年化解"]
    assert (case.outcome, case.date, case.unit, case.title) == ("提醒", "2024-05-20", "某省", "年度考核")
    assert case.meta["handling"] == "某已改正，群众某甲满意。"
    for name in ("李某𠮷", "债务", "张三丰"):
        assert name not in case.model_dump_json()
    with pytest.raises(ConflictError):
        closed(desk, decision)
    with pytest.raises(ConflictError), desk.repository.write(desk.author) as session:
        deciding.change(session, desk.author, decision.id, {"note": "x"}, if_match="*")


def test_a_failed_closing_leaves_nothing_behind(desk: Desk) -> None:
    decision = decide(desk, approved(desk))

    def fails() -> None:
        with desk.repository.write(desk.author) as session:
            close(session, desk.repository, desk.author, decision.id, "已改正", if_match="*")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with desk.repository.system_read("test") as session:
        assert session.scalars(select(OutboxEntry)).all() == []
        assert session.get_one(Decision, decision.id).state == "open"


def test_circumstances_and_other_peoples_names_go_the_same_way(desk: Desk, people: People) -> None:
    version = desk.world.version(desk.honest_id)
    quote = "未谋取私利"
    start = version.text.index(quote)
    said = {"distinction": "interest", "side": "honest", "version_id": version.id, "start": start}
    from nlp.retrieval.circumstances import load_distinctions

    said["distinction"] = load_distinctions()[0].id
    note = approved(desk, PRAISE, circumstances=[{**said, "end": start + len(quote), "quote": quote}])
    decision = decide(desk, note)
    with desk.repository.read(desk.author) as session:
        draft = draft_case(session, desk.repository, desk.author, decision.id, "乔麦麦同志已核实")
    assert version.text in draft.case.text
    assert draft.like_names == ["乔麦麦"]
    for principal in (people.principal("investigator"), people.principal("archivist")):
        with pytest.raises(AccessDeniedError), desk.repository.read(principal) as session:
            draft_case(session, desk.repository, principal, decision.id, "x")


def test_a_case_is_as_secret_as_what_it_quotes_and_unseen_records_keep_it_open(desk: Desk, people: People) -> None:
    elsewhere = desk.world.record(unit="某省/B县", level=2)
    tag = desk.world.tag_of(elsewhere, PRAISE)
    desk.world.accept(tag.id)
    desk.subject_id = desk.world.subject(elsewhere, unit="某省/A县")
    desk.tag_ids["far"] = tag.id
    decision = decide(desk, approved(desk, "far"))
    near = people.principal("analyst", unit="某省/A县")
    with pytest.raises(AccessDeniedError), desk.repository.write(near) as session:
        close(session, desk.repository, near, decision.id, "已改正", if_match="*")
    low = people.principal("analyst", clearance=1)
    with pytest.raises(NotFoundError), desk.repository.write(low) as session:
        close(session, desk.repository, low, decision.id, "已改正", if_match="*")
    with desk.repository.read(desk.author) as session:
        case = draft_case(session, desk.repository, desk.author, decision.id, "已改正").case
    assert (case.confidentiality, case.unit) == (2, "某省A县")


def client_for(api: Api, principal: Principal) -> Any:
    from datetime import timedelta

    from service.access.keys import create_key
    from service.store.models import User
    from service.store.types import utc_now

    with api.people.repository.system_write("test") as session:
        user = session.get_one(User, principal.id)
        key = create_key(session, user, "test", expires_at=utc_now() + timedelta(days=1))[1]
    return api.opened({"authorization": f"Bearer {key}"})


def test_over_http_from_a_note_to_a_case(api: Api, desk: Desk) -> None:
    author, approver = client_for(api, desk.author), client_for(api, desk.approver)
    body = {
        "subject_id": desk.subject_id,
        "occasion": "年度考核",
        "summary": "总的看表现较好。",
        "findings": [{"statement": "敢于担责", "label": "responsibility", "evidence": [desk.tag_ids[PRAISE]]}],
    }
    assert approver.post("/v1/assessments", json=body).status_code == 403
    made = author.post("/v1/assessments", json=body, headers={"Idempotency-Key": "n"})
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    unfounded = {**body, "findings": [{"statement": "好", "evidence": []}]}
    refused = author.post("/v1/assessments", json=unfounded)
    assert refused.status_code == 422
    assert "没有证据" in refused.json()["detail"]
    content = {key: body[key] for key in ("summary", "findings")}
    revised = author.post(f"{path}/versions", json=content, headers={"If-Match": made.headers["ETag"]})
    assert revised.status_code == 201, revised.text
    assert author.post(f"{path}/versions", json=content, headers={"If-Match": made.headers["ETag"]}).status_code == 412
    assert author.get(f"{path}/differences?before=1&after=2").json()["items"] == []
    assert len(author.get(f"{path}/versions").json()["items"]) == 2
    submitted = author.post(f"{path}/submit", headers={"If-Match": revised.headers["ETag"]})
    assert author.post(f"{path}/approve", headers={"If-Match": "*"}).status_code == 403
    done = approver.post(f"{path}/approve", headers={"If-Match": submitted.headers["ETag"]})
    assert done.json()["state"] == "approved"
    assert author.get("/v1/assessments", params={"state": "approved", "mine": True}).json()["items"]
    found = author.get("/v1/assessments/circumstances", params={"subject_id": desk.subject_id}).json()["items"]
    assert found
    decision = author.post(
        "/v1/decisions",
        json={
            "assessment_id": done.json()["id"],
            "measure": "tolerate",
            "decided_by": "某县委",
            "decided_on": "2024-05-20",
            "follow_up_on": "2024-06-20",
        },
    )
    assert decision.json()["measure_zh"] == "容错", decision.text
    assert author.get("/v1/decisions/due?on=2024-07-01").json()["items"][0]["id"] == decision.json()["id"]
    path = decision.headers["Location"]
    changed = author.patch(path, json={"note": "已谈话"}, headers={"If-Match": decision.headers["ETag"]})
    assert changed.json()["note"] == "已谈话"
    draft = author.post(f"{path}/case", json={"outcome": "已改正"}).json()
    closing = author.post(f"{path}/close", json={"outcome": "已改正"}, headers={"If-Match": changed.headers["ETag"]})
    assert closing.json()["case_id"] == draft["case"]["id"]
    assert author.get("/v1/decisions", params={"state": "closed"}).json()["items"][0]["outcome"] == "已改正"
    for role, reach in (("analyst", {"unit": "某省/B县"}), ("reviewer", {"unit": "某省/B县"})):
        other = api.client(role, **reach)
        assert other.get(path).status_code == 404
        assert other.get(made.headers["Location"]).status_code == 404
        assert other.get("/v1/decisions").json()["items"] == []
