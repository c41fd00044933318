"""Texts that are nearly the same: drafts, copies and scans of one report.

Texts are alike when their sets of character 4-grams are (Jaccard); MinHash proposes the pairs (Broder 1997), and pairs are
joined into groups by union-find.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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
