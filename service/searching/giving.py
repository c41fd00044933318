"""Cases that a caller gives: placed within their reach, and under ids that tell nothing of cases beyond it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from nlp.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError
from nlp.retrieval import Case, CaseIndex
from nlp.retrieval.access import Access
from service.access.roles import HIGHEST
from service.store.types import storable

MAX_ID = 300
_MARK = 8


def sees_all(access: Access) -> bool:
    """Whether no case is kept from a reader."""
    return access.units is None and (access.clearance is None or access.clearance >= HIGHEST)


def taken_in(cases: Sequence[Case], access: Access, index: CaseIndex | None) -> list[Case]:
    """The cases as they go into the index.

    An id that the caller may know of is that of the case to replace. Any other is taken as it is from callers who see
    every case. From the rest it gets a mark that follows from the case's unit, its level and the id: whether a case
    beyond their reach has the id shows in nothing, and the same case given again finds its place again.

    Args:
        cases: as they were given.
        access: of the caller.
        index: None while there is no case.

    Raises:
        NotFoundError: a case names a unit that the caller may not know of.
        AccessDeniedError: its level is above the caller's clearance, or it names no unit and the caller is of one.
        InvalidInputError: an id is too long, or a text cannot be kept.
        ConflictError: a case that the caller gave once was raised beyond their reach.
    """
    return [_taken_in(case, access, index) for case in cases]


def _taken_in(case: Case, access: Access, index: CaseIndex | None) -> Case:
    _check(case)
    if access.clearance is not None and case.confidentiality > access.clearance:
        raise AccessDeniedError("the level is above the own clearance", expected=f"at most {access.clearance}")
    if access.units is not None and case.unit is None:
        raise AccessDeniedError("a case without a unit is for those who see every unit", path=case.id)
    if not access.permits(case):
        raise NotFoundError("no such unit", path=case.id, place="unit")
    if sees_all(access) or _visible(index, access, case.id):
        return case
    marked = f"{case.id}~{_mark(case)}"
    if index is not None and index.get(marked) is not None and not _visible(index, access, marked):
        raise ConflictError("the id cannot be used", path=case.id, hint="give the case another id")
    return case.model_copy(update={"id": marked})


def _visible(index: CaseIndex | None, access: Access, id: str) -> bool:
    held = None if index is None else index.get(id)
    return held is not None and access.permits(held)


def _mark(case: Case) -> str:
    parts = "\0".join((case.unit or "", str(case.confidentiality), case.id))
    return hashlib.sha256(parts.encode()).hexdigest()[:_MARK]


def _check(case: Case) -> None:
    if len(case.id) > MAX_ID - _MARK - 1:
        raise InvalidInputError(
            f"an id of {len(case.id)} characters", place="id", expected=f"at most {MAX_ID - _MARK - 1}"
        )
    for value in _texts(case.model_dump()):
        storable(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []
