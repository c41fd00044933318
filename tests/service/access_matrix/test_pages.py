"""Every page of the workbench, for every role: what lies beyond reach is neither shown nor told apart from what is not there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts

from service.workbench.site import PAGES as MODULES
from tests.service.access_matrix.asking import (
    BY_UNIT,
    FULL,
    PERSONAL,
    ask,
    hidden,
    ids_of,
    kinds_of,
    nowhere,
    share,
    told,
)
from tests.service.access_matrix.endpoints import EVERYBODY
from tests.service.access_matrix.pages import PAGES
from tests.service.access_matrix.scenery import CELLS, SEEN, Client, Scenery

_ALL = sorted(PAGES)
each = pytest.mark.parametrize("path", _ALL)
# What is written in a cell, in words that no page has of its own.
_WORDS = (
    "{0}第1份",
    "{0}来源",
    "{0}更正",
    "李某{0}",
    "{0}批",
    "{0}概述",
    "{0}缺事例",
    "{0}draft",
    "{0}assessment",
    "{0}背街",
)
_NO_IDS = BY_UNIT | {"cell", "difference"}  # keys of differences are those of labels and places, the same everywhere
_IN_BROWSER = {"accept": "text/html"}


def test_every_page_stands_in_the_table(scenery: Scenery) -> None:
    routes = {
        re.sub(r":\w+}", "}", route.path)
        for module in MODULES
        for route in iter_route_contexts(module.router.routes)
        if route.path is not None
    }
    assert routes == set(PAGES)
    # None of them is hidden by another route of the application.
    assert routes <= {re.sub(r":\w+}", "}", one.path or "") for one in iter_route_contexts(scenery.app.router.routes)}


@each
def test_a_stranger_is_led_to_the_sign_in(scenery: Scenery, path: str) -> None:
    page = PAGES[path]
    stranger = Client(scenery.transport, None)
    stranger.headers = _IN_BROWSER
    answer = ask(stranger, "GET", path, page, {**scenery.cells["own"], **scenery.theirs})
    assert answer.status_code in page.anonymous, answer.text
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/sign-in")
    assert foreign(scenery, "auditor", answer, seen=frozenset()) == []


@each
def test_who_may_not_open_it_is_refused_whatever_it_is_about(scenery: Scenery, path: str) -> None:
    page = PAGES[path]
    for role in sorted(EVERYBODY - page.roles):
        refusals = {
            told(scenery, ask(scenery.readers[role], "GET", path, page, ids), *ids.values())
            for cell in (("own", "other") if FULL else ("other",))
            for ids in [{**scenery.theirs, **scenery.cells[cell]}]
        }
        assert {status for status, _ in refusals} == {403}, (role, refusals)
        assert len(refusals) == 1, role  # the same whatever it is about


@each
def test_who_may_open_it_reads_what_is_within_reach(scenery: Scenery, path: str) -> None:
    page = PAGES[path]
    for number, role in enumerate(sorted(page.roles)):
        about = page.about is not None or page.params
        for cell in share(sorted(SEEN), number, len(page.roles)) if about else ["own"]:
            answer = ask(scenery.readers[role], "GET", path, page, ids_of(scenery, role, cell))
            assert answer.status_code in page.answers, (role, cell, answer.status_code, answer.text[:500])
            for shown in [cell] if about else sorted(SEEN):
                assert page.shows.format(shown) in answer.text, (role, shown)
            assert not page.shows or foreign(scenery, role, answer, seen=frozenset()), "no words of a cell are known"
            assert foreign(scenery, role, answer, ids=not page.tells_ids) == [], (role, cell)


@each
def test_what_is_beyond_reach_is_as_if_it_were_not_there(scenery: Scenery, path: str) -> None:
    page = PAGES[path]
    for number, role in enumerate(sorted(page.roles)):
        client = scenery.readers[role]
        for place, kind in enumerate(kinds_of(page)):
            beyond = share(hidden(scenery, role, kind), number + place, len(page.roles))
            if not beyond:
                continue
            known = {**scenery.theirs, **ids_of(scenery, role)}
            nothing = ask(client, "GET", path, page, {**known, kind: nowhere()})
            for id_ in beyond:
                answer = ask(client, "GET", path, page, {**known, kind: id_})
                assert told(scenery, answer, id_) == told(scenery, nothing, nowhere()), (role, kind)
                assert foreign(scenery, role, answer, asked=id_) == [], (role, kind)
                if kind == page.about:
                    assert answer.status_code == 404, (role, kind)
                    assert answer.headers["content-type"].startswith(("text/html", "application/problem+json"))


def test_a_note_that_rests_on_other_units_shows_nothing_of_them(scenery: Scenery) -> None:
    for part in ("", "/versions", "/dossier"):
        for role in ("analyst", "investigator", "reviewer"):
            answer = scenery.readers[role].get(f"/assessments/{scenery.cells['own']['mixed']}{part}")
            assert answer.status_code == 200, (part, role)
            assert foreign(scenery, role, answer) == [], (part, role)


def foreign(
    scenery: Scenery,
    role: str,
    answer: Any,
    *,
    seen: frozenset[str] = SEEN,
    asked: str | None = None,
    ids: bool = True,
) -> list[str]:
    """Words and ids that stand on a page and lie beyond the reach of its reader."""
    marks = {words.format(cell) for cell in CELLS.keys() - seen for words in _WORDS}
    if ids:
        marks |= {
            id_ for cell in CELLS.keys() - SEEN for kind, id_ in scenery.cells[cell].items() if kind not in _NO_IDS
        }
        # An export is a job; who sees the jobs of all (the administrators do) sees that there is one.
        kinds = PERSONAL if hidden(scenery, role, "job") else PERSONAL - {"export"}
        marks |= {id_ for kind in kinds for id_ in hidden(scenery, role, kind)}
    return sorted(mark for mark in marks - {asked} if mark in answer.text)
