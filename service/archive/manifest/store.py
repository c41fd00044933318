"""The manifest as a run uses it. Each method that writes is one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePath

from service.archive.manifest.rows import FileRow, Found, PartRow, Placed, Versions
from service.archive.manifest.tables import connect
from service.archive.outcome import ErrorRow, FileOutcome, Seconds

_BATCH = 500


def now() -> str:
    """The time as the manifest keeps it: UTC, ISO 8601, seconds."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Manifest:
    """The manifest of one destination, open for writing; the caller holds the lock of the destination.

    Args:
        path: of the SQLite file; made where there is none.

    Raises:
        ArchiveError: it cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._db = connect(path, create=True)

    def close(self) -> None:
        """Close it."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def setting(self, key: str) -> str | None:
        """A setting of the archive, None where it was not set."""
        row = self._db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, key: str, value: str) -> None:
        """Set it."""
        self._db.execute(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", (key, value)
        )

    # What is to be done

    def take_back(self) -> int:
        """Files a dead run had in hand are to be done again; returns how many."""
        return self._db.execute("UPDATE files SET state = 'found', started = NULL WHERE state = 'running'").rowcount

    def register(self, files: Iterable[Found]) -> int:
        """Note what the source holds; a file whose size or time changed is to be done again. Returns how many it holds."""
        count = 0
        with self._transaction() as db:
            for file in files:
                count += 1
                known = db.execute("SELECT id, size, mtime_ns FROM files WHERE path = ?", (file.path,)).fetchone()
                if known is None:
                    db.execute(
                        "INSERT INTO files (path, name, size, mtime_ns, state) VALUES (?, ?, ?, ?, 'found')",
                        (file.path, file.name, file.size, file.mtime_ns),
                    )
                elif known[1:] != (file.size, file.mtime_ns):
                    db.execute(
                        "UPDATE files SET state = 'found', size = ?, mtime_ns = ?, sha256 = NULL, duplicate_of = NULL"
                        " WHERE id = ?",
                        (file.size, file.mtime_ns, known[0]),
                    )
                    # Its copies are copies of what it was; one of them takes its place.
                    db.execute(
                        "UPDATE files SET state = 'found', duplicate_of = NULL WHERE duplicate_of = ?", (known[0],)
                    )
        return count

    def ask_upgrade(self, versions: Versions) -> int:
        """What other versions or another finder have done or failed at is to be done again; returns how many files."""
        return self._db.execute(
            "UPDATE files SET state = 'found' WHERE state IN ('done', 'failed')"
            " AND (pipeline_version, codebook_version, finder) IS NOT (?, ?, ?)",
            (versions.pipeline, versions.codebook, versions.finder),
        ).rowcount

    def ask_retry(self) -> int:
        """Failed and partly failed files are to be done again; returns how many."""
        return self._db.execute(
            "UPDATE files SET state = 'found' WHERE state = 'failed' OR (state = 'done' AND errors > 0)"
        ).rowcount

    def ask_again(self, parts: Sequence[int]) -> int:
        """What stood in lost parts is to be done again; returns how many files."""
        count = 0
        with self._transaction() as db:
            for part in parts:
                db.execute("DELETE FROM documents WHERE file IN (SELECT id FROM files WHERE part = ?)", (part,))
                count += db.execute(
                    "UPDATE files SET state = 'found', part = NULL, first_row = NULL, rows = 0, characters = 0 WHERE part = ?",
                    (part,),
                ).rowcount
                db.execute("DELETE FROM parts WHERE number = ?", (part,))
        return count

    def ask_copies(self) -> int:
        """Copies that their original does not stand for are to be done themselves; returns how many.

        Those are the copies of a file that failed when their names end otherwise, since the ending may help to read them,
        and of a file that turned out to hold something else when its turn came, or to be gone.
        """
        query = (
            "SELECT f.id, f.name, o.name, o.state, o.sha256 IS f.sha256 FROM files f JOIN files o ON o.id = f.duplicate_of"
            " WHERE o.state = 'failed' OR o.sha256 IS NOT f.sha256"
        )
        asked = [
            (file,)
            for file, name, original, state, same in self._db.execute(query).fetchall()
            if not same or (state == "failed" and _ending(name) != _ending(original))
        ]
        with self._transaction() as db:
            db.executemany("UPDATE files SET state = 'found', duplicate_of = NULL WHERE id = ?", asked)
        return len(asked)

    def waiting(self, *, tried_only: bool = False) -> list[int]:
        """Numbers of the files to be done; those that replace records of one part come one after the other."""
        tried = " AND tries > 0" if tried_only else ""
        query = f"SELECT id FROM files WHERE state = 'found'{tried} ORDER BY coalesce(part, 0), first_row, id"
        return [row[0] for row in self._db.execute(query)]

    def rows(self, files: Sequence[int]) -> list[FileRow]:
        """The files of some numbers, in their order."""
        found: dict[int, FileRow] = {}
        for start in range(0, len(files), _BATCH):
            some = files[start : start + _BATCH]
            marks = ",".join("?" * len(some))
            query = f"SELECT id, path, name, size, sha256 FROM files WHERE id IN ({marks})"
            found.update((row[0], FileRow(*row)) for row in self._db.execute(query, some))
        return [found[file] for file in files]

    def original(self, sha256: str, row: FileRow) -> int | None:
        """Another file of this content that was taken in hand and makes doing this one needless.

        A failed one does so only when its name has the same ending, since some content is known by it.
        """
        query = (
            "SELECT id, name, state FROM files WHERE sha256 = ? AND id <> ? AND state <> 'duplicate' AND tries > 0"
            " ORDER BY id"
        )
        for file, name, state in self._db.execute(query, (sha256, row.file)):
            if state != "failed" or _ending(name) == _ending(row.name):
                return int(file)
        return None

    # What was done

    def claim(self, hashes: Mapping[int, str], duplicates: Mapping[int, int]) -> None:
        """Take files in hand.

        Args:
            hashes: of the files that are begun with.
            duplicates: files that need not be done, and of which file they are copies; their hash is that file's.
        """
        began = now()
        with self._transaction() as db:
            for file, sha256 in hashes.items():
                db.execute(
                    "UPDATE files SET state = 'running', sha256 = ?, tries = tries + 1, started = ?, duplicate_of = NULL"
                    " WHERE id = ?",
                    (sha256, began, file),
                )
            for file, original in duplicates.items():
                db.execute(
                    "UPDATE files SET state = 'duplicate', duplicate_of = ?, finished = ?,"
                    " sha256 = (SELECT sha256 FROM files WHERE id = ?) WHERE id = ?",
                    (original, began, original, file),
                )

    def placed(self, files: Sequence[int]) -> list[Placed]:
        """Where the records of these files stand that are about to be replaced."""
        found: list[Placed] = []
        for start in range(0, len(files), _BATCH):
            some = files[start : start + _BATCH]
            marks = ",".join("?" * len(some))
            query = f"SELECT id, part, first_row, rows FROM files WHERE part IS NOT NULL AND id IN ({marks})"
            found.extend(Placed(*row) for row in self._db.execute(query, some))
        return found

    def contents(self, part: int) -> list[Placed]:
        """What stands in a part, in its order."""
        query = "SELECT id, part, first_row, rows FROM files WHERE part = ? ORDER BY first_row"
        return [Placed(*row) for row in self._db.execute(query, (part,))]

    def next_part(self) -> int:
        """The number of the next part; numbers are never given twice, so no reader mistakes one part for another."""
        row = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'parts'").fetchone()
        return 1 if row is None else int(row[0]) + 1

    def commit(
        self,
        outcomes: Sequence[FileOutcome],
        *,
        added: Sequence[PartRow],
        placed: Mapping[int, Placed],
        removed: Sequence[int],
        versions: Versions,
    ) -> None:
        """Put new parts in force and old ones out of it, and note what became of files: all or nothing.

        Args:
            outcomes: of files that were in hand.
            added: parts that lie in place, on the disk.
            placed: where the records of files stand now, of these and of files whose part was rewritten.
            removed: parts no longer in force.
            versions: of the run, for files no worker could finish.
        """
        ended = now()
        with self._transaction() as db:
            for part in added:
                db.execute(
                    "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)",
                    (part.number, part.name, part.rows, part.size, part.sha256, ended),
                )
            for outcome in outcomes:
                _note(db, outcome, versions, ended)
            for place in placed.values():
                db.execute(
                    "UPDATE files SET part = ?, first_row = ?, rows = ? WHERE id = ?",
                    (place.part, place.first, place.rows, place.file),
                )
            for number in removed:
                db.execute("DELETE FROM parts WHERE number = ?", (number,))

    def put_back(self, files: Iterable[int]) -> None:
        """Files that were taken in hand but never begun with are as they were."""
        with self._transaction() as db:
            for file in files:
                db.execute(
                    "UPDATE files SET state = 'found', tries = tries - 1 WHERE id = ? AND state = 'running'", (file,)
                )

    def parts(self) -> list[PartRow]:
        """The parts in force, by number."""
        return [
            PartRow(*row)
            for row in self._db.execute("SELECT number, name, rows, bytes, sha256 FROM parts ORDER BY number")
        ]

    # Runs

    def begin_run(self, engine: str, workers: int) -> int:
        """Note that a run began; returns its number."""
        cursor = self._db.execute(
            "INSERT INTO runs (started, engine, workers) VALUES (?, ?, ?)", (now(), engine, workers)
        )
        return int(cursor.lastrowid or 0)

    def end_run(
        self,
        run: int,
        *,
        ended: str,
        files: int,
        documents: int,
        characters: int,
        seconds: float,
        worked: Seconds,
        joining: float,
        peak_bytes: int,
    ) -> None:
        """Note how a run ended: ``finished``, ``stopped`` or ``broken off``."""
        self._db.execute(
            "UPDATE runs SET finished = ?, ended = ?, files = ?, documents = ?, characters = ?, seconds = ?, reading = ?,"
            " annotating = ?, writing = ?, joining = ?, peak_bytes = ? WHERE id = ?",
            (
                now(),
                ended,
                files,
                documents,
                characters,
                seconds,
                worked.reading,
                worked.annotating,
                worked.writing,
                joining,
                peak_bytes,
                run,
            ),
        )


