"""What the service counts, in the exposition format of Prometheus. Labels are routes and codes, never ids or names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nlp.errors import YanpanError
from service.access.repository import Repository
from service.engine import Engine
from service.operation.readiness import Readiness
from service.searching.outbox import waiting, waiting_since
from service.settings import Settings
from service.store.models.working import Job
from service.store.types import utc_now

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self, settings: Settings, repository: Repository, engine: Engine, readiness: Readiness) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "yanpan_requests", "Answered requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "yanpan_request_seconds", "Time to answer", ["method", "route"], buckets=_SECONDS, registry=self.registry
        )
        self.in_flight = Gauge("yanpan_in_flight", "Requests at work that annotate or search", registry=self.registry)
        self.refused = Counter("yanpan_refused", "Requests told to come back later", registry=self.registry)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.registry.register(_Store(settings, repository, engine))
        self.registry.register(_Machine(readiness))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Store(Collector):
    """What is read from the store and the index when it is asked for."""

    def __init__(self, settings: Settings, repository: Repository, engine: Engine) -> None:
        self._settings = settings
        self._repository = repository
        self._engine = engine

    def describe(self) -> list[Metric]:
        """Nothing is asked of the store at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Jobs by kind and state, the outbox, the index."""
        up = GaugeMetricFamily("yanpan_store_up", "Whether the database answers")
        jobs = GaugeMetricFamily("yanpan_jobs", "Jobs", labels=["kind", "state"])
        outbox = GaugeMetricFamily("yanpan_outbox", "Entries not delivered to the index", labels=["state"])
        lag = GaugeMetricFamily("yanpan_lag_seconds", "How long the first in a queue has waited", labels=["queue"])
        try:
            with self._repository.system_read("metrics") as session:
                counted = select(Job.kind, Job.state, func.count(Job.id)).group_by(Job.kind, Job.state)
                for kind, state, number in session.execute(counted):
                    jobs.add_metric([kind, state], number)
                due, given_up = waiting(session)
                for queue, since in (("jobs", _first_job(session)), ("outbox", waiting_since(session))):
                    lag.add_metric([queue], 0 if since is None else max(0.0, (utc_now() - since).total_seconds()))
            outbox.add_metric(["waiting"], due)
            outbox.add_metric(["given_up"], given_up)
            up.add_metric([], 1)
        except YanpanError:
            up.add_metric([], 0)
        yield from (up, jobs, outbox, lag)
        cases = GaugeMetricFamily("yanpan_index_cases", "Cases in the index")
        try:
            index = self._engine.index()
            cases.add_metric([], 0 if index is None else len(index))
        except YanpanError:
            pass  # without a value: readiness says what is wrong
        yield cases
        size = GaugeMetricFamily("yanpan_index_bytes", "Size of the index on the disk")
        size.add_metric([], _size(self._settings.index_dir))
        yield size


class _Machine(Collector):
    """The disks, and how long the worker has been silent."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    def describe(self) -> list[Metric]:
        """Nothing is looked at for the registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Free room and silence."""
        free = GaugeMetricFamily("yanpan_disk_free_bytes", "Free room where the data lie", labels=["place"])
        for place, room in self._readiness.free_bytes().items():
            free.add_metric([place], room)
        silence = GaugeMetricFamily("yanpan_worker_silent_seconds", "Since the worker's last sign of life")
        silence.add_metric([], self._readiness.worker_silent_seconds())
        yield from (free, silence)


def _first_job(session: Session) -> datetime | None:
    """When the job that has waited longest was submitted; None where none waits."""
    return session.scalar(select(func.min(Job.created_at)).where(Job.state == "queued"))


def _size(folder: Path) -> int:
    """Of all files in a folder, in bytes; what a writer removes meanwhile is not counted."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.stat().st_size if path.is_file() else 0
    return total
