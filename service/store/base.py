"""What all tables share: naming of constraints, identity, moments, versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, cast

from sqlalchemy import ForeignKey, Integer, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from service.store.ids import new_id
from service.store.types import Characters, Id, UtcDateTime, utc_now

# Migrations must be able to name every constraint on both databases.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model. ``immutable`` rows are written once; the session refuses to change or delete them."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Characters, datetime: UtcDateTime}
    immutable: ClassVar[bool] = False


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements below the ORM."""
    return cast(Table, model.__table__)


class Identified:
    """A row with a time-ordered id."""

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class Versioned(Identified):
    """A row that changes. ``version`` counts the changes and is its ETag; a stale change fails (optimistic locking)."""

    version: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, onupdate=utc_now)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Placed:
    """A row that belongs to a unit and has a level; both decide who may see it (``service.access.visibility``)."""

    confidentiality: Mapped[int] = mapped_column(Integer, default=0)

    @declared_attr
    @classmethod
    def unit_id(cls) -> Mapped[str]:
        """The unit."""
        return mapped_column(Id, ForeignKey("units.id"), index=True)


def reference(target: str, *, nullable: bool = False, index: bool = True, unique: bool = False) -> Any:
    """A column that points to another table's id."""
    return mapped_column(Id, ForeignKey(target), nullable=nullable, index=index and not unique, unique=unique)
