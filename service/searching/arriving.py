"""Which cases of the index are new, whoever added them: the API, the outbox or ``yanpan index add`` beside the service.

Places of cases come from the ledger of the index (``nlp.retrieval.arrivals``), which outlives a rebuild. What was told
already ends at the place that the last ``alerts`` job was given; it is kept in that job's row.
"""

from __future__ import annotations

from sqlalchemy import select

from nlp.retrieval import CaseIndex
from nlp.retrieval.arrivals import Arrivals
from nlp.retrieval.saved import LOCK, LOCK_TIMEOUT
from nlp.retrieval.store import current_bytes, file_lock, read_pointer
from service.jobs.contract import Tools
from service.jobs.submitting import submit
from service.store.models.searching import SavedSearch
from service.store.models.working import Job

_looked_at: dict[str, bytes | None] = {}


def places(tools: Tools, index: CaseIndex) -> tuple[dict[str, int], int, str]:
    """Place of every case by id, the number of places given, and the ledger's name."""
    folder = tools.settings.index_dir
    with file_lock(folder, LOCK, LOCK_TIMEOUT, "another process looks for new cases"):
        arrivals = Arrivals(folder)
        found = arrivals.take_up(index.contents())
        return found, len(arrivals), arrivals.name


def ask_for_alerts(tools: Tools) -> None:
    """Submit the work of telling, when cases came in since the last time and somebody wants to hear of them."""
    folder = tools.settings.index_dir
    key, now = str(folder.absolute()), current_bytes(folder)
    if now is None or _looked_at.get(key) == now:
        return
    with tools.repository.system_read("alerts") as session:
        if session.scalar(select(SavedSearch.id).where(SavedSearch.alerting.is_(True)).limit(1)) is None:
            return
    index = tools.engine.index()
    if index is None or index.generation != read_pointer(folder).generation:
        return  # a writer of this process has switched and not taken it up yet: the next look sees all of it
    _, until, ledger = places(tools, index)
    with tools.repository.system_write("alerts") as session:
        last = session.scalar(select(Job).where(Job.kind == "alerts").order_by(Job.id.desc()).limit(1))
        # Where the ledger was lost, the rows of hits keep what was told from being told again.
        since = last.params["until"] if last is not None and last.params["ledger"] == ledger else 0
        if since < until:
            submit(session, None, "alerts", {"since": since, "until": until, "ledger": ledger})
    _looked_at[key] = now
