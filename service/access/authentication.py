"""Finding out who asks: API keys, passwords, sessions of the workbench."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError, UnauthenticatedError
from service.access.accounts import end_sessions, fold_login, set_password
from service.access.keys import PREFIX, is_below, token_hash
from service.access.passwords import hash_password, outdated, verify_password
from service.access.principal import Principal
from service.access.repository import Repository
from service.access.roles import permissions_of
from service.audit.log import ANONYMOUS, record
from service.settings import Settings
from service.store.base import table_of
from service.store.models.people import ApiKey, Unit, User, WebSession
from service.store.types import utc_now

_SEEN_EVERY = timedelta(minutes=1)
_USED_EVERY = timedelta(hours=1)
_REST = timedelta(minutes=1)
_LONGEST_REST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody signed in: the cookie's value, which nobody can see again, and who it is."""

    token: str
    principal: Principal


class Authenticator:
    """Turns what a request brings into a :class:`Principal`."""

    def __init__(self, repository: Repository, settings: Settings) -> None:
        self.repository = repository
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.longest = timedelta(hours=settings.session_hours)
        self.lockout_after = settings.lockout_after

    def by_key(self, token: str) -> Principal:
        """Who an API key stands for.

        Raises:
            UnauthenticatedError: unknown, expired or revoked, or its user is disabled; which of these is not said.
        """
        if not token.startswith(PREFIX):
            raise _refused_key()
        with self.repository.system_read("authentication") as session:
            key = session.scalar(select(ApiKey).where(ApiKey.key_hash == token_hash(token)))
            user = session.get(User, key.user_id) if key else None
            if key is None or user is None or not _key_valid(key) or user.disabled_at is not None:
                raise _refused_key()
            principal = _of_key(session, user, key)
            stale = key.last_used_at is None or utc_now() - key.last_used_at > _USED_EVERY
        if stale:
            self._note_use(ApiKey, key.id, "last_used_at")
        return principal

    def by_cookie(self, token: str) -> Principal:
        """Who a session's cookie stands for; keeps the session awake.

        Raises:
            UnauthenticatedError: the session is unknown, too old or too long unused, or its user is disabled.
        """
        now = utc_now()
        with self.repository.system_read("authentication") as session:
            found = session.scalar(select(WebSession).where(WebSession.token_hash == token_hash(token)))
            user = session.get(User, found.user_id) if found else None
            if found is None or user is None or user.disabled_at is not None:
                raise _signed_out()
            if found.expires_at <= now or found.last_seen_at + self.idle <= now:
                raise _signed_out()
            principal = _of_user(session, user, found.id)
            stale = now - found.last_seen_at > min(_SEEN_EVERY, self.idle / 4)
        if stale:
            self._note_use(WebSession, found.id, "last_seen_at")
        return principal

    def _note_use(self, model: type[ApiKey | WebSession], id_: str, moment: str) -> None:
        """Write when it was used; that is no change of it, and two requests at once do not get in each other's way."""
        table = table_of(model)
        values = (
            {moment: utc_now(), "updated_at": table.c.updated_at} if "updated_at" in table.c else {moment: utc_now()}
        )
        with self.repository.system_write("authentication") as session:
            session.execute(update(table).where(table.c.id == id_).values(values))

    def sign_in(self, login: str, password: str, old_token: str | None = None) -> SignedIn:
        """Check a password and begin a session. An old session of the same browser ends.

        After ``lockout_after`` failures an account rests for a minute, then twice as long each time, at most an hour.
        Unknown names, wrong passwords, resting and disabled accounts get the same answer after the same work.

        Raises:
            UnauthenticatedError: refused.
        """
        now = utc_now()
        folded = fold_login(login)
        with self.repository.system_read("authentication") as session:
            user = session.scalar(select(User).where(User.login == folded))
        # Outside any transaction: argon2 takes its time, and nobody should wait for it.
        right = verify_password(password, user.password_hash if user else None)
        allowed = user is not None and user.disabled_at is None and not (user.locked_until and user.locked_until > now)
        renewed = hash_password(password) if user and right and outdated(user.password_hash or "") else None
        with self.repository.system_write("authentication", ANONYMOUS) as session:
            current = session.get(User, user.id, with_for_update=True) if user else None
            if current is None or not right or not allowed:
                self._failed(session, current, allowed, folded)
                made = None
            else:
                current.failed_logins, current.locked_until = 0, None
                if renewed is not None:
                    current.password_hash = renewed
                if old_token is not None:
                    session.execute(delete(WebSession).where(WebSession.token_hash == token_hash(old_token)))
                made = self.begin(session, current, "password")
        if made is None:
            raise UnauthenticatedError("wrong name or password, or the account rests", hint="try again later")
        return made

    def begin(self, session: Session, user: User, method: str) -> SignedIn:
        """Begin a session of a user who has proved who they are; in a session of the system, for writing."""
        now = utc_now()
        token = secrets.token_urlsafe(32)
        row = WebSession(
            user_id=user.id,
            token_hash=token_hash(token),
            method=method,
            last_seen_at=now,
            expires_at=now + self.longest,
        )
        user.last_login_at = now
        session.add(row)
        session.flush()
        session.execute(delete(WebSession).where(WebSession.expires_at <= now))
        principal = _of_user(session, user, row.id)
        session.info["actor"] = principal.actor
        record(session, "session.begin", "session", row.id, method=method)
        return SignedIn(token, principal)

    def sign_out(self, principal: Principal) -> None:
        """End the session."""
        with self.repository.system_write("authentication", principal.actor) as session:
            session.execute(delete(WebSession).where(WebSession.id == principal.session_id))
            record(session, "session.end", "session", principal.session_id)

    def change_password(self, principal: Principal, old: str, new: str) -> SignedIn:
        """Set a new password; every session of the user ends, and a new one begins.

        Raises:
            UnauthenticatedError: the old password is wrong.
            InvalidInputError: the new one is too easy to guess, or is the old one.
        """
        with self.repository.system_read("authentication") as session:
            user = session.get(User, principal.id)
        if not verify_password(old, user.password_hash if user else None):
            with self.repository.system_write("authentication", principal.actor) as session:
                self._failed(session, session.get(User, principal.id, with_for_update=True), True, principal.login)
            raise UnauthenticatedError("the old password is wrong")
        if hmac.compare_digest(old.encode(), new.encode()):
            raise InvalidInputError("the new password is the old one")
        with self.repository.system_write("authentication", principal.actor) as session:
            current = session.get_one(User, principal.id)
            set_password(current, new)
            end_sessions(session, current.id)
            record(session, "password.change", "user", current.id)
            return self.begin(session, current, "password")

    def _failed(self, session: Session, user: User | None, counted: bool, login: str) -> None:
        # The name is not written out: people type passwords into the wrong field.
        details: dict[str, Any] = {"login_sha256": hashlib.sha256(login.encode()).hexdigest()[:16]}
        if user is not None and counted:
            user.failed_logins += 1
            over = user.failed_logins - self.lockout_after
            if over >= 0:
                user.locked_until = utc_now() + min(_REST * 2 ** min(over, 10), _LONGEST_REST)
                details["locked"] = True
        record(session, "session.refuse", "user", user.id if user else None, **details)


