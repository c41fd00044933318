"""Near-duplicates among the cases found, and no source crowding out the others.

Archives hold the same report several times: a draft, the copy of another office, a scan. Such cases are shown as one hit
with the others behind it. Texts are alike when their sets of character 4-grams are (Jaccard); MinHash proposes the pairs
(Broder 1997), and pairs are joined into groups by union-find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datasketch import MinHash, MinHashLSH
from scipy.cluster.hierarchy import DisjointSet

SHINGLE = 4
ALIKE = 0.8
"""Jaccard similarity of the 4-grams from which on two texts count as one."""

_PROPOSED = 0.7
_PERMUTATIONS = 64
_SHORTEST = 30
"""Characters below which texts may well agree by chance; those are grouped only when they are identical."""

_NO_WORD = re.compile(r"\W+")


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text of its group (its own place for a text alone)."""
    plain = [_NO_WORD.sub("", text) for text in texts]
    joined = DisjointSet(range(len(texts)))
    first: dict[str, int] = {}
    index = MinHashLSH(threshold=_PROPOSED, num_perm=_PERMUTATIONS)
    for place, text in enumerate(plain):
        if not text:
            continue
        if text in first:
            joined.merge(first[text], place)
            continue
        first[text] = place
        if len(text) < _SHORTEST:
            continue
        sketch = _sketch(text)
        for other in index.query(sketch):
            mine, theirs = _shingles(text), _shingles(plain[other])
            if len(mine & theirs) >= ALIKE * len(mine | theirs):
                joined.merge(other, place)
        index.insert(place, sketch)
    return [min(joined.subset(place)) for place in range(len(texts))]


@lru_cache(maxsize=20_000)
def _sketch(text: str) -> MinHash:
    """Kept, because a ranking that is asked for deeper brings the same texts again."""
    sketch = MinHash(num_perm=_PERMUTATIONS)
    sketch.update_batch([shingle.encode() for shingle in _shingles(text)])
    return sketch


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}


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
