"""The process under test: the parts of ``yanpan serve`` and ``yanpan worker``, with the lexicon instead of a network.

Arguments: data folder, port, ``both``, ``serve`` or ``worker``, and the URL of the store.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from threading import Event

import uvicorn

from service.access.repository import Repository
from service.app import create_app
from service.engine import Engine
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.settings import Settings
from service.store.database import Database
from tests.service.working import LightEngine


def main(folder: Path, port: int, part: str, url: str) -> None:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    settings = Settings(
        data_dir=folder, database=url, index_dir=folder / "index", warm_up=False, port=port, shutdown_seconds=10
    )
    repository = Repository(Database(settings.database_url))
    engine = LightEngine(settings)
    engine.pipeline.annotate("")
    if part == "serve":
        _serve(settings, repository, engine)
        return
    worker = Worker(Tools(repository, engine, settings), tick=0.05)
    ended = Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    worker.start()
    try:
        if part == "both":
            _serve(settings, repository, engine)
        else:
            ended.wait()
    finally:
        worker.stop()


def _serve(settings: Settings, repository: Repository, engine: Engine) -> None:
    app = create_app(settings, repository)
    app.state.engine = engine
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=settings.port, log_level="error"))
    # As in ``yanpan serve``: the server raises the signal that ended it once more, which must not end the worker.
    signal.signal(signal.SIGTERM, lambda *_: server.handle_exit(signal.SIGTERM, None))
    server.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4])
