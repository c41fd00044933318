"""Searches that are kept, and what is new for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.store.base import Base, Identified, Versioned, reference
from service.store.types import Characters, Json, Short


class SavedSearch(Versioned, Base):
    """A search of one user. With ``alerting`` it runs whenever cases are added."""

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    owner_id: Mapped[str] = reference("users.id", index=False)
    name: Mapped[str] = mapped_column(Short(200))
    text: Mapped[str] = mapped_column(Characters)
    filters: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    k: Mapped[int] = mapped_column(Integer, default=20)
    alerting: Mapped[bool] = mapped_column(Boolean, default=False)
    last_run_at: Mapped[datetime | None]


class AlertHit(Identified, Base):
    """A case that was new for a saved search. One row a search and case, however often the search runs."""

    __tablename__ = "alert_hits"
    __table_args__ = (UniqueConstraint("saved_search_id", "case_id"),)

    saved_search_id: Mapped[str] = reference("saved_searches.id", index=False)
    owner_id: Mapped[str] = reference("users.id")
    case_id: Mapped[str] = mapped_column(Short(300))
    case_unit: Mapped[str | None] = mapped_column(Short(300))
    case_confidentiality: Mapped[int] = mapped_column(Integer, default=0)
    reasons: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    known: Mapped[bool] = mapped_column(Boolean, default=False)  # there before the search was saved: no alert
    seen_at: Mapped[datetime | None]
