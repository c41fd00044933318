"""Saved searches of one user, and the alerts they raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.retrieval import Filters, Hit
from service.access.principal import Principal
from service.access.repository import Repository, fetch
from service.audit.log import record
from service.engine import Engine
from service.store.models.searching import AlertHit, SavedSearch
from service.store.types import utc_now


def hits_of(
    engine: Engine, repository: Repository, principal: Principal, text: str, k: int, filters: dict[str, Any]
) -> list[Hit]:
    """What a search finds now with the principal's access; nothing while there is no index."""
    if engine.index() is None:
        return []
    access = repository.search_access(principal)
    return engine.search(text, k, Filters.model_validate(filters), collapse=False, access=access)


def save(session: Session, principal: Principal, fields: dict[str, Any], known: Sequence[Hit]) -> SavedSearch:
    """Keep a search.

    Args:
        session: of the principal, for writing.
        principal: whose search it is.
        fields: ``name``, ``text``, ``filters``, ``k``, ``alerting``.
        known: what it finds now, which is no news (:func:`hits_of`, asked before the session is begun).

    Raises:
        ConflictError: the principal has a search of this name.
    """
    saved = SavedSearch(owner_id=principal.id, **fields)
    session.add(saved)
    session.flush()
    _remember(session, saved, known)
    record(session, "search.save", "saved_search", saved.id, alerting=saved.alerting)
    return saved


def change(session: Session, saved: SavedSearch, fields: dict[str, Any], known: Sequence[Hit]) -> None:
    """Change a search; what it finds from now on counts as known when it asks something else or begins to alert."""
    for name, value in fields.items():
        setattr(saved, name, value)
    session.flush()
    _remember(session, saved, known)
    record(session, "search.change", "saved_search", saved.id, fields=sorted(fields))


def forget(session: Session, saved: SavedSearch) -> None:
    """Remove a search with its alerts."""
    for hit in session.scalars(select(AlertHit).where(AlertHit.saved_search_id == saved.id)):
        session.delete(hit)
    session.flush()
    session.delete(saved)
    record(session, "search.remove", "saved_search", saved.id)


def mark_seen(session: Session, alert_id: str) -> AlertHit:
    """The owner has seen an alert.

    Raises:
        NotFoundError: there is none, or none that they may see any more.
    """
    hit = fetch(session, AlertHit, alert_id)
    if hit.seen_at is None:
        hit.seen_at = utc_now()
        record(session, "alert.see", "alert", hit.id)
    return hit


def _remember(session: Session, saved: SavedSearch, known: Sequence[Hit]) -> None:
    """Rows of what is known, for ids that have no row yet."""
    held = set(session.scalars(select(AlertHit.case_id).where(AlertHit.saved_search_id == saved.id)))
    for hit in known:
        if hit.id not in held:
            held.add(hit.id)
            session.add(
                AlertHit(
                    saved_search_id=saved.id,
                    owner_id=saved.owner_id,
                    case_id=hit.id,
                    case_unit=hit.unit,
                    reasons={},
                    known=True,
                )
            )
