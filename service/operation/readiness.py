"""Whether the service can do its work: the database answers with this version's schema, models are loaded, the index opens."""

from __future__ import annotations

import logging
from collections.abc import Callable

from service.access.repository import Repository
from service.engine import Engine
from service.searching.outbox import waiting
from service.store import migrate

log = logging.getLogger(__name__)


def checks(repository: Repository, engine: Engine) -> dict[str, str]:
    """Each check with ``ok`` or the code of what is wrong; no details, as anybody may ask."""

    def database() -> None:
        with repository.system_read("readiness") as session:
            waiting(session)

    def schema() -> None:
        migrate.require_head(repository.database)

    def models() -> None:
        engine.pipeline.annotate("")

    def index() -> None:
        engine.index()

    found: dict[str, str] = {}
    for check in (database, schema, models, index):
        found[check.__name__] = _outcome(check)
    return found


def _outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except Exception as error:
        # Whatever is wrong, the answer is that this service is not ready.
        log.warning("not ready", extra={"check": check.__name__, "error_type": type(error).__name__})
        return str(getattr(error, "code", "failed"))
    return "ok"
