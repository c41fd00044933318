"""A real server process for crash tests: ``yanpan serve``'s parts with the lexicon instead of a network.

Arguments: data folder, port.
"""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn

from service.access.repository import Repository
from service.app import create_app
from service.jobs.contract import Tools
from service.jobs.worker import Worker
from service.settings import Settings
from service.store.database import Database
from tests.service.working import LightEngine


def main(folder: Path, port: int) -> None:
    settings = Settings(data_dir=folder, index_dir=folder / "index", warm_up=False, port=port)
    repository = Repository(Database(settings.database_url))
    app = create_app(settings, repository)
    app.state.engine = LightEngine(settings)
    worker = Worker(Tools(repository, app.state.engine, settings), tick=0.05)
    worker.start()
    try:
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")
    finally:
        worker.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
