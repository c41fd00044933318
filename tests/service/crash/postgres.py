"""A PostgreSQL server that keeps what it acknowledged as on a real machine, and can be killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from tests.service.databases import postgres_server


class KillablePostgres:
    """A server of its own, with the settings it is shipped with.

    Args:
        server: as :func:`tests.service.databases.postgres_server` gives it.

    Attributes:
        url: of an empty database.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self.url = str(server.get_uri())

    def kill(self) -> None:
        """kill -9 of the server and all its processes."""
        first = psutil.Process(self._server.get_pid())
        processes = [first, *first.children(recursive=True)]
        for process in processes:
            try:
                process.kill()
            except psutil.NoSuchProcess:  # one that ended with the first
                continue
        psutil.wait_procs(processes, timeout=30)

    def start(self) -> None:
        """Start it again over what is on the disk."""
        self._server.ensure_postgres_running()
        assert str(self._server.get_uri()) == self.url


@contextmanager
def killable_postgres() -> Iterator[KillablePostgres]:
    with postgres_server(lasting=True) as server:
        yield KillablePostgres(server)
