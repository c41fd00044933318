"""Units, users and keys for tests, by name."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from service.access import Principal, Repository
from service.access.keys import create_key
from service.access.roles import HIGHEST, permissions_of
from service.store.models import Record, RecordVersion, Unit, User
from service.store.types import utc_now
from service.store.units import add_unit


class People:
    """Makes what a test names and does not find. Units are ``某省`` (the root), ``某省/A县``, ``某省/A县/B镇`` …"""

    ROOT = "某省"

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.units: dict[str, str] = {}
        self._users = 0

    def unit(self, path: str = ROOT) -> str:
        """The id of a unit; makes it and those above it."""
        if path not in self.units:
            above, _, _ = path.rpartition("/")
            parent = self.unit(above) if above else None
            with self.repository.system_write("test") as session:
                found = session.scalar(select(Unit).where(Unit.parent_id.is_(None))) if parent is None else None
                unit = found or add_unit(session, f"u{len(self.units)}", path.replace("/", ""), parent)
                self.units[path] = unit.id
        return self.units[path]

    def user(self, *roles: str, unit: str = ROOT, clearance: int = HIGHEST) -> str:
        """The id of a new user."""
        unit_id = self.unit(unit)
        self._users += 1
        with self.repository.system_write("test") as session:
            user = User(
                login=f"user{self._users}-{'-'.join(roles)}",
                display_name="某",
                unit_id=unit_id,
                roles=sorted(roles),
                clearance=clearance,
            )
            session.add(user)
            session.flush()
            return user.id

    def principal(self, *roles: str, unit: str = ROOT, clearance: int = HIGHEST) -> Principal:
        """A new user, as one who signed in."""
        user_id = self.user(*roles, unit=unit, clearance=clearance)
        return Principal(
            id=user_id,
            login=user_id,
            kind="user",
            roles=frozenset(roles),
            unit_id=self.unit(unit),
            clearance=clearance,
            everywhere=unit == self.ROOT,
            permissions=permissions_of(roles),
        )

    def key(self, *roles: str, unit: str = ROOT, clearance: int = HIGHEST) -> str:
        """A key of a new user."""
        user_id = self.user(*roles, unit=unit, clearance=clearance)
        with self.repository.system_write("test") as session:
            user = session.get_one(User, user_id)
            return create_key(session, user, "test", expires_at=utc_now() + timedelta(days=1))[1]

    def record(self, text: str = "该同志从不推诿扯皮。", unit: str = ROOT, level: int = 0) -> str:
        """The id of a new record with one version."""
        unit_id, author = self.unit(unit), self.user("archivist", unit=unit)
        with self.repository.system_write("test") as session:
            record = Record(unit_id=unit_id, confidentiality=level, created_by=author, versions=1)
            session.add(record)
            session.flush()
            version = RecordVersion(
                record_id=record.id,
                number=1,
                unit_id=unit_id,
                confidentiality=level,
                text=text,
                text_sha256="0" * 64,
                created_by=author,
            )
            session.add(version)
            session.flush()
            record.current_version_id = version.id
            return record.id
