"""What belongs to a service: where it lies, and its name in a backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url

from service.batches.spool import FOLDER as SPOOL_FOLDER
from service.jobs.workflow import FILE as JOBS_FILE
from service.settings import Settings

STORE = "store.db"
DUMP = "store.dump"
JOBS = "jobs.db"
SPOOL = "spool"
INDEX = "index"
MANIFEST = "MANIFEST.json"


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts lie.

    Attributes:
        store: file of the SQLite database; None when it is PostgreSQL.
        database_url: of the store.
        data_dir: of the service, with the worker's lock.
        jobs: state file of the job engine.
        spool: files that wait to be read.
        index: folder of the case index.
    """

    store: Path | None
    database_url: str
    data_dir: Path
    jobs: Path
    spool: Path
    index: Path

    @classmethod
    def of(cls, settings: Settings) -> Places:
        """The places that settings name."""
        url = make_url(settings.database_url)
        file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        return cls(
            store=file,
            database_url=settings.database_url,
            data_dir=settings.data_dir,
            jobs=settings.data_dir / JOBS_FILE,
            spool=settings.data_dir / SPOOL_FOLDER,
            index=settings.index_dir,
        )
