"""New cases are noticed however the look and the writing fall together."""

from __future__ import annotations

from sqlalchemy import select

from nlp.retrieval import Case, CaseIndex
from service.jobs.contract import Tools
from service.searching.arriving import ask_for_alerts
from service.store.models import Job, SavedSearch
from tests.service.people import People

WALL = "为迎接检查连夜粉刷沿街外墙，背街污水照流。"


def submitted(tools: Tools) -> list[int]:
    """Up to which place each job tells."""
    with tools.repository.system_read("test") as session:
        return [job.params["until"] for job in session.scalars(select(Job).order_by(Job.id))]


def test_a_look_while_a_case_is_being_taken_up_misses_nothing(tools: Tools, people: People) -> None:
    owner = people.user("analyst")
    with tools.repository.system_write("test") as session:
        session.add(SavedSearch(owner_id=owner, name="刷墙", text=WALL, alerting=True))
    tools.engine.add_cases([Case(id="c1", text=WALL)])
    ask_for_alerts(tools)
    assert submitted(tools) == [1]
    # The files are switched to the new case, and the writer has yet to take them up itself.
    with tools.engine._writing:
        CaseIndex.open(tools.settings.index_dir, encoder=tools.engine.encoder).add(
            [Case(id="c2", text=WALL + "又一处。")]
        )
        ask_for_alerts(tools)
    ask_for_alerts(tools)
    assert submitted(tools) == [1, 2]
