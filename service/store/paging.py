"""Pages by keyset.

A page begins after the last row of the one before, so depth costs nothing, and rows that come or go in between neither
repeat nor hide others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from nlp.errors import InvalidCursorError
from service.store.models.working import Instance

T = TypeVar("T")
MAX_LIMIT = 200
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Order:
    """A column and its direction. The last column of an order must be unique, and none may be NULL."""

    column: InstrumentedAttribute[Any]
    direction: Literal["asc", "desc"] = "asc"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next page; None on the last one."""

    items: list[T]
    next_cursor: str | None


class Cursors:
    """Makes and reads cursors, signed so that they come back as they were given.

    Args:
        secret: of the database (:func:`secret_of`).
    """

    def __init__(self, secret: str) -> None:
        self._secret = bytes.fromhex(secret)

    def make(self, scope: str, values: Sequence[Any]) -> str:
        """A cursor for the list ``scope`` that stands on the row with these values."""
        body = json.dumps([_pack(value) for value in values], ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(scope, body) + body).rstrip(b"=").decode()

    def read(self, scope: str, cursor: str) -> list[Any]:
        """The values of a cursor.

        Raises:
            InvalidCursorError: it was damaged, made up, or belongs to another list or other filters.
        """
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raise _invalid() from None
        signature, body = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(scope, body)):
            raise _invalid()
        return [_unpack(value) for value in json.loads(body)]

    def _sign(self, scope: str, body: bytes) -> bytes:
        message = scope.encode() + b"\0" + body
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def secret_of(session: Session) -> str:
    """The secret of the database, from a session of the system."""
    found = session.get(Instance, 1)
    assert found is not None, "every migrated database has an instance row"
    return found.secret


def list_scope(name: str, filters: Mapping[str, Any]) -> str:
    """What a cursor belongs to: a list, with its filters, for its reader.

    Args:
        name: of the list.
        filters: all that decides which rows it has, the reader's id among it.
    """
    return name + ":" + hashlib.sha256(json.dumps(filters, sort_keys=True, default=str).encode()).hexdigest()[:16]


def page(
    session: Session,
    statement: Select[T],
    order: Sequence[Order],
    *,
    cursors: Cursors,
    scope: str,
    limit: int,
    cursor: str | None = None,
) -> Page[T]:
    """One page of the rows that a statement selects.

    Args:
        session: whose guard decides what is seen.
        statement: ``select(Model)`` with its filters, without an order.
        order: the columns to sort by, e.g. ``[Order(Record.id, "desc")]`` for the newest first.
        cursors: of this database.
        scope: :func:`list_scope` of the list.
        limit: rows of a page, at least 1; more than ``MAX_LIMIT`` are cut to it.
        cursor: of the page before; None for the first page.

    Raises:
        InvalidCursorError: the cursor belongs to another list, other filters or another reader.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    if cursor is not None:
        statement = statement.where(_after(order, cursors.read(scope, cursor)))
    for part in order:
        statement = statement.order_by(part.column.desc() if part.direction == "desc" else part.column.asc())
    rows = list(session.scalars(statement.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    following = cursors.make(scope, [getattr(rows[-1], part.column.key) for part in order]) if more else None
    return Page(rows, following)


def _after(order: Sequence[Order], values: Sequence[Any]) -> ColumnElement[bool]:
    """``(a, b) > (x, y)``, written out because the directions may differ."""
    if len(values) != len(order):
        raise _invalid()
    choices = []
    for index, part in enumerate(order):
        same = [before.column == value for before, value in zip(order[:index], values, strict=False)]
        beyond = part.column < values[index] if part.direction == "desc" else part.column > values[index]
        choices.append(and_(*same, beyond))
    return or_(*choices)


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, str | int | float):
        return value
    raise TypeError(f"a list cannot be sorted by {type(value).__name__}")


def _unpack(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value


def _invalid() -> InvalidCursorError:
    return InvalidCursorError(
        "the cursor does not belong to this list", hint="leave it out to begin anew, and keep the filters unchanged"
    )
