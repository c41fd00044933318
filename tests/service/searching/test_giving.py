"""Cases given by callers who do not see every case: nothing tells them of the others."""

from __future__ import annotations

import pytest

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from nlp.retrieval import Case
from nlp.retrieval.access import Access
from service.access.roles import HIGHEST
from service.jobs.contract import Tools
from service.searching.giving import MAX_ID, sees_all, taken_in
from service.searching.outbox import waiting
from service.searching.syncing import deliver
from service.store.models import OutboxEntry

TEXT = "分房一碗水端平，群众都服气。"
HERE = Access(units=frozenset({"某省A县"}), clearance=1)
ALL = Access(clearance=HIGHEST)


@pytest.fixture
def database_url(databases, tmp_path):  # type: ignore[no-untyped-def]
    """SQLite only: nothing here depends on the database."""
    return databases.url("sqlite", tmp_path)


def _case(id: str = "c-1", unit: str | None = "某省A县", level: int = 0, text: str = TEXT) -> Case:
    return Case(id=id, text=text, unit=unit, confidentiality=level)


def _ids(tools: Tools, access: Access, *cases: Case) -> list[str]:
    found = taken_in(cases, access, tools.engine.index())
    tools.engine.add_cases(found)
    return [case.id for case in found]


def test_an_id_tells_nothing_of_cases_beyond_reach(tools: Tools) -> None:
    before = _ids(tools, HERE, _case("free"))
    _ids(tools, ALL, _case("taken", "某省B县"), _case("secret", level=4))
    after = _ids(tools, HERE, _case("taken"), _case("secret"), _case("free2"))
    assert [id_.partition("~")[0] for id_ in before + after] == ["free", "taken", "secret", "free2"]
    assert len({len(id_.partition("~")[2]) for id_ in before + after}) == 1
    index = tools.engine.index()
    assert index is not None
    others = [index.get(id_) for id_ in ("taken", "secret")]
    assert [(one.unit, one.confidentiality) for one in others if one] == [("某省B县", 0), ("某省A县", 4)]


def test_the_same_case_given_again_finds_its_place_again(tools: Tools) -> None:
    (first,) = _ids(tools, HERE, _case())
    (again,) = _ids(tools, HERE, _case(text=TEXT + "多年如此。"))
    (by_its_own,) = _ids(tools, HERE, _case(first, text=TEXT + "至今如此。"))
    assert first == again == by_its_own
    index = tools.engine.index()
    assert index is not None
    assert len(index) == 1
    assert _ids(tools, HERE, _case(level=1)) != [first]


def test_who_sees_every_case_gives_ids_as_they_are(tools: Tools) -> None:
    assert _ids(tools, ALL, _case(), _case("n", None)) == ["c-1", "n"]
    assert [sees_all(one) for one in (ALL, Access(), Access(clearance=3), HERE)] == [True, True, False, False]
    # a case that one sees is replaced under its own id, whoever gave it
    assert _ids(tools, HERE, _case()) == ["c-1"]


def test_what_lies_beyond_reach_is_refused(tools: Tools) -> None:
    for unit in ("某省B县", "没有的单位"):
        with pytest.raises(NotFoundError):
            taken_in([_case(unit=unit)], HERE, None)
    for case in (_case(level=2), _case(unit=None)):
        with pytest.raises(AccessDeniedError):
            taken_in([case], HERE, None)
    (id_,) = _ids(tools, HERE, _case())
    _ids(tools, ALL, _case(id_, level=4))
    with pytest.raises(ConflictError):
        taken_in([_case()], HERE, tools.engine.index())


def test_what_no_store_can_keep_is_refused(tools: Tools) -> None:
    for case in (_case("x" * MAX_ID), _case(text="好\0"), Case(id="m", text=TEXT, meta={"来源": ["\0"]})):
        with pytest.raises(InvalidInputError):
            taken_in([case], ALL, None)


def test_entries_of_other_topics_are_left_to_those_who_listen_for_them(tools: Tools) -> None:
    with tools.repository.system_write("test") as session:
        for topic in ("records", "case_index"):
            payload = {"op": "add", "case": _case(topic).model_dump(mode="json")}
            session.add(OutboxEntry(topic=topic, object_type="case", object_id=topic, payload=payload))
    assert deliver(tools) == 1
    with tools.repository.system_read("test") as session:
        entries = {entry.topic: entry for entry in session.query(OutboxEntry)}
        assert waiting(session) == (0, 0)
    assert entries["records"].delivered_at is None
    assert entries["case_index"].delivered_at is not None
    index = tools.engine.index()
    assert index is not None
    assert [id_ for id_, *_ in index.contents()] == ["case_index"]