def _note(db: sqlite3.Connection, outcome: FileOutcome, versions: Versions, ended: str) -> None:
    failed = bool(outcome.errors) and not outcome.documents
    db.execute("DELETE FROM errors WHERE file = ?", (outcome.file,))
    db.executemany(
        "INSERT INTO errors VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(outcome.file, number, *_columns(error)) for number, error in enumerate(outcome.errors, start=1)],
    )
    seconds = outcome.seconds.reading + outcome.seconds.annotating + outcome.seconds.writing
    db.execute(
        "UPDATE files SET state = ?, errors = ?, tries = tries + ?, pipeline_version = ?, codebook_version = ?, finder = ?, finished = ?, seconds = ? WHERE id = ?",
        (
            "failed" if failed else "done",
            len(outcome.errors),
            outcome.attempts - 1,
            outcome.pipeline_version or versions.pipeline,
            outcome.codebook_version or versions.codebook,
            versions.finder,
            ended,
            seconds,
            outcome.file,
        ),
    )
    if failed:
        # Records an older version made of it stay in force: a failure takes nothing away.
        return
    db.execute("DELETE FROM documents WHERE file = ?", (outcome.file,))
    db.executemany(
        "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?)",
        [(outcome.file, row.number, row.id, row.text_sha256, row.characters, row.sketch) for row in outcome.documents],
    )
    db.execute(
        "UPDATE files SET characters = ?, part = NULL, first_row = NULL, rows = 0 WHERE id = ?",
        (sum(row.characters for row in outcome.documents), outcome.file),
    )


def _columns(error: ErrorRow) -> tuple[str | None, ...]:
    return tuple(error[key] for key in ("code", "message", "path", "place", "expected", "hint"))


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
