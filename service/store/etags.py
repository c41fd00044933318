"""Optimistic concurrency over HTTP: ``ETag`` and ``If-Match``."""

from __future__ import annotations

from typing import Protocol

from nlp.errors import PreconditionMissingError, VersionConflictError


class HasVersion(Protocol):
    """A row with a version."""

    @property
    def version(self) -> int:
        """How often it changed."""


def etag(row: HasVersion) -> str:
    """The strong entity tag of a row."""
    return f'"{row.version}"'


def require_match(row: HasVersion, if_match: str | None) -> None:
    """Go on only when the caller made the change from the row's present version.

    Args:
        row: as it is now.
        if_match: the header: one or several entity tags, or ``*`` for whatever version.

    Raises:
        PreconditionMissingError: there is no header.
        VersionConflictError: the row was changed since.
    """
    if if_match is None:
        raise PreconditionMissingError("a change needs the header If-Match", hint="send the ETag that was read")
    wanted = [part.strip() for part in if_match.split(",")]
    if "*" not in wanted and etag(row) not in wanted:
        raise VersionConflictError("somebody else changed it in the meantime", hint="read it again")
