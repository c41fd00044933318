"""What an observation holds, and what it leaves out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from nlp.codebook import Codebook
from nlp.errors import AccessDeniedError, NotFoundError
from service.access import Principal, Repository
from service.observation.ledger_xlsx import ledger_xlsx
from service.observation.observing import observe_subject, observe_unit
from service.observation.shapes import LabelLines, Line, ObservationOut, SeenSubject
from service.records.ingest import Ingested
from service.records.rows import tags_of
from service.store.models import RecordVersion, Subject, SubjectLink, TagRow
from service.subjects.linking import LinkRole, NewLink, decide, link
from service.subjects.registering import NewSubject, register
from tests.service.people import People
from tests.service.records.conftest import Take

PRAISE = "谈话记录\n时间：2022年3月5日\n谈话对象：王某\n与考察对象关系：同级\n问：李某怎么样？\n答：他从不推诿扯皮，处事公道。"
FAULT = "谈话记录\n时间：2023年6月1日\n谈话对象：赵某\n与考察对象关系：下级\n问：李某怎么样？\n答：他遇事推诿扯皮，拈轻怕重。"
TEAM = "该局领导班子团结，领导班子处事公道。"

Tell = Callable[..., Ingested]


@pytest.fixture
def book() -> Codebook:
    return Codebook.load()


@pytest.fixture
def analyst(people: People) -> Principal:
    return people.principal("analyst")


@pytest.fixture
def subject(repository: Repository, people: People, analyst: Principal) -> Subject:
    unit = people.unit()
    with repository.write(analyst) as session:
        return register(session, analyst, NewSubject(unit_id=unit, code="S-1"))


@pytest.fixture
def tell(repository: Repository, analyst: Principal, subject: Subject, take: Take) -> Tell:
    """Takes a record in, links it to the subject, and leaves its tags in a state."""

    def call(text: str, *, state: str = "accepted", role: LinkRole = "target", **fields: Any) -> Ingested:
        made = take(text, **fields)
        with repository.write(analyst) as session:
            link(session, analyst, NewLink(subject_id=subject.id, record_id=made.record.id, role=role, reason="谈及"))
        with repository.system_write("test") as session:
            for tag in tags_of(session, made.version.id):
                tag.state = state
        return made

    return call


@pytest.fixture
def observed(
    repository: Repository, analyst: Principal, subject: Subject, book: Codebook
) -> Callable[..., ObservationOut]:
    def call(who: Principal = analyst, **query: Any) -> ObservationOut:
        with repository.read(who) as session:
            return observe_subject(session, who, book, subject.id, **query)

    return call


def _lines(made: ObservationOut) -> list[Line]:
    parts = (made.positive, made.negative, made.reported, made.advised, made.proposed)
    return [line for part in parts for view in part for line in view.lines]


def test_both_ledgers_and_their_sources(
    repository: Repository, tell: Tell, observed: Callable[..., ObservationOut]
) -> None:
    tell(PRAISE)
    tell(FAULT)
    made = observed()
    assert made.records == 2
    assert made.records_without_review == []
    assert {view.label for view in made.positive} == {"responsibility", "fairness"}
    assert {view.label for view in made.negative} >= {"responsibility"}
    assert {voice.voice: voice.sources for voice in made.voices} == {"peer": 1, "subordinate": 1}
    assert [cell.period for cell in made.timeline] == sorted(cell.period for cell in made.timeline)
    assert {cell.period for cell in made.timeline} == {"2022-03", "2023-06"}
    (change,) = made.changes
    assert (change.label, made.contradictions) == ("responsibility", [])
    assert "first_negative" in {sign.kind for sign in made.early_signs}
    assert next(gap for gap in made.gaps if gap.label == "integrity").nobody
    with repository.system_read("test") as session:
        for line in _lines(made):
            version = session.get_one(RecordVersion, line.version_id)
            assert version.text[line.start : line.end] == line.quote
            assert session.get_one(TagRow, line.tag_id).quote == line.quote
            assert version.id in line.href
    assert "score" not in made.model_dump_json()


def test_what_nobody_reviewed_stands_apart_and_what_was_rejected_nowhere(
    tell: Tell, observed: Callable[..., ObservationOut]
) -> None:
    waiting = tell(PRAISE, state="proposed")
    tell(FAULT, state="rejected")
    made = observed()
    assert made.positive == made.negative == made.timeline == made.voices == made.early_signs == []
    assert made.records_without_review == [waiting.record.id]
    lines = [line for view in made.proposed for line in view.lines]
    assert lines
    assert not any(line.reviewed for line in lines)
    assert all(gap.nobody for gap in made.gaps)


def test_only_confirmed_links_about_the_subject_count(
    repository: Repository, analyst: Principal, tell: Tell, observed: Callable[..., ObservationOut]
) -> None:
    mention = tell(PRAISE, role="mentioned")
    tell(FAULT)
    made = observed()
    assert (made.records, made.mentioned_in, made.positive) == (1, [mention.record.id], [])
    with repository.write(analyst) as session:
        for one in session.scalars(select(SubjectLink)):
            decide(session, analyst, one.id, "rejected", if_match="*")
    assert observed().records == 0


def test_what_the_reader_may_not_see_takes_no_part(
    people: People, tell: Tell, observed: Callable[..., ObservationOut]
) -> None:
    tell(PRAISE)
    tell(FAULT, level=3)
    low = people.principal("analyst", clearance=1)
    made = observed(low)
    assert (made.records, made.negative, made.contradictions, made.early_signs) == (1, [], [], [])
    assert observed().records == 2
    with pytest.raises(NotFoundError):
        observed(people.principal("analyst", unit="某省/A县"))
    with pytest.raises(AccessDeniedError):
        observed(people.principal("auditor"))


def test_periods(tell: Tell, observed: Callable[..., ObservationOut]) -> None:
    tell(PRAISE)
    tell(FAULT)
    assert observed(date_from="2023").positive == []
    assert observed(date_to="2022").negative == []
    assert observed(date_from="2022-03", date_to="2023-06").records == 2
    assert observed(signs_since="2024").early_signs == []


def test_a_stated_source_wins(tell: Tell, observed: Callable[..., ObservationOut]) -> None:
    tell("该同志从不推诿扯皮。", source_kind="public")
    assert [voice.voice for voice in observed().voices] == ["public"]


def test_copies_are_one_source(tell: Tell, observed: Callable[..., ObservationOut]) -> None:
    text = "该同志从不推诿扯皮，能够按期完成各项工作任务，群众评价较好，工作中没有出现差错，大家都比较认可。"
    tell(text)
    tell(text.replace("，", "、"))
    (view,) = [view for view in observed().positive if view.label == "responsibility"]
    assert (view.pieces, view.sources) == (2, 1)


def test_the_team_of_a_unit(
    repository: Repository, people: People, analyst: Principal, book: Codebook, take: Take
) -> None:
    made = take(TEAM, unit="某省/A县")
    take(PRAISE, unit="某省/A县")
    with repository.system_write("test") as session:
        tags = tags_of(session, made.version.id)
        assert {tag.subject for tag in tags} == {"team"}
        tags[0].state = "accepted"
    county = people.unit("某省/A县")
    with repository.read(analyst) as session:
        found = observe_unit(session, analyst, book, county)
        assert (found.records, found.subject.kind) == (1, "unit")
        assert sum(view.pieces for view in found.positive) == 1
        assert observe_unit(session, analyst, book, people.units[People.ROOT]).records == 0
        assert observe_unit(session, analyst, book, people.units[People.ROOT], below=True).records == 1
    low = people.principal("analyst", unit="某省/B县")
    with pytest.raises(NotFoundError), repository.read(low) as session:
        observe_unit(session, low, book, county)


def test_the_workbook(repository: Repository, tell: Tell, observed: Callable[..., ObservationOut]) -> None:
    tell(PRAISE, title='=HYPERLINK("http://x")')
    tell(FAULT)
    made = observed()
    content = ledger_xlsx(made)
    book = load_workbook(BytesIO(content))
    assert book.sheetnames[:2] == ["实绩清单", "负面表现清单"]
    rows = list(book["实绩清单"].values)
    lines = [line for view in made.positive for line in view.lines]
    assert [row[2] for row in rows[1:]] == [line.quote for line in lines]
    assert {row[7] for row in rows[1:]} == {"2022-03-05"}
    assert {row[5] for row in rows[1:]} == {"同级"}
    cell = book["实绩清单"]["J2"]
    assert (cell.data_type, cell.quotePrefix, cell.value) == ("s", True, '=HYPERLINK("http://x")')
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert {row[15] for row in rows[1:]} == {"已复核"}


def test_a_quote_longer_than_a_cell_is_not_cut() -> None:
    line = Line(
        tag_id="t", record_id="r", version_id="v", start=5, end=5 + 40_000, quote="=" + "好" * 39_999, href="", page=None,
        title=None, label="fairness", polarity="+", status="observed", kind="fact", tagged_by="human", voice="peer",
        speaker=None, date=None, unit=None, doc_type=None, origin="o", reviewed=True,
    )  # fmt: skip
    view = LabelLines(
        label="fairness", zh="公道", polarity="+", pieces=1, facts=1, sources=1, voices={}, periods={}, lines=[line]
    )
    empty: dict[str, Any] = {
        name: []
        for name in (
            "records_without_review", "mentioned_in", "negative", "reported", "advised", "timeline", "voices",
            "contradictions", "changes", "early_signs", "gaps", "proposed",
        )
    }  # fmt: skip
    made = ObservationOut(subject=SeenSubject(kind="person", id="s", name="S-1"), records=1, positive=[view], **empty)
    rows = list(load_workbook(BytesIO(ledger_xlsx(made)))["实绩清单"].values)[1:]
    assert "".join(str(row[2]) for row in rows) == line.quote
    assert (rows[0][12], rows[-1][13]) == (5, 5 + 40_000)