def csrf_token(session_token: str) -> str:
    """What forms and scripts send along with a change; only a page that was given it can know it."""
    return hmac.new(session_token.encode(), b"yanpan-csrf", hashlib.sha256).hexdigest()


def _key_valid(key: ApiKey) -> bool:
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > utc_now())


def _of_user(session: Session, user: User, session_id: str | None) -> Principal:
    changing = user.must_change_password
    return Principal(
        id=user.id,
        login=user.login,
        kind="user",
        roles=frozenset(user.roles),
        unit_id=user.unit_id,
        clearance=user.clearance,
        everywhere=_is_root(session, user.unit_id),
        permissions=frozenset() if changing else permissions_of(user.roles),
        session_id=session_id,
        must_change_password=changing,
    )


def _of_key(session: Session, user: User, key: ApiKey) -> Principal:
    permissions = permissions_of(user.roles)
    if key.scopes is not None:
        permissions &= frozenset(key.scopes)
    unit_id = user.unit_id
    if key.unit_id is not None:
        # Looked at anew each time: the user may have been moved since.
        if not is_below(session, key.unit_id, user.unit_id):
            raise _refused_key()
        unit_id = key.unit_id
    return Principal(
        id=user.id,
        login=user.login,
        kind="key",
        roles=frozenset(user.roles),
        unit_id=unit_id,
        clearance=user.clearance if key.clearance is None else min(user.clearance, key.clearance),
        everywhere=_is_root(session, unit_id),
        permissions=frozenset() if user.must_change_password else permissions,
        key_id=key.id,
        must_change_password=user.must_change_password,
    )


def _is_root(session: Session, unit_id: str) -> bool:
    return session.get_one(Unit, unit_id).parent_id is None


def _refused_key() -> UnauthenticatedError:
    return UnauthenticatedError("the key is not valid", hint="ask for a new one")


def _signed_out() -> UnauthenticatedError:
    return UnauthenticatedError("not signed in, or signed out in the meantime", hint="sign in again")
