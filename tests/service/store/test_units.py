"""The tree of units and its closure."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

from nlp.errors import ConflictError, InvalidInputError, NotFoundError
from service.access import Repository
from service.store.models import Unit, UnitClosure
from service.store.units import add_unit, move_unit


def closure_by_parents(parents: dict[str, str | None]) -> set[tuple[str, str, int]]:
    found = set()
    for unit in parents:
        above: str | None = unit
        depth = 0
        while above is not None:
            found.add((above, unit, depth))
            above, depth = parents[above], depth + 1
    return found


@pytest.mark.parametrize("seed", range(4))
def test_after_any_adding_and_moving_the_closure_is_that_of_the_parents(repository: Repository, seed: int) -> None:
    chance = random.Random(seed)
    with repository.system_write("test") as session:
        ids = [add_unit(session, "0", "某省").id]
        for number in range(1, 25):
            if chance.random() < 0.6 or len(ids) < 4:
                ids.append(add_unit(session, str(number), f"第{number}单位", chance.choice(ids)).id)
            else:
                unit = session.get_one(Unit, chance.choice(ids[1:]))
                try:
                    move_unit(session, unit, chance.choice(ids))
                except InvalidInputError:
                    continue
    with repository.system_read("test") as session:
        parents = {unit.id: unit.parent_id for unit in session.scalars(select(Unit))}
        rows = {(row.ancestor_id, row.descendant_id, row.depth) for row in session.scalars(select(UnitClosure))}
    assert rows == closure_by_parents(parents)


def test_the_tree_stays_a_tree(repository: Repository) -> None:
    with repository.system_write("test") as session:
        root = add_unit(session, "r", "某省")
        below = add_unit(session, "a", "A县", root.id)
        with pytest.raises(InvalidInputError):
            move_unit(session, root, below.id)
        with pytest.raises(InvalidInputError):
            move_unit(session, below, below.id)
        with pytest.raises(ConflictError):
            add_unit(session, "s", "另一个根")
        with pytest.raises(NotFoundError):
            add_unit(session, "t", "无处", "nowhere")
