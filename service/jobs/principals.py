"""In whose name a job works: its owner, with the access that they have now, not when they asked."""

from __future__ import annotations

from nlp.errors import AccessDeniedError
from service.access.principal import Principal
from service.access.repository import Repository
from service.access.roles import permissions_of
from service.store.models.people import Unit, User


def owner(repository: Repository, user_id: str | None) -> Principal:
    """The principal of a user.

    Raises:
        AccessDeniedError: nobody owns the job, or its owner is disabled by now.
    """
    with repository.system_read("jobs") as session:
        user = session.get(User, user_id) if user_id else None
        if user is None or user.disabled_at is not None:
            raise AccessDeniedError("the owner of the job has no access any more")
        root = session.get_one(Unit, user.unit_id).parent_id is None
        return Principal(
            id=user.id,
            login=user.login,
            kind="user",
            roles=frozenset(user.roles),
            unit_id=user.unit_id,
            clearance=user.clearance,
            everywhere=root,
            permissions=permissions_of(user.roles),
        )
