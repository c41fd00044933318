"""A subject with records whose tags were reviewed, and people who write and approve notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nlp.retrieval import Case
from nlp.retrieval.access import Access
from nlp.retrieval.hits import Hit, Pair, Quote
from service.access import Principal, Repository
from service.assessment import approval, notes
from service.assessment.notes import Sources
from service.assessment.shapes import NoteIn, NoteOut
from service.assessment.views import note_out
from service.store.models import Assessment, TagRow
from tests.service.people import People
from tests.service.review.world import BOOK, CREDIT, PRAISE, World

CASE = Case(id="case-9", text="某镇长连夜粉刷外墙，背街污水照流。", unit="某省A县", confidentiality=1)
HONEST = "该项目经班子集体研究，属先行先试，未谋取私利，出现亏损后及时报告。"


def hit(**fields: Any) -> dict[str, Any]:
    quote = Quote(start=0, end=4, quote="某镇长连")
    pair = Pair(query=Quote(start=0, end=2, quote="粉刷"), case=quote, cosine=0.5, shared_words=["粉刷"])
    made = Hit(
        id=CASE.id, score=1.0, rank=1, title=None, doc_type=None, unit=CASE.unit, date=None, outcome=None,
        snippet=CASE.text, channels={}, pairs=[pair],
    )  # fmt: skip
    return {"hit": {**made.model_dump(mode="json"), **fields}, "comment": "手法相同"}


class Desk:
    """A subject with two records, their reviewed tags, and people who write and approve."""

    def __init__(self, repository: Repository, world: World, people: People) -> None:
        self.repository, self.world = repository, world
        self.record_id = world.record()
        self.honest_id = world.record(text=HONEST)
        self.subject_id = world.subject(self.record_id, self.honest_id)
        self.tag_ids = {tag.quote: tag.id for tag in world.tags(self.record_id)}
        world.accept(self.tag_ids[PRAISE], self.tag_ids[CREDIT])
        self.author, self.approver = people.principal("analyst"), people.principal("reviewer")

    def sources(self, access: Access | None = None) -> Sources:
        return Sources(BOOK, {CASE.id: CASE}.get, access or Access())

    def note(self, *quotes: str, **fields: Any) -> NoteIn:
        findings = [{"statement": f"认定{n}", "evidence": [self.tag_ids[quote]]} for n, quote in enumerate(quotes, 1)]
        return NoteIn.model_validate({"summary": "总的看。表现较好。", "findings": findings, **fields})

    def create(self, note: NoteIn, principal: Principal | None = None, **options: Any) -> Assessment:
        principal = principal or self.author
        with self.repository.write(principal) as session:
            return notes.create(session, principal, self.sources(), self.subject_id, "年度考核", note, **options)

    def act(self, principal: Principal, verb: str, assessment: Assessment, *words: Any) -> Assessment:
        with self.repository.write(principal) as session:
            if verb == "revise":
                return notes.revise(session, principal, self.sources(), assessment.id, *words, if_match="*")
            if verb == "approve":
                return approval.approve(session, self.repository, principal, assessment.id, if_match="*")
            work: Callable[..., Assessment] = {"submit": approval.submit, "return": approval.give_back}[verb]
            return work(session, principal, assessment.id, *words, if_match="*")

    def seen(self, principal: Principal, assessment: Assessment) -> NoteOut:
        with self.repository.read(principal) as session:
            found = session.get(Assessment, assessment.id)
            assert found is not None
            return note_out(session, found)

    def set_state(self, quote: str, state: str) -> None:
        with self.repository.system_write("test") as session:
            session.get_one(TagRow, self.tag_ids[quote]).state = state
