"""A server that is killed under load, again and again, and what must hold afterwards."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import httpx
from sqlalchemy import func, select

from nlp.retrieval import Case, CaseIndex
from service.access import Repository
from service.audit.verify import verify
from service.searching import outbox
from service.store import migrate
from service.store.database import Database
from service.store.models import BatchItem, Job, OutboxEntry, Record, RecordVersion
from service.store.models.auditing import AuditEntry
from tests.service.people import People
from tests.service.working import BigramEncoder

_ROOT = Path(__file__).parents[2]
_ENDED = ("done", "failed", "cancelled")


class Crashing:
    """One data folder, one server after another.

    Args:
        folder: empty.
        seed: of the moments at which servers are killed.

    Attributes:
        acknowledged: texts of files whose upload was answered with 201.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.acknowledged: list[str] = []
        self.kills = 0
        self._number = 0
        self.database = Database(f"sqlite:///{(folder / 'yanpan.db').absolute()}")
        migrate.upgrade(self.database)
        self.repository = Repository(self.database)
        people = People(self.repository)
        self.unit = people.unit()
        self.key = people.key("archivist")

    def load_and_kill(self) -> None:
        """Start a server, upload batches and queue cases, kill it at a random moment of that."""
        process, client = self._start()
        stop: list[bool] = []
        writer = Thread(target=self._upload, args=(client, stop))
        writer.start()
        time.sleep(self.random.uniform(0.05, 1.5))
        process.kill()
        process.wait()
        stop.append(True)
        writer.join()
        client.close()
        self.kills += 1

    def finish_and_check(self) -> None:
        """Let a last server end all work, then compare everything."""
        process, client = self._start()
        for _ in range(600):
            with self.repository.system_read("test") as session:
                jobs = session.scalar(select(func.count()).select_from(Job).where(Job.state.not_in(_ENDED)))
                due = session.scalar(select(func.count()).select_from(OutboxEntry).where(outbox.due()))
            if not jobs and not due:
                break
            time.sleep(0.1)
        client.close()
        process.terminate()
        process.wait(timeout=60)
        with self.repository.system_read("test") as session:
            texts = list(session.scalars(select(RecordVersion.text)))
            states = set(session.scalars(select(BatchItem.state)))
            records = set(session.scalars(select(Record.id)))
            told = list(session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "record.create")))
            cases = set(session.scalars(select(OutboxEntry.object_id).where(OutboxEntry.topic == outbox.TOPIC)))
            verify(session, None)
        assert states <= {"done"}, states
        assert len(texts) == len(set(texts)), "a record was doubled"
        assert set(self.acknowledged) <= set(texts), "an acknowledged file gave no record"
        assert sorted(told) == sorted(records), "records and audit entries differ"
        held = {case.id for case in CaseIndex.open(self.folder / "index", encoder=BigramEncoder()).cases()}
        assert held == cases, "index and store differ"
        self.database.close()

    def _upload(self, client: httpx.Client, stop: list[bool]) -> None:
        while not stop:
            texts = []
            for _ in range(3):
                self._number += 1
                texts.append(f"第{self._number}号材料：该同志处事公道，从不推诿扯皮。")
            with self.repository.system_write("test") as session:
                outbox.case_added(session, Case(id=f"c{self._number}", text=texts[0]))
            files = [("files", (f"{at}.txt", text.encode())) for at, text in enumerate(texts)]
            try:
                answer = client.post("/v1/batches", data={"unit_id": self.unit}, files=files)
            except httpx.TransportError:
                return  # nobody was told that it was kept; it may be there or not
            if answer.status_code == 201:
                self.acknowledged.extend(texts)

    def _start(self) -> tuple[subprocess.Popen[bytes], httpx.Client]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "tests.service.crash_server", str(self.folder), str(port)]
        process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"authorization": f"Bearer {self.key}"},
            timeout=30,
            trust_env=False,
        )
        for _ in range(600):
            try:
                if client.get("/healthz").status_code == 200:
                    return process, client
            except httpx.TransportError:
                assert process.poll() is None, "the server did not start"
            time.sleep(0.1)
        raise AssertionError("the server does not answer")
