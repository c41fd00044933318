"""Near-duplicates among the cases found, and no source crowding out the others.

Archives hold the same report several times: a draft, the copy of another office, a scan. Such cases are shown as one hit
with the others behind it (``nlp.near_duplicates``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nlp.near_duplicates import near_duplicates


@dataclass(frozen=True)
class Gathered:
    """Places of the cases to show, best first, and behind each the places of its near-duplicates."""

    shown: list[int]
    behind: dict[int, list[int]]


def gather(texts: Sequence[str], sources: Sequence[str | None], *, collapse: bool, per_source: int | None) -> Gathered:
    """Choose what is shown of cases in ranked order.

    Args:
        texts: of the cases, best first.
        sources: where each came from; None is no source and never capped.
        collapse: whether near-duplicates go behind the best of them.
        per_source: most cases of one source, None for no limit.
    """
    groups = near_duplicates(texts) if collapse else list(range(len(texts)))
    shown: list[int] = []
    behind: dict[int, list[int]] = {}
    taken: Counter[str] = Counter()
    for place, group in enumerate(groups):
        if group != place:
            if group in behind:
                behind[group].append(place)
            continue
        source = sources[place]
        if per_source is not None and source is not None:
            if taken[source] >= per_source:
                continue
            taken[source] += 1
        shown.append(place)
        behind[place] = []
    return Gathered(shown, behind)


def gather_enough(
    ask: Callable[[int], tuple[Sequence[str], Sequence[str | None]]],
    k: int,
    *,
    collapse: bool,
    per_source: int | None,
) -> Gathered:
    """``gather`` over a ranking that is asked for deeper until ``k`` cases can be shown or it ends.

    Args:
        ask: gives texts and sources of the best n cases, fewer when there are no more.
        k: cases to show.
    """
    depth = k
    while True:
        texts, sources = ask(depth)
        gathered = gather(texts, sources, collapse=collapse, per_source=per_source)
        if len(gathered.shown) >= k or len(texts) < depth:
            return Gathered(gathered.shown[:k], gathered.behind)
        depth *= 2
