"""One data folder, and servers and workers over it that are killed, again and again."""

from __future__ import annotations

import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import func, select

from service.access import Repository
from service.audit.verify import Head, head_of
from service.jobs.submitting import ENDED
from service.searching import outbox
from service.store import migrate
from service.store.database import Database
from service.store.models.working import Job, OutboxEntry
from tests.service.crash import hands
from tests.service.crash.hands import Hand, Ledger
from tests.service.crash.postgres import KillablePostgres
from tests.service.forked import ROOT, Forked, ForkServer
from tests.service.people import People

WAYS = ("both", "both", "server dies", "worker dies")
STORE_DIES = "store dies"
"""One more way where the store is a server of its own: it is killed, and starts again under service and worker."""

SCRIPTS = (hands.taking_in, hands.batching, hands.adding_cases, hands.assessing)


class Rig:
    """Servers, workers, and hands that keep them busy.

    Args:
        folder: empty; of the data.
        forks: starts the processes.
        seed: of everything that is random here.
        longest: seconds between a start and a kill, at most.
        postgres: the store; by default a SQLite file.

    Attributes:
        ledger: what was acknowledged.
        heads: the end of the audit log, as it was on the disk after each kill.
    """

    def __init__(
        self,
        folder: Path,
        forks: ForkServer,
        seed: int,
        longest: float = 1.5,
        postgres: KillablePostgres | None = None,
    ) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self._longest = longest
        self.ledger = Ledger()
        self.heads: list[Head] = []
        self.kills = 0
        self._forks = forks
        self._running: dict[str, Forked] = {}
        self._clients: dict[str, httpx.Client] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._postgres = postgres
        self._ways = WAYS if postgres is None else (*WAYS, STORE_DIES)
        self.url = f"sqlite:///{(folder / 'yanpan.db').absolute()}" if postgres is None else postgres.url
        self.database = Database(self.url)
        migrate.upgrade(self.database)
        self.repository = Repository(self.database)
        people = People(self.repository)
        unit = people.unit()
        self._keys = {role: people.key(role) for role in ("archivist", "reviewer", "analyst")}
        self.hands = []
        for script in SCRIPTS:
            name = script.__name__
            place = people.ROOT if script is hands.adding_cases else unit
            self.hands.append(Hand(name, script(name, self.ledger, place), self.ledger))

    def round(self, way: str | None = None) -> None:
        """Start, load, kill at a random moment; now and then server and worker are processes of their own.

        Args:
            way: of ``WAYS``, or ``STORE_DIES``; any by default.
        """
        way = way or self.random.choice(self._ways)
        if way == STORE_DIES:
            self.start("both")
            with self._hands_at_work():
                self._without_store()
                self.kill("both")
            return
        if way == "both":
            self.start("both")
            self.load(self._moment(), "both")
            return
        self.start("serve")
        self.start("worker")
        victim = "serve" if way == "server dies" else "worker"
        self.load(self._moment(), victim)
        self.load(self._moment() / 3)  # the other one goes on alone
        self.start(victim)
        self.load(self._moment(), "serve", "worker")

    def _moment(self) -> float:
        return self.random.uniform(0.02, self._longest)

    def start(self, part: str) -> Forked:
        """Start a process and wait until it is at work."""
        process = self._forks.start(
            "tests.service.crash.server",
            [str(self.folder), str(self._port), part, self.url],
            cwd=ROOT,
            needs=["service"],
        )
        self._running[part] = process
        self.until(lambda: part == "worker" or self._answers(), process)
        if part != "serve":
            self.until(lambda: "worker started" in process.told(), process)
        return process

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self._port}/healthz", trust_env=False, verify=False).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """End what runs, as an administrator would."""
        for part in ("both", "serve", "worker"):
            process = self._running.pop(part, None)
            if process is not None:
                process.terminate()
                assert process.wait(timeout=60) in (0, -signal.SIGTERM), process.told()

    def close(self) -> None:
        """End everything, whatever state it is in."""
        for process in self._running.values():
            process.kill()
            process.wait(timeout=30)
        self.database.close()

    def clients(self) -> dict[str, httpx.Client]:
        """One for each role, with new connections."""
        made = {}
        for role, key in self._keys.items():
            made[role] = httpx.Client(
                base_url=f"http://127.0.0.1:{self._port}",
                headers={"authorization": f"Bearer {key}"},
                timeout=30,
                trust_env=False,
                verify=False,
            )
        return made

    def kill(self, *parts: str) -> None:
        """kill -9."""
        victims = [self._running.pop(part) for part in parts]
        for victim in victims:
            victim.kill()
        for victim in victims:
            assert victim.wait(timeout=30) == -signal.SIGKILL
        self.kills += len(victims)

    def load(self, seconds: float, *victims: str) -> None:
        """Let all hands work for so long; then kill these parts under their hands."""
        with self._hands_at_work():
            time.sleep(seconds)
            self.kill(*victims)

    def _without_store(self) -> None:
        """Kill the store at work and start it again a while later; service and worker go on meanwhile and afterwards."""
        assert self._postgres is not None
        time.sleep(self._moment())
        self._postgres.kill()
        self.kills += 1
        time.sleep(self._moment() / 2)
        self._postgres.start()
        answered = self.ledger.answered
        self.until(lambda: self.ledger.answered >= answered + len(self.hands), self._running["both"])

    @contextmanager
    def _hands_at_work(self) -> Iterator[None]:
        clients, stop = self.clients(), threading.Event()
        threads = [threading.Thread(target=hand.work, args=(clients, stop)) for hand in self.hands]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            for client in clients.values():
                client.close()
        for hand in self.hands:
            if hand.problem is not None:
                raise AssertionError(f"{hand.name}: {hand.problem!r}") from hand.problem
        with self.repository.system_read("test") as session:
            self.heads.append(head_of(session))

    def settle(self, seconds: float = 120) -> None:
        """Wait until all background work has ended."""

        def quiet() -> bool:
            with self.repository.system_read("test") as session:
                jobs = session.scalar(select(func.count()).select_from(Job).where(Job.state.not_in(ENDED)))
                due = session.scalar(select(func.count()).select_from(OutboxEntry).where(outbox.due()))
            return not jobs and not due

        self.until(quiet, *self._running.values(), seconds=seconds)

    def until(self, holds: Any, *processes: Forked, seconds: float = 60) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: a process has ended, or it takes too long.
        """
        end = time.monotonic() + seconds
        while not holds():
            for process in processes:
                assert process.poll() is None, f"ended with {process.poll()}: {process.told()[-3000:]}"
            assert time.monotonic() < end, [process.told()[-3000:] for process in processes]
            time.sleep(0.03)
