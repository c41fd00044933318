"""Computations take turns: so many at once, nobody for ever, and a search that annotates needs one turn only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nlp.retrieval import Case
from service.engine import Engine
from service.settings import Settings
from service.turns import Turns


def test_no_more_than_so_many_at_once() -> None:
    turns, lock = Turns(2, patience_s=20), threading.Lock()
    inside, most = 0, 0
    both = threading.Barrier(2)

    def work(number: int) -> bool:
        nonlocal inside, most
        with turns.taken() as mine:
            with lock:
                inside += 1
                most = max(most, inside)
            if number < 2:
                both.wait(20)  # two are inside together, so the bound is no lower either
            with lock:
                inside -= 1
            return mine

    with ThreadPoolExecutor(8) as pool:
        first = [pool.submit(work, number) for number in range(2)]
        assert all(future.result() for future in first)
        assert all(pool.map(work, range(2, 200)))
    assert most == 2


def test_whoever_waited_long_enough_begins_without_a_turn() -> None:
    turns = Turns(1, patience_s=0.01)
    with turns.taken() as first, turns.taken() as second:
        assert (first, second) == (True, False)
    with turns.taken() as again:
        assert again  # what was not taken is not given back either


def test_a_turn_is_given_back_after_an_error() -> None:
    turns = Turns(1, patience_s=0.01)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken() as mine:
        assert mine


def test_a_search_that_annotates_takes_one_turn(tmp_path: Path) -> None:
    engine = Engine(Settings(index_dir=tmp_path / "index", data_dir=tmp_path, computing_at_once=1))
    engine.add_cases(
        [Case(id="a", text="该同志处事公道，从不推诿扯皮。"), Case(id="b", text="他经常推诿扯皮，不愿担责。")]
    )
    taken: list[bool] = []

    class Watched(Turns):
        def taken(self):  # type: ignore[no-untyped-def]
            taken.append(True)
            return super().taken()

    engine.turns = Watched(1, patience_s=60)
    assert engine.search("遇到矛盾就推诿扯皮", 2)
    assert taken == [True]


def test_what_follows_a_turn_comes_before_the_next() -> None:
    seen: list[str] = []
    turns = Turns(1, patience_s=20, after=lambda: seen.append("after"))
    with turns.taken():
        seen.append("first")
    with turns.taken():
        seen.append("second")
    assert seen == ["first", "after", "second", "after"]
