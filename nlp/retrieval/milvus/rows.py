"""A case as rows of the two collections, and back."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nlp.errors import CaseIndexError
from nlp.retrieval.case import Case, CaseTag
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.heads import content_of
from nlp.retrieval.milvus.connection import Row
from nlp.retrieval.milvus.expressions import (
    FIELDS,
    SIDES,
    case_key,
    column,
    first_day,
    label_token,
    last_day,
    meta_token,
    strings,
)
from nlp.retrieval.milvus.layout import PIECE
from nlp.retrieval.passages import Passage, split_passages
from nlp.retrieval.tagmatch import Shown, shown
from nlp.structure.words import Words

MAX_TERM = 64
_LONGEST = 65_535
_EVERY_CASE = {0: 1.0}
"""A sparse vector must not be empty; no query has this dimension."""


@dataclass(frozen=True)
class CaseRows:
    """A case, taken apart.

    Attributes:
        key: of the case.
        revision: tells this content from other contents of the same case.
        rows: of the cases collection, the first one first.
        passages: of the text.
        shared: fields of every row of the passages collection.
    """

    key: str
    revision: str
    rows: list[Row]
    passages: list[Passage]
    shared: Row

    def passage_rows(self, vectors: Vectors, dtype: str) -> Iterator[Row]:
        """Rows of the passages collection."""
        for number, (passage, vector) in enumerate(zip(self.passages, vectors, strict=True)):
            yield {
                **self.shared,
                "pk": f"{self.key}.{self.revision}.{number}",
                "start": passage.start,
                "end": passage.end,
                "vector": vector.astype(dtype),
            }


def case_rows(case: Case, words: Words, columns: Collection[str], salt: str) -> CaseRows:
    """Take a case apart.

    Args:
        case: tagged.
        words: cut its terms.
        columns: labels that have a column.
        salt: what else the rows depend on (encoder, tokenizer), so that another one makes another revision.

    Raises:
        CaseIndexError: a field is longer than Milvus can hold.

    """
    record = case.model_dump_json()
    key = case_key(case.id)
    revision = hashlib.blake2b(f"{salt}\n{record}".encode(), digest_size=8).hexdigest()
    pairs = shown(case.tags or ())
    passages = split_passages(case.text)
    shared = {"case": key, "revision": revision, **_scalars(case, pairs, columns)}
    text = f"{case.title}\n{case.text}" if case.title else case.text
    terms = [term for term in words.search_terms(text) if len(term) <= MAX_TERM]
    records, pieces = _pieces(record), _joined(terms)
    parts = max(len(records), len(pieces))
    rows = [
        {
            **shared,
            "pk": f"{key}.{revision}.{part}" if part else key,
            "part": part,
            "parts": parts,
            "passages": len(passages),
            "id": _fitting(case.id, case, "id"),
            "content": content_of(case),
            "shown": _fitting(" ".join(sorted(label + side for label, side in pairs)), case, "tags"),
            "leaning": case.leaning or "",
            "record": records[part] if part < len(records) else "",
            "terms": pieces[part] if part < len(pieces) else "",
            "tags": _EVERY_CASE if part else sparse(dict.fromkeys(pairs, len(pairs) ** -0.5 if pairs else 0)),
        }
        for part in range(parts)
    ]
    return CaseRows(key, revision, rows, passages, shared)


def sparse(weights: dict[tuple[str, Any], float]) -> dict[int, float]:
    """Weights of (label, polarity) pairs as a sparse vector of a case."""
    return {**_EVERY_CASE, **query_vector(weights)}


def query_vector(weights: dict[tuple[str, Any], float]) -> dict[int, float]:
    """Weights of (label, polarity) pairs as a sparse vector of a query."""
    return {
        1
        + int.from_bytes(hashlib.blake2b(f"{label}{side}".encode(), digest_size=4).digest(), "big") % (2**31 - 1): value
        for (label, side), value in sorted(weights.items())
    }


def read_shown(text: str) -> Shown:
    """The pairs in a row's ``shown``."""
    return shown(CaseTag(label=cell[:-1], polarity="+" if cell[-1] == "+" else "-") for cell in text.split(" ") if cell)


def query_terms(terms: Sequence[str]) -> Counter[str]:
    """Terms of a query that a case can hold, with how often they occur."""
    return Counter(term for term in terms if len(term) <= MAX_TERM)


def vector_of(value: Any) -> Vectors:
    """A vector as Milvus returns it, of length 1 (or 0)."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], bytes):
        value = value[0]
    found: Vectors = (
        np.frombuffer(value, dtype=np.float16).astype(np.float32)
        if isinstance(value, bytes)
        else np.asarray(value, dtype=np.float32)
    )
    length = float(np.linalg.norm(found))
    return found / np.float32(length) if length else found


def _scalars(case: Case, pairs: Shown, columns: Collection[str]) -> Row:
    cells: dict[str, int] = dict.fromkeys(map(column, sorted(columns)), 0)
    tokens: set[str] = set()
    for label, side in pairs:
        if label in columns:
            cells[column(label)] |= SIDES[side]
        else:
            tokens.add(label_token(label, side))
    meta = case.model_dump(mode="json")["meta"]
    tokens |= {meta_token(key, value) for key, values in meta.items() for value in strings(values)}
    return {
        **{name: _fitting(getattr(case, name), case, name) for name in FIELDS},
        "date_first": first_day(case.date) if case.date else 0,
        "date_last": last_day(case.date) if case.date else 0,
        "confidentiality": case.confidentiality,
        "tokens": _fitting(" ".join(sorted(tokens)), case, "meta"),
        **cells,
    }


def _fitting(value: str | None, case: Case, field: str) -> str | None:
    if value is not None and len(value.encode()) > _LONGEST:
        raise CaseIndexError(
            f"{field} is longer than Milvus can hold",
            path=case.id[:100],
            expected=f"at most {_LONGEST} bytes of UTF-8 (about 2,300 values in meta)",
            hint="shorten it, or keep the long part in the text",
        )
    return value


def _pieces(text: str) -> list[str]:
    """The text in pieces that a field can hold."""
    # Four bytes a code point at most.
    size = PIECE if text.isascii() else PIECE // 4
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def _joined(terms: Sequence[str]) -> list[str]:
    """Terms joined by spaces, in pieces that a field can hold."""
    pieces: list[list[str]] = [[]]
    size = 0
    for term in terms:
        size += len(term.encode()) + 1
        if size > PIECE:
            pieces.append([])
            size = len(term.encode()) + 1
        pieces[-1].append(term)
    return [" ".join(piece) for piece in pieces]
