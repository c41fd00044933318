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
SHORTEST = 30
"""Characters below which texts may well agree by chance; those are grouped only when they are identical."""

_NO_WORD = re.compile(r"\W+")


def near_duplicates(texts: Sequence[str]) -> list[int]:
    """For each text the place of the first text of its group (its own place for a text alone)."""
    bare = [plain(text) for text in texts]
    joined = DisjointSet(range(len(texts)))
    first: dict[str, int] = {}
    index = MinHashLSH(threshold=_PROPOSED, num_perm=_PERMUTATIONS)
    for place, text in enumerate(bare):
        if not text:
            continue
        if text in first:
            joined.merge(first[text], place)
            continue
        first[text] = place
        if len(text) < SHORTEST:
            continue
        own = _sketch(text)
        for other in index.query(own):
            mine, theirs = shingles(text), shingles(bare[other])
            if len(mine & theirs) >= ALIKE * len(mine | theirs):
                joined.merge(other, place)
        index.insert(place, own)
    return [min(joined.subset(place)) for place in range(len(texts))]


def plain(text: str) -> str:
    """The text without white space and punctuation: what two copies of a report have in common."""
    return _NO_WORD.sub("", text)


def shingles(text: str) -> set[str]:
    """The 4-grams of a plain text; empty for less than four characters."""
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}


def sketch(text: str, permutations: int) -> MinHash:
    """The MinHash of a plain text: two of them agree in about the share of places that the Jaccard similarity tells.

    Args:
        text: as ``plain`` gives it.
        permutations: length of the sketch; only sketches of one length can be compared.
    """
    made = MinHash(num_perm=permutations)
    made.update_batch([shingle.encode("utf-8", "surrogatepass") for shingle in shingles(text)])
    return made


@lru_cache(maxsize=2_000)
def _sketch(text: str) -> MinHash:
    """Kept, because a ranking that is asked for deeper brings the same texts again; not for long, as texts are large."""
    return sketch(text, _PERMUTATIONS)
