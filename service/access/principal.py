"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nlp.errors import AccessDeniedError
from service.access.roles import HIGHEST, ROLES, permissions_of
from service.audit.log import Actor


@dataclass(frozen=True, slots=True)
class Principal:
    """A user, or a key of a user, and how far they reach.

    Attributes:
        id: the user's id.
        login: the user's sign-in name.
        kind: ``user`` (signed in), ``key`` or ``demo``.
        roles: of the user.
        permissions: what the roles allow, narrowed by the key's scopes; none while the password must be changed.
        unit_id: they see this unit and those below it.
        everywhere: whether ``unit_id`` is the root, so that they see cases of unknown units as well.
        clearance: highest level they see.
        key_id, session_id: how they came.
        must_change_password: nothing else is possible before.
    """

    id: str
    login: str
    kind: Literal["user", "key", "demo"]
    roles: frozenset[str]
    unit_id: str
    clearance: int
    everywhere: bool = False
    permissions: frozenset[str] = field(default=frozenset())
    key_id: str | None = None
    session_id: str | None = None
    must_change_password: bool = False

    @classmethod
    def demo(cls, user_id: str, unit_id: str) -> Principal:
        """Everybody in one, for ``--insecure-demo``."""
        return cls(
            id=user_id,
            login="demo",
            kind="demo",
            roles=frozenset(ROLES),
            unit_id=unit_id,
            clearance=HIGHEST,
            everywhere=True,
            permissions=permissions_of(ROLES),
        )

    def may(self, *permissions: str) -> bool:
        """Whether any of the permissions is held."""
        return not self.permissions.isdisjoint(permissions)

    def require(self, *permissions: str) -> None:
        """Go on only with one of the permissions.

        Raises:
            AccessDeniedError: none is held.
        """
        if not self.may(*permissions):
            if self.must_change_password:
                raise AccessDeniedError("the password must be changed first", hint="PUT /v1/session/password")
            raise AccessDeniedError("not allowed for this user or key", expected=" or ".join(permissions))

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        return Actor(self.id, self.kind, self.key_id)
