"""Filters as Milvus expressions. Values are escaped here: filter templates are rejected by Milvus Lite."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from nlp.retrieval.access import Access
from nlp.retrieval.filters import Filters
from nlp.structure.words import encodable

FIELDS = ("doc_type", "unit", "outcome", "source")
SIDES = {"+": 1, "-": 2}
"""Bits of a label's column: 0 shows nothing, 3 both sides."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def digest(*parts: str, size: int = 16) -> str:
    """A fixed-length name for strings of any length and content, in hexadecimal."""
    state = hashlib.blake2b(digest_size=size)
    for part in parts:
        content = encodable(part).encode()
        state.update(len(content).to_bytes(8, "big") + content)
    return state.hexdigest()


def case_key(id_: str) -> str:
    """Primary key of a case."""
    return digest(id_)


def meta_token(key: str, value: str) -> str:
    """The word that stands for a value of ``meta`` in the tokens column."""
    return "m" + digest(key, value, size=12)


def label_token(label: str, side: str) -> str:
    """The word that stands for a label that has no column of its own."""
    return "t" + digest(label, side, size=12)


def column(label: str) -> str:
    """Name of a label's column."""
    return f"label_{label}"


def literal(value: str) -> str:
    """A string in an expression."""
    return f'"{encodable(value).translate(_ESCAPES)}"'


def among(field: str, values: Iterable[str]) -> str:
    """Whether a field has one of some values; there must be one."""
    return f"{field} in [{', '.join(map(literal, sorted(values)))}]"


def shows(label: str, side: str, columns: Collection[str]) -> str:
    """Whether a case shows a label so."""
    if label in columns:
        return f"{column(label)} in [{SIDES[side]}, 3]"
    return f'text_match(tokens, "{label_token(label, side)}")'


def impossible(filters: Filters, access: Access | None = None) -> bool:
    """Whether nothing can pass: a field must have one of no values."""
    sets = [getattr(filters, name) for name in (*FIELDS, "ids")] + list(filters.meta.values())
    sets.append(access.units if access is not None else None)
    return any(values is not None and not values for values in sets)


def expression(filters: Filters, columns: Collection[str]) -> str | None:
    """The filters as an expression over rows of cases or passages; None when nothing is filtered.

    Args:
        filters: not impossible.
        columns: labels that have a column.

    """
    parts = [among(name, values) for name in FIELDS for values in (getattr(filters, name),) if values is not None]
    if filters.ids is not None:
        parts.append(among("case", map(case_key, filters.ids)))
    if filters.exclude_ids:
        parts.append(f"not ({among('case', map(case_key, filters.exclude_ids))})")
    parts += [shows(cell[:-1], cell[-1], columns) for cell in sorted(filters.labels or ())]
    if filters.date_from is not None:
        parts.append(f"date_last >= {first_day(filters.date_from)}")
    if filters.date_to is not None:
        parts.append(f"(date_first > 0 and date_first <= {last_day(filters.date_to)})")
    for key, values in sorted(filters.meta.items()):
        words = " ".join(sorted(meta_token(key, value) for value in values))
        parts.append(f'text_match(tokens, "{words}")')
    return " and ".join(parts) or None


def permitted(access: Access | None) -> str | None:
    """What a reader may see, as an expression over rows of cases or passages; None for everything."""
    parts = []
    if access is not None and access.units is not None:
        parts.append(among("unit", access.units))
    if access is not None and access.clearance is not None:
        parts.append(f"confidentiality <= {access.clearance}")
    return " and ".join(parts) or None


def holds(terms: Iterable[str]) -> str:
    """Whether a row of cases holds all of some terms, or may hold them together with other rows of its case."""
    every = " and ".join(f"text_match(terms, {literal(term)})" for term in terms)
    return f"({every}) or parts > 1" if every else ""


def both(*expressions: str | None) -> str:
    """Expressions that must all hold."""
    return " and ".join(f"({one})" for one in expressions if one)


def first_day(date: str) -> int:
    """First day of a partial date, as 20210301."""
    return int((date + "-01-01"[len(date) - 4 :]).replace("-", ""))


def last_day(date: str) -> int:
    """Last day of a partial date; compared only, so that every month may end on a 31st."""
    return int((date + "-12-31"[len(date) - 4 :]).replace("-", ""))


def strings(value: Any) -> list[str]:
    """A value of ``meta`` as the strings it is compared with."""
    if value is None:
        return []
    return list(map(str, value)) if isinstance(value, list) else [str(value)]
