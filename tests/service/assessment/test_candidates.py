"""The evidence a writer may choose from is what a note takes; what lies beyond a reader's reach is told of."""

from __future__ import annotations

import pytest

from nlp.errors import AccessDeniedError, InvalidInputError, NotFoundError
from service.access import Principal
from service.assessment.candidates import candidates
from service.assessment.withheld import withheld
from service.store.models import SubjectLink, TagRow
from tests.service.assessment.desk import Desk
from tests.service.conftest import Api
from tests.service.people import People
from tests.service.review.world import BLAME, CREDIT, PRAISE

both = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def offered(desk: Desk, principal: Principal | None = None) -> list[str]:
    with desk.repository.read(principal or desk.author) as session:
        return [piece.quote for piece in candidates(session, principal or desk.author, desk.subject_id)]


@both
def test_what_is_offered_is_what_a_note_takes(desk: Desk) -> None:
    # BLAME was not reviewed, so it is neither offered nor taken.
    assert offered(desk) == [PRAISE, CREDIT]
    desk.create(desk.note(*offered(desk)))
    with pytest.raises(InvalidInputError):
        desk.create(desk.note(BLAME))
    desk.world.accept(desk.tag_ids[BLAME])
    with desk.repository.system_write("test") as session:
        session.get_one(TagRow, desk.tag_ids[BLAME]).subject = "other"
        session.get_one(TagRow, desk.tag_ids[CREDIT]).status = "normative"
    assert offered(desk) == [PRAISE]
    with pytest.raises(InvalidInputError):
        desk.create(desk.note(BLAME))
    with desk.repository.system_write("test") as session:
        for link in session.query(SubjectLink).where(SubjectLink.record_id == desk.record_id):
            link.role = "mentioned"
    assert offered(desk) == [PRAISE, BLAME]
    desk.create(desk.note(PRAISE, BLAME))


def test_records_beyond_reach_and_rejected_links_offer_nothing(desk: Desk, people: People) -> None:
    secret = desk.world.record("他处事公道，从不推诿扯皮。", level=3)
    desk.world.accept(*(tag.id for tag in desk.world.tags(secret)))
    with desk.repository.system_write("test") as session:
        version_id = desk.world.version(secret).id
        session.add(SubjectLink(subject_id=desk.subject_id, record_id=secret, version_id=version_id, state="confirmed"))
    assert offered(desk) == [PRAISE, CREDIT, PRAISE]
    assert offered(desk, people.principal("analyst", clearance=2)) == [PRAISE, CREDIT]
    with desk.repository.system_write("test") as session:
        for link in session.query(SubjectLink):
            link.state = "rejected"
    assert offered(desk) == []
    with pytest.raises(AccessDeniedError):
        offered(desk, people.principal("investigator"))
    with pytest.raises(NotFoundError):
        offered(desk, people.principal("analyst", unit="某省/B县"))


def test_a_reader_is_told_that_something_is_left_out(desk: Desk, people: People) -> None:
    secret = desk.world.record(level=3)
    desk.world.accept(*(tag.id for tag in desk.world.tags(secret)))
    with desk.repository.system_write("test") as session:
        version_id = desk.world.version(secret).id
        session.add(SubjectLink(subject_id=desk.subject_id, record_id=secret, version_id=version_id, state="confirmed"))
    desk.tag_ids["secret"] = desk.world.tag_of(secret, CREDIT).id
    whole = desk.create(desk.note(PRAISE, "secret"))
    desk.set_state("secret", "accepted")
    with desk.repository.system_write("test") as session:
        session.get_one(type(whole), whole.id).confidentiality = 0
    for clearance, left_out in ((4, False), (2, True)):
        reader = people.principal("analyst", clearance=clearance)
        seen = desk.seen(reader, whole)
        assert seen.current is not None
        assert withheld(desk.repository, seen.current) is left_out


def test_over_http(api: Api, desk: Desk) -> None:
    analyst = api.client("analyst")
    found = analyst.get("/v1/assessments/evidence", params={"subject_id": desk.subject_id})
    assert [item["quote"] for item in found.json()["items"]] == [PRAISE, CREDIT]
    assert {item["standing"] for item in found.json()["items"]} == {True}
    assert api.client("investigator").get(found.url.path, params={"subject_id": desk.subject_id}).status_code == 403
    entries = api.client("auditor").get("/v1/audit", params={"action": "assessment.evidence"}).json()["items"]
    assert [(entry["object_id"], entry["details"]["items"]) for entry in entries] == [(desk.subject_id, 2)]
