"""The service of the demo: server and worker in this process, on a free port of the loopback address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from nlp.errors import DemoError
from service.settings import Settings

if TYPE_CHECKING:
    from nlp.encoding import Encoder
    from nlp.pipeline import Pipeline

_HOST = "127.0.0.1"
_LOOK_S = 0.05
_SOON_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A service at work.

    Attributes:
        url: its address.
        password: the administrator's one-time password.
    """

    url: str
    password: str


@contextmanager
def running(
    folder: Path,
    *,
    index: Path | None = None,
    pipeline: Pipeline | None = None,
    encoder: Encoder | None = None,
    port: int = 0,
) -> Iterator[Running]:
    """A service over a new database; it ends with the block.

    Args:
        folder: of the database and everything else that is kept.
        index: of the case index; in ``folder`` by default.
        pipeline: loaded already; the default one otherwise.
        encoder: loaded already; that of the settings otherwise.
        port: 0 for one that is free.

    Raises:
        DemoError: the folder holds a database, or the port is taken.
    """
    import uvicorn

    from service.access.accounts import first_start
    from service.access.repository import Repository
    from service.app import create_app
    from service.jobs.contract import Tools
    from service.jobs.worker import Worker
    from service.store import migrate
    from service.store.database import Database

    settings = Settings(
        host=_HOST, port=port, data_dir=folder, index_dir=index or folder / "index", database=None, warm_up=False
    )
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    if not migrate.is_empty(database):
        database.close()
        raise DemoError("the folder holds a database already", path=str(folder), hint="choose another folder")
    with closing(_bound(port)) as listener:
        migrate.upgrade(database)
        repository = Repository(database)
        password = first_start(repository)
        assert password is not None, "the database is new"
        app = create_app(settings, repository)
        loaded = {name: value for name, value in (("pipeline", pipeline), ("encoder", encoder)) if value is not None}
        vars(app.state.engine).update(loaded)  # as if the engine had loaded them itself
        worker = Worker(Tools(repository, app.state.engine, settings))
        worker.start()
        try:
            config = uvicorn.Config(app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=5)
            with _serving(uvicorn.Server(config), listener):
                yield Running(f"http://{_HOST}:{listener.getsockname()[1]}", password)
        finally:
            worker.stop()


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise DemoError(f"the port cannot be used: {error.strerror}", path=f"{_HOST}:{port}") from error
    return listener


@contextmanager
def _serving(server: Any, listener: socket.socket) -> Iterator[None]:
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="yanpan-demo", daemon=True)
    thread.start()
    waited, tick = 0.0, Event()
    while not server.started:
        if not thread.is_alive() or waited > _SOON_S:
            raise DemoError("the service does not start", hint="yanpan serve tells why")
        tick.wait(_LOOK_S)
        waited += _LOOK_S
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=30)
