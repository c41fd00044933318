"""Units, users, keys and sessions of the workbench."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Identified, Versioned, reference
from service.store.types import Hash, Id, Json, Short, UtcDateTime


class Unit(Versioned, Base):
    """An organisational unit. One tree; the root has no parent.

    ``name`` is the full name and unique in the whole tree: cases outside this database name their unit by it.
    """

    __tablename__ = "units"

    parent_id: Mapped[str | None] = reference("units.id", nullable=True)
    code: Mapped[str] = mapped_column(Short(64), unique=True)
    name: Mapped[str] = mapped_column(Short(200), unique=True)


class UnitClosure(Base):
    """Every unit with each unit above it and itself; "the unit or below it" is one look-up here."""

    __tablename__ = "unit_closure"

    ancestor_id: Mapped[str] = mapped_column(Id, ForeignKey("units.id"), primary_key=True)
    descendant_id: Mapped[str] = mapped_column(Id, ForeignKey("units.id"), primary_key=True, index=True)
    depth: Mapped[int] = mapped_column(Integer)


class User(Versioned, Base):
    """A person who works with the service.

    ``roles`` are names of ``service.access.roles``. ``password_hash`` is None for people who come by OIDC only.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("oidc_issuer", "oidc_subject"),)

    login: Mapped[str] = mapped_column(Short(100), unique=True)
    display_name: Mapped[str] = mapped_column(Short(200))
    unit_id: Mapped[str] = reference("units.id")
    roles: Mapped[list[str]] = mapped_column(Json)
    clearance: Mapped[int] = mapped_column(Integer, default=0)
    password_hash: Mapped[str | None] = mapped_column(Short(500))
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    password_changed_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    oidc_issuer: Mapped[str | None] = mapped_column(Short(500))
    oidc_subject: Mapped[str | None] = mapped_column(Short(300))


class ApiKey(Versioned, Base):
    """A key of a user; only its SHA-256 is kept.

    ``scopes`` (names of permissions), ``unit_id`` and ``clearance`` narrow what the user may do; None narrows nothing.
    """

    __tablename__ = "api_keys"

    user_id: Mapped[str] = reference("users.id")
    name: Mapped[str] = mapped_column(Short(200))
    prefix: Mapped[str] = mapped_column(Short(16))
    key_hash: Mapped[str] = mapped_column(Hash, unique=True)
    scopes: Mapped[list[str] | None] = mapped_column(Json)
    unit_id: Mapped[str | None] = reference("units.id", nullable=True)
    clearance: Mapped[int | None] = mapped_column(Integer)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class WebSession(Identified, Base):
    """Somebody signed in at the workbench; only the SHA-256 of the cookie is kept."""

    __tablename__ = "web_sessions"

    user_id: Mapped[str] = reference("users.id")
    token_hash: Mapped[str] = mapped_column(Hash, unique=True)
    method: Mapped[str] = mapped_column(Short(16))
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
