"""Sessions for whoever asks. All reading and writing of the service goes through here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import NotFoundError
from nlp.retrieval.access import Access
from service.access.guard import Guard, reach, system_guard
from service.access.principal import Principal
from service.audit.log import Actor, append
from service.store.base import Base
from service.store.database import Database, StoreSession
from service.store.models.people import Unit

Row = TypeVar("Row", bound=Base)


class Repository:
    """The database as a principal sees it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def read(self, principal: Principal, request_id: str | None = None) -> Iterator[StoreSession]:
        """A session that sees what the principal may see, and changes nothing.

        Audit entries queued in it are committed before the block's caller goes on.
        """
        guard = Guard(principal)
        with self.database.read(guard) as session:
            session.info.update(principal=principal, actor=principal.actor, request_id=request_id)
            yield session
        self._tell(session, principal.actor, request_id)

    @contextmanager
    def write(self, principal: Principal, request_id: str | None = None) -> Iterator[StoreSession]:
        """A session that sees what the principal may see and checks what they write; committed at the end."""
        info: dict[str, Any] = {"principal": principal, "actor": principal.actor, "request_id": request_id}
        with self.database.write(Guard(principal), **info) as session:
            yield session

    @contextmanager
    def system_read(self, part: str) -> Iterator[StoreSession]:
        """A session without access rules, for the service's own work.

        Args:
            part: which part of the service, for the audit log.
        """
        actor = Actor(part, "system")
        with self.database.read(system_guard) as session:
            session.info.update(actor=actor)
            yield session
        self._tell(session, actor, None)

    @contextmanager
    def system_write(
        self, part: str, actor: Actor | None = None, request_id: str | None = None
    ) -> Iterator[StoreSession]:
        """A session without access rules that is committed at the end.

        Args:
            part: which part of the service, for the audit log.
            actor: for whom it works, where that is known; takes the place of ``part`` in the log.
            request_id: of the request it works for.
        """
        made = actor or Actor(part, "system")
        with self.database.write(system_guard, actor=made, request_id=request_id) as session:
            yield session

    def _tell(self, session: Session, actor: Actor, request_id: str | None) -> None:
        entries = session.info.pop("audit", None)
        if entries:
            with self.database.write(system_guard) as writing:
                append(writing, actor, request_id, entries)

    def search_access(self, principal: Principal) -> Access:
        """The same rules for the case index, which knows units by name."""
        if principal.everywhere:
            return Access(clearance=principal.clearance)
        with self.read(principal) as session:
            names = session.scalars(select(Unit.name).where(Unit.id.in_(reach(session, principal))))
            return Access(units=frozenset(names), clearance=principal.clearance)


def fetch(session: Session, model: type[Row], id: str) -> Row:
    """The row with an id, if the session's principal may know of it.

    Raises:
        NotFoundError: there is none, or none for them.
    """
    # No id has anything but printable ASCII: what comes with an address may, and a database may refuse to be asked.
    row = session.get(model, id) if id.isascii() and id.isprintable() else None
    if row is None:
        raise NotFoundError("no such object", path=id)
    return row
