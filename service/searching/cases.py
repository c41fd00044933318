"""Historical cases by id: one of them, two side by side, and the values to filter them by."""

from __future__ import annotations

import hashlib
import re

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from nlp.errors import IndexMissingError, InvalidInputError, NotFoundError
from nlp.retrieval import Case, CaseIndex, Filters, Hit
from nlp.retrieval.access import Access
from nlp.retrieval.facets import Facets
from service.audit.log import record
from service.engine import Engine

_PLAIN_ID = re.compile(r"[A-Za-z0-9._:/-]{1,200}")


class Comparison(BaseModel):
    """Two cases and what makes them alike or different."""

    first: Case
    second: Case
    likeness: Hit | None = Field(
        description="the second as a hit of a search for the first; null when no channel has anything to say of it"
    )


def view_case(session: Session, engine: Engine, access: Access, id: str) -> Case:
    """One case; the view is recorded in the session.

    Raises:
        NotFoundError: there is no such case for them.
    """
    case = _case(engine.index(), access, id)
    record(session, "case.view", "case", _logged(case.id))
    return case


def compare_cases(session: Session, engine: Engine, access: Access, first: str, second: str) -> Comparison:
    """Two cases side by side; both views are recorded in the session.

    Raises:
        NotFoundError: one of them does not exist for them.
        InvalidInputError: it is one case twice.
    """
    index = engine.index()
    one, other = _case(index, access, first), _case(index, access, second)
    if one.id == other.id:
        raise InvalidInputError("a case compared to itself", expected="the ids of two cases")
    assert index is not None, "it holds both cases"
    hits = index.search(
        one.text,
        1,
        tags=one.tags,
        filters=Filters(ids=frozenset([other.id])),
        collapse=False,
        access=access,
        sayings=False,
    )
    for case in (one, other):
        record(session, "case.view", "case", _logged(case.id), compared=True)
    return Comparison(first=one, second=other, likeness=hits[0] if hits else None)


def facets(engine: Engine, access: Access, filters: Filters) -> Facets:
    """Values to filter by, counted over the cases that a reader may see.

    Raises:
        IndexMissingError: no case was added yet.
    """
    index = engine.index()
    if index is None:
        raise IndexMissingError("there is no case yet", hint="add cases with POST /v1/cases or yanpan index build")
    return index.facets(filters, access)


def _logged(id: str) -> str:
    """The id as the audit log keeps it; one that may hold words about people only as their hash."""
    return id if _PLAIN_ID.fullmatch(id) else f"sha256:{hashlib.sha256(id.encode()).hexdigest()[:16]}"


def _case(index: CaseIndex | None, access: Access, id: str) -> Case:
    case = None if index is None else index.get(id)
    if case is None or not access.permits(case):
        raise NotFoundError("no such case", path=id)
    return case
