"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from nlp.errors import InvalidInputError

ID_LENGTH = 36
Counter = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows itself only where the type is INTEGER


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment with its zone. SQLite keeps no zone: what comes back is UTC again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone, turn every other to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """The moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def storable(text: str) -> str:
    """The text itself, when both databases can keep it unchanged.

    Raises:
        InvalidInputError: it holds U+0000, which PostgreSQL cannot store, or half of a surrogate pair, which is no
            character.
    """
    place = text.find("\0")
    if place >= 0:
        raise InvalidInputError("the text holds the character U+0000", place=f"character {place}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError("the text holds half of a surrogate pair", place=f"character {error.start}") from None
    return text


class Characters(TypeDecorator[str]):
    """Text of any length, checked by :func:`storable`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Check."""
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as it was written: order of keys and exact numbers stay (PostgreSQL's jsonb keeps neither)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """To JSON."""
        if value is None:
            return None
        return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """From JSON."""
        return None if value is None else json.loads(value)


class Bytewise(TypeDecorator[str]):
    """Text of at most ``length`` characters that is compared byte by byte everywhere, checked by :func:`storable`.

    A linguistic collation would ignore the hyphens of an id, and costs time.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(length)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """The column's own type: with the collation C where there are others."""
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(String(self.length, collation=collation))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Check."""
        return None if value is None else storable(value)


Id = Bytewise(ID_LENGTH)
Hash = Bytewise(64)


class Short(TypeDecorator[str]):
    """Text of at most ``length`` characters, checked alike on both databases (SQLite would take any length)."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(length)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Check."""
        if value is not None and len(value) > self.length:
            raise InvalidInputError(f"a text of {len(value)} characters", expected=f"at most {self.length}")
        return None if value is None else storable(value)
