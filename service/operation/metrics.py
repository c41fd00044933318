"""What the service counts, in the exposition format of Prometheus. Labels are routes and codes, never ids or names."""

from __future__ import annotations

from collections.abc import Iterator

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

from nlp.errors import YanpanError
from service.access.repository import Repository
from service.engine import Engine
from service.searching.outbox import waiting
from service.store.models.working import Job

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one application, in a registry of their own."""

    def __init__(self, repository: Repository, engine: Engine) -> None:
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
        self.registry.register(_Store(repository, engine))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Store(Collector):
    """What is read from the store and the index when it is asked for."""

    def __init__(self, repository: Repository, engine: Engine) -> None:
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
        try:
            with self._repository.system_read("metrics") as session:
                counted = select(Job.kind, Job.state, func.count(Job.id)).group_by(Job.kind, Job.state)
                for kind, state, number in session.execute(counted):
                    jobs.add_metric([kind, state], number)
                due, given_up = waiting(session)
            outbox.add_metric(["waiting"], due)
            outbox.add_metric(["given_up"], given_up)
            up.add_metric([], 1)
        except YanpanError:
            up.add_metric([], 0)
        yield from (up, jobs, outbox)
        cases = GaugeMetricFamily("yanpan_index_cases", "Cases in the index")
        try:
            index = self._engine.index()
            cases.add_metric([], 0 if index is None else len(index))
        except YanpanError:
            pass  # without a value: readiness says what is wrong
        yield cases
