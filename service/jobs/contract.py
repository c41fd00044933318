"""What a kind of job has to bring: a plan of items, and how one item is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from service.access.repository import Repository
from service.engine import Engine
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Tools:
    """What jobs work with."""

    repository: Repository
    engine: Engine
    settings: Settings


@dataclass(frozen=True, slots=True)
class Task:
    """One job as its kind sees it.

    Attributes:
        id: of the job.
        owner_id: for whom; None for the service's own work.
        params: as they were submitted.
    """

    id: str
    owner_id: str | None
    params: Mapping[str, Any]


class Kind(Protocol):
    """A kind of job.

    An item that was at work when a process died is done again, so its effect must be idempotent: it is keyed by the item,
    and done in one transaction with the mark that it is done.
    """

    def plan(self, tools: Tools, task: Task) -> list[str]:
        """Keys of the items to do, in order. Asked once; a retry of the job asks again and gets what is left."""

    def perform(self, tools: Tools, task: Task, key: str) -> None:
        """Do one item.

        Raises:
            YanpanError: this item cannot be done; the others go on.
        """

    def finish(self, tools: Tools, task: Task, keys: Sequence[str]) -> dict[str, Any]:
        """What the job leaves as its result, counts and ids only. Called when it is cancelled as well."""
