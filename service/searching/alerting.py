"""``alerts``: saved searches asked again about cases that came in, each with the access its owner has now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from nlp.errors import AccessDeniedError
from nlp.retrieval import Hit
from service.audit.log import record
from service.jobs.contract import Task, Tools
from service.jobs.principals import owner
from service.searching.arriving import places
from service.searching.saved import hits_of
from service.store.models.searching import AlertHit, SavedSearch
from service.store.types import utc_now


class Alerting:
    """The kind of job. Params: ``since`` and ``until``, places of the index's ledger, and the ``ledger``'s name."""

    def plan(self, tools: Tools, task: Task) -> list[str]:  # noqa: ARG002
        """Ids of the searches that alert."""
        with tools.repository.system_read("alerts") as session:
            wanted = select(SavedSearch.id).where(SavedSearch.alerting.is_(True)).order_by(SavedSearch.id)
            return list(session.scalars(wanted))

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        """Ask one search; a new case becomes one alert, however often this runs."""
        index = tools.engine.index()
        with tools.repository.system_read("alerts") as session:
            saved = session.get(SavedSearch, key)
        if saved is None or not saved.alerting or index is None:
            return
        try:
            principal = owner(tools.repository, saved.owner_id)
        except AccessDeniedError:
            return  # a disabled user hears nothing, and nothing is wrong with the job
        if not (principal.may("search.save") and principal.may("case.search")):
            return
        where, _, ledger = places(tools, index)
        since, until = int(task.params["since"]), int(task.params["until"])
        if ledger != task.params["ledger"]:
            since, until = 0, len(where)
        hits = hits_of(tools.engine, tools.repository, principal, saved.text, saved.k, saved.filters)
        new = [hit for hit in hits if since <= where.get(hit.id, -1) < until]
        levels = {hit.id: case.confidentiality for hit in new if (case := index.get(hit.id)) is not None}
        with tools.repository.system_write("alerts") as session:
            current = session.get(SavedSearch, key, with_for_update=True)
            if current is None:
                return
            held = set(session.scalars(select(AlertHit.case_id).where(AlertHit.saved_search_id == key)))
            fresh = [hit for hit in new if hit.id not in held and hit.id in levels]
            for hit in fresh:
                session.add(
                    AlertHit(
                        saved_search_id=key,
                        owner_id=saved.owner_id,
                        case_id=hit.id,
                        case_unit=hit.unit,
                        case_confidentiality=levels[hit.id],
                        reasons=reasons_of(hit),
                    )
                )
            current.last_run_at = utc_now()
            record(session, "alert.run", "saved_search", key, hits=len(fresh))

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ARG002
        """How many searches were asked."""
        return {"searches": len(keys)}


def reasons_of(hit: Hit) -> dict[str, Any]:
    """What an alert keeps of a hit: why it was found, as it was shown."""
    kept = {"rank", "title", "date", "outcome", "handling", "snippet", "channels", "pairs", "shared_tags", "phrases"}
    return hit.model_dump(mode="json", include=kept)
