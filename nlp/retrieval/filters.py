"""Which cases a search may see. Filters are applied before ranking, so nothing filtered out shapes the hits' order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError, WithJsonSchema

from nlp.errors import CaseIndexError
from nlp.retrieval.case import CaseTag, iso_date
from nlp.retrieval.heads import Head
from nlp.retrieval.tagmatch import shown


def _as_set(value: Any) -> Any:
    return frozenset([value]) if isinstance(value, str) else value


def _described(pattern: str | None = None, *, nullable: bool = False) -> WithJsonSchema:
    """What ``_as_set`` takes, for JSON Schema: one value or a list, in which one may stand twice."""
    value = {"type": "string"} | ({} if pattern is None else {"pattern": pattern})
    kinds: list[dict[str, Any]] = [value, {"type": "array", "items": value}]
    return WithJsonSchema({"anyOf": kinds + [{"type": "null"}] * nullable})


def _as_date(value: Any) -> Any:
    if value is None:
        return None
    date = iso_date(str(value))
    if date is None:
        raise ValueError("not a date of the form 2021, 2021-03 or 2021-03-05")
    return date


_LABEL = r"^[a-z_]+[+-]$"
Values = Annotated[frozenset[str] | None, BeforeValidator(_as_set), _described(nullable=True)]
Labels = Annotated[
    frozenset[Annotated[str, StringConstraints(pattern=_LABEL)]] | None,
    BeforeValidator(_as_set),
    _described(_LABEL, nullable=True),
]
Either = Annotated[frozenset[str], BeforeValidator(_as_set), _described()]
Date = Annotated[str | None, BeforeValidator(_as_date)]


_FIELDS = ("doc_type", "unit", "outcome", "source")


class Filters(BaseModel):
    """Conditions that all hold for every case a search returns.

    A field takes one value or several, any of which may match; a case without a value for a filtered field is left
    out. Dates may be partial (``2021``, ``2021-03``): a case matches when its date can lie in the range, both ends
    included. ``labels`` are what a case must show of its subject, all of them, as ``diligence+`` or ``integrity-``.
    ``meta`` compares values as strings, and any element of a list value may match.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    doc_type: Values = None
    unit: Values = None
    outcome: Values = None
    source: Values = None
    ids: Values = None
    exclude_ids: Values = None
    date_from: Date = None
    date_to: Date = None
    labels: Labels = None
    meta: dict[str, Either] = {}

    @classmethod
    def of(cls, filters: Filters | Mapping[str, Any] | None) -> Filters:
        """Filters from a plain mapping.

        Raises:
            CaseIndexError: an unknown field or a value of the wrong kind.

        """
        if isinstance(filters, Filters):
            return filters
        try:
            return cls.model_validate(dict(filters or {}))
        except ValidationError as error:
            first = error.errors()[0]
            raise CaseIndexError(
                f"filter {'.'.join(map(str, first['loc']))}: {first['msg']}",
                expected=f"the fields {', '.join(cls.model_fields)}",
            ) from error

    def allowed(self, heads: Sequence[Head]) -> NDArray[np.bool_] | None:
        """Mask over ``heads``, or None when nothing is filtered."""
        if self == Filters():
            return None
        wanted = [(name, values) for name in _FIELDS if (values := getattr(self, name)) is not None]
        return np.fromiter((self._passes(head, wanted) for head in heads), dtype=bool, count=len(heads))

    def _passes(self, head: Head, wanted: list[tuple[str, frozenset[str]]]) -> bool:
        for name, values in wanted:
            if getattr(head, name) not in values:
                return False
        if self.ids is not None and head.id not in self.ids:
            return False
        if self.exclude_ids is not None and head.id in self.exclude_ids:
            return False
        if self.labels is not None and not self.labels <= _cells(head):
            return False
        return self._in_range(head.date) and all(
            not values.isdisjoint(_strings(head.meta.get(key))) for key, values in self.meta.items()
        )

    def _in_range(self, date: str | None) -> bool:
        if self.date_from is None and self.date_to is None:
            return True
        if date is None:
            return False
        after = self.date_from is None or _last_day(date) >= _first_day(self.date_from)
        return after and (self.date_to is None or _first_day(date) <= _last_day(self.date_to))


def _cells(head: Head) -> set[str]:
    return {label + polarity for label, polarity in shown(CaseTag.model_validate(tag) for tag in head.tags)}


def _strings(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    return map(str, value) if isinstance(value, list) else (str(value),)


def _first_day(date: str) -> str:
    return date + "-01-01"[len(date) - 4 :]


def _last_day(date: str) -> str:
    # Compared as text only, so that every month may end on a 31st.
    return date + "-12-31"[len(date) - 4 :]
