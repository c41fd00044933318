"""API keys: made, narrowed, withdrawn."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, NotFoundError
from service.access.roles import HIGHEST, PERMISSIONS
from service.store.models.people import ApiKey, UnitClosure, User
from service.store.types import utc_now

PREFIX = "yp_"
_SHOWN = 10


def new_token() -> str:
    """``yp_`` and 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored. A plain hash will do: 256 random bits cannot be guessed, however fast the hash is."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_key(
    session: Session,
    user: User,
    name: str,
    *,
    expires_at: datetime,
    scopes: Sequence[str] | None = None,
    unit_id: str | None = None,
    clearance: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key of a user; returns its row and the key itself, which nobody can see again.

    Args:
        session: for writing.
        user: whose key it is; it never reaches further than they do.
        name: what it is for.
        expires_at: when it ends.
        scopes: permissions it is narrowed to; None for all of the user's.
        unit_id: a unit below the user's it is narrowed to.
        clearance: a level below the user's it is narrowed to.

    Raises:
        InvalidInputError: an unknown permission, a level out of range, or a moment in the past.
        NotFoundError: the unit is not below the user's.
    """
    unknown = [scope for scope in scopes or () if scope not in PERMISSIONS]
    if unknown:
        raise InvalidInputError(f"no such permission: {unknown[0]}", expected="、".join(PERMISSIONS))
    if expires_at <= utc_now():
        raise InvalidInputError("the key would have ended already")
    if clearance is not None and not 0 <= clearance <= HIGHEST:
        raise InvalidInputError("no such level", expected=f"0 to {HIGHEST}")
    if unit_id is not None and not is_below(session, unit_id, user.unit_id):
        raise NotFoundError("no such unit", path=unit_id)
    token = new_token()
    row = ApiKey(
        user_id=user.id,
        name=name,
        prefix=token[:_SHOWN],
        key_hash=token_hash(token),
        scopes=None if scopes is None else sorted(set(scopes)),
        unit_id=unit_id,
        clearance=clearance,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return row, token


def revoke_key(row: ApiKey) -> None:
    """Withdraw a key; a second time changes nothing."""
    row.revoked_at = row.revoked_at or utc_now()


def is_below(session: Session, unit_id: str, ancestor_id: str) -> bool:
    """Whether a unit is another or lies below it."""
    pair = exists().where(UnitClosure.ancestor_id == ancestor_id, UnitClosure.descendant_id == unit_id)
    return bool(session.scalar(select(pair)))
