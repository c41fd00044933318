"""What a database's driver refuses, as errors of the product; statements and values, which may be personal, stay out."""

from __future__ import annotations

import logging
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from nlp.errors import StorageFullError, StoreBusyError, StoreError, StoreUnavailableError

log = logging.getLogger(__name__)

# Codes of PostgreSQL (appendix A of its manual): two writers wait for each other, or one could not be put in order.
_IN_EACH_OTHERS_WAY: Final = frozenset({"40001", "40P01", "55P03"})
# It shuts down, crashed, starts, or has no place for one more connection; class 08 is the connection itself.
_GOING_OR_COMING: Final = frozenset({"57P01", "57P02", "57P03", "53300"})
_FULL: Final = "53100"


def of_driver(error: DBAPIError, is_sqlite: bool) -> StoreError:
    """The error of the product that an error of the driver is.

    Args:
        error: as SQLAlchemy raised it.
        is_sqlite: else PostgreSQL.
    """
    state = str(getattr(error.orig, "sqlstate", None) or "")
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if state == _FULL or "SQLITE_FULL" in name:
        return StorageFullError("the disk of the database is full", hint="make room; nothing was lost")
    locked = is_sqlite and isinstance(error, OperationalError) and "locked" in str(error.orig)
    if locked or state in _IN_EACH_OTHERS_WAY:
        return StoreBusyError("the database is busy", hint="try again")
    log.error("database: %s %s", type(error.orig).__name__, state or name)
    if not is_sqlite and _is_away(error, state):
        return StoreUnavailableError(
            "the database does not answer", hint="try again; ask the administrator if it stays"
        )
    return StoreError("the database refused the request")


def _is_away(error: DBAPIError, state: str) -> bool:
    """Whether the server cannot be reached; the driver knows no code where it lost the connection or never got one."""
    lost = error.connection_invalidated or (not state and isinstance(error, OperationalError | InterfaceError))
    return lost or state in _GOING_OR_COMING or state.startswith("08")
