"""Documents of an archive that are nearly alike: drafts, copies and scans of one report.

Each document leaves a sketch in the manifest (MinHash of its character 4-grams), so that groups are found at the end of a
run without reading the records again. The similarity given is an estimate from the sketches, with a standard error of at
most ``0.5 / sqrt(PERMUTATIONS)``, 0.044.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlp.near_duplicates import ALIKE

if TYPE_CHECKING:
    from datasketch import MinHash

PERMUTATIONS = 128
_PROPOSED = 0.7


@dataclass(frozen=True, slots=True)
class Sketched:
    """A document as the grouping sees it.

    Attributes:
        file: path below the source.
        document: place in its file.
        id: of the record.
        text_sha256: of its text.
        sketch: as ``pack`` made it, ``b""`` for a short text, which is grouped only with identical ones.
    """

    file: str
    document: int
    id: str
    text_sha256: str
    sketch: bytes


def pack(sketch: MinHash) -> bytes:
    """A sketch as little-endian 64-bit numbers, or 32-bit ones where they are enough."""
    values = np.asarray(sketch.hashvalues, dtype="<u8")
    narrow = values.astype("<u4")
    return narrow.tobytes() if (narrow == values).all() else values.tobytes()


def unpack(data: bytes) -> NDArray[np.uint64]:
    """The numbers of a packed sketch."""
    return np.frombuffer(data, dtype="<u4" if len(data) == 4 * PERMUTATIONS else "<u8").astype(np.uint64)


def group(documents: Iterable[Sketched]) -> list[list[tuple[Sketched, float]]]:
    """Groups of two and more, in order of their first document; with each its similarity (0..1) to the first."""
    from datasketch import MinHash, MinHashLSH
    from scipy.cluster.hierarchy import DisjointSet

    rows = list(documents)
    joined = DisjointSet(range(len(rows)))
    same: dict[str, int] = {}
    index = MinHashLSH(threshold=_PROPOSED, num_perm=PERMUTATIONS)
    pattern = MinHash(num_perm=PERMUTATIONS)
    values: dict[int, NDArray[np.uint64]] = {}
    for place, row in enumerate(rows):
        first = same.setdefault(row.text_sha256, place)
        if first != place:
            joined.merge(first, place)
            continue
        if not row.sketch:
            continue
        own = values[place] = unpack(row.sketch)
        sketch = MinHash(
            num_perm=PERMUTATIONS, hashvalues=own, permutations=pattern.permutations, scheme=pattern.scheme
        )
        for other in index.query(sketch):
            if _similarity(own, values[other]) >= ALIKE:
                joined.merge(other, place)
        index.insert(place, sketch, check_duplication=False)
    groups = sorted(sorted(members) for members in joined.subsets() if len(members) > 1)
    return [
        [(rows[place], _to_first(rows, members[0], place, values, same)) for place in members] for members in groups
    ]


def lines(groups: list[list[tuple[Sketched, float]]], copies: dict[str, list[str]]) -> Iterator[str]:
    """The lines of ``groups.jsonl``.

    Args:
        groups: as ``group`` gives them.
        copies: files that are byte for byte the same as the file that names the key.
    """
    for number, members in enumerate(groups, start=1):
        rows: list[dict[str, Any]] = [
            {
                "file": row.file,
                "document": row.document,
                "id": row.id,
                "similarity": round(similarity, 3),
                "copies": copies.get(row.file, []),
            }
            for row, similarity in members
        ]
        yield json.dumps({"group": number, "members": rows}, ensure_ascii=False)


def _similarity(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    return float(np.mean(one == other))


def _to_first(
    rows: list[Sketched], first: int, place: int, values: dict[int, NDArray[np.uint64]], same: dict[str, int]
) -> float:
    one, other = (values.get(same[rows[at].text_sha256]) for at in (first, place))
    return 1.0 if one is None or other is None else _similarity(one, other)
