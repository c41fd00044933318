"""Users: made, changed, disabled; the first administrator."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nlp.errors import InvalidInputError
from service.access.passwords import check_new_password, hash_password, one_time_password
from service.access.repository import Repository
from service.access.roles import HIGHEST, ROLES, permissions_of
from service.audit.log import record
from service.store.models.people import Unit, User, WebSession
from service.store.types import utc_now
from service.store.units import add_unit

FIRST_LOGIN = "admin"
DEMO_LOGIN = "demo"


def fold_login(login: str) -> str:
    """Sign-in names are compared without regard to case, width and blanks around them."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def create_user(
    session: Session,
    login: str,
    display_name: str,
    unit_id: str,
    roles: Sequence[str],
    clearance: int,
    *,
    oidc: tuple[str, str] | None = None,
) -> tuple[User, str | None]:
    """Make a user; returns the row and a one-time password, to be changed at the first sign-in.

    Args:
        session: for writing.
        login: the sign-in name.
        display_name: as others see them.
        unit_id: they see this unit and those below it.
        roles: names of ``service.access.roles.ROLES``.
        clearance: highest level they see.
        oidc: issuer and subject of people who come by OpenID Connect; they get no password.

    Raises:
        InvalidInputError: no such role or level, or an empty name.
    """
    folded = fold_login(login)
    if not folded or not folded.isprintable():
        raise InvalidInputError("a sign-in name of printable characters is needed")
    check_roles(roles, clearance)
    password = None if oidc else one_time_password()
    user = User(
        login=folded,
        display_name=display_name,
        unit_id=unit_id,
        roles=sorted(set(roles)),
        clearance=clearance,
        password_hash=None if password is None else hash_password(password),
        must_change_password=password is not None,
        oidc_issuer=oidc[0] if oidc else None,
        oidc_subject=oidc[1] if oidc else None,
    )
    session.add(user)
    session.flush()
    return user, password


def check_roles(roles: Sequence[str], clearance: int) -> None:
    """Refuse roles and levels that do not exist.

    Raises:
        InvalidInputError: one does not.
    """
    permissions_of(roles)
    if not 0 <= clearance <= HIGHEST:
        raise InvalidInputError("no such level", expected=f"0 to {HIGHEST}")


def reset_password(session: Session, user: User) -> str:
    """A new one-time password; ends the user's sessions and lifts a lock."""
    password = one_time_password()
    user.password_hash = hash_password(password)
    user.must_change_password = True
    user.failed_logins, user.locked_until = 0, None
    end_sessions(session, user.id)
    return password


def set_password(user: User, password: str) -> None:
    """Set the password that a user chose.

    Raises:
        InvalidInputError: it is too easy to guess.
    """
    check_new_password(password, user.login)
    user.password_hash = hash_password(password)
    user.must_change_password = False
    user.password_changed_at = utc_now()


def end_sessions(session: Session, user_id: str) -> None:
    """Sign a user out everywhere; in a session of the system."""
    session.execute(delete(WebSession).where(WebSession.user_id == user_id))


def first_start(repository: Repository) -> str | None:
    """Make the root unit and the first administrator in a database that has no user; returns the one-time password."""
    with repository.system_write("first-start") as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            return None
        root = session.scalar(select(Unit).where(Unit.parent_id.is_(None))) or add_unit(session, "root", "本单位")
        user, password = create_user(session, FIRST_LOGIN, "管理员", root.id, ["admin"], 0)
        record(session, "user.create", "user", user.id, roles=["admin"])
        return password


def demo_user(repository: Repository) -> tuple[str, str]:
    """Ids of the user and of the root unit that ``--insecure-demo`` works as. Nobody can sign in as this user."""
    with repository.system_write("insecure-demo") as session:
        root = session.scalar(select(Unit).where(Unit.parent_id.is_(None))) or add_unit(session, "root", "本单位")
        user = session.scalar(select(User).where(User.login == DEMO_LOGIN))
        if user is None:
            user = User(
                login=DEMO_LOGIN,
                display_name="演示",
                unit_id=root.id,
                roles=sorted(ROLES),
                clearance=HIGHEST,
                disabled_at=utc_now(),
            )
            session.add(user)
            session.flush()
            record(session, "user.create", "user", user.id, demo=True)
        return user.id, root.id
