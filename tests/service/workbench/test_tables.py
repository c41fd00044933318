"""What pages make of what the service says: tables of an observation, the tree of units, words of the audit log."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import service
from nlp.codebook import Codebook
from service.access import Principal
from service.jobs.kinds import KINDS
from service.observation.shapes import Cell, LabelLines, Line, ObservationOut, SeenSubject, VoiceLines
from service.workbench.audit_words import action_zh
from service.workbench.names import tree
from service.workbench.observation_tables import MOST_PERIODS, sources, timeline
from service.workbench.words import JOB_KINDS
from tests.service.databases import Databases
from tests.service.people import People

BOOK = Codebook.load()


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite only: what is asked here is the same whatever the database."""
    return databases.url("sqlite", tmp_path)


def line(tag_id: str, label: str, polarity: str, date: str | None, voice: str = "public") -> Line:
    return Line(
        tag_id=tag_id, record_id="r", version_id="v", start=0, end=1, quote="某", href="", page=None, title=None,
        label=label, polarity=polarity, status="observed", kind="fact", tagged_by="human", voice=voice, speaker=None,
        date=date, unit=None, doc_type=None, origin=tag_id, reviewed=True,
    )  # fmt: skip


def observation(*lines: Line) -> ObservationOut:
    def part(polarity: str) -> list[LabelLines]:
        return [
            LabelLines(
                label=one.label, zh=one.label, polarity=polarity, pieces=1, facts=1, sources=1, voices={}, periods={},
                lines=[one],
            )
            for one in lines
            if one.polarity == polarity
        ]  # fmt: skip

    voices = list(dict.fromkeys(one.voice for one in lines))
    return ObservationOut(
        subject=SeenSubject(kind="person", id="s", name="S-1"), records=1, records_without_review=[], mentioned_in=[],
        positive=part("+"), negative=part("-"), reported=[], advised=[],
        timeline=[
            Cell(period=(one.date or "")[:7], label=one.label, polarity=one.polarity, lines=[one.tag_id])
            for one in lines
        ],
        voices=[VoiceLines(voice=one, zh=one, pieces=1, sources=1, labels={}, lines=[]) for one in voices],
        contradictions=[], changes=[], early_signs=[], gaps=[], proposed=[],
    )  # fmt: skip


def test_a_timeline_holds_every_piece_once_in_the_codebooks_order() -> None:
    lines = [
        line("a", "integrity", "+", "2021-03"),
        line("b", "responsibility", "-", "2021-05-02"),
        line("c", "responsibility", "+", None),
    ]
    made = timeline(observation(*lines), BOOK)
    assert made.periods == ["2021-03", "2021-05", ""]
    assert [row.zh for row in made.rows] == ["担当作为", "廉洁自律"]
    assert [[piece.tag_id for piece in cell] for cell in made.rows[0].cells] == [[], ["b"], ["c"]]
    assert [row.css for row in made.rows] == ["g3", "g5"]
    assert timeline(observation(), BOOK).rows == []


def test_a_long_time_is_shown_by_year() -> None:
    months = [f"{2015 + number // 12}-{number % 12 + 1:02}" for number in range(MOST_PERIODS + 1)]
    made = timeline(observation(*(line(str(place), "integrity", "+", day) for place, day in enumerate(months))), BOOK)
    assert made.periods == ["2015", "2016", "2017"]
    assert [len(cell) for cell in made.rows[0].cells] == [12, 12, 1]


def test_sources_stand_in_the_column_of_who_says_it() -> None:
    seen = observation(line("a", "integrity", "+", "2021", "superior"), line("b", "integrity", "-", "2022", "public"))
    made = sources(seen, BOOK)
    assert made.voices == ["superior", "public"]
    placed = [(row.part, [[piece.tag_id for piece in cell] for cell in row.cells]) for row in made.rows]
    assert placed == [("实绩", [["a"], []]), ("负面表现", [[], ["b"]])]


def test_units_stand_below_their_parents(people: People, principal: Callable[..., Principal]) -> None:
    for path in ("某省/A县/B镇", "某省/C县", "某省/A县/D镇"):
        people.unit(path)
    with people.repository.read(principal("admin")) as session:
        assert [(one.unit.name, one.depth) for one in tree(session)] == [
            ("某省", 0), ("某省A县", 1), ("某省A县B镇", 2), ("某省A县D镇", 2), ("某省C县", 1),
        ]  # fmt: skip
    # A reader sees the own branch: what lies above, the own unit, and all below it.
    with people.repository.read(principal("analyst", unit="某省/A县")) as session:
        assert [(one.unit.name, one.depth) for one in tree(session)] == [
            ("某省", 0), ("某省A县", 1), ("某省A县B镇", 2), ("某省A县D镇", 2),
        ]  # fmt: skip


def test_every_action_of_the_log_has_chinese_words() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(service.__path__[0]).rglob("*.py")]
    actions = {
        found for text in texts for found in re.findall(r'\b(?:record|audit)\([^")]*?"([a-z_]+\.[a-z_]+)"', text)
    }
    assert len(actions) > 60
    assert {action for action in actions if action_zh(action) == action} == set()
    assert action_zh("record.view") == "材料·查阅"
    assert action_zh("no_such.thing") == "no_such.thing"


def test_every_kind_of_job_has_chinese_words() -> None:
    assert set(JOB_KINDS) == set(KINDS)
