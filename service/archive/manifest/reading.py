"""The manifest as anybody may read it, also while a run is on: every answer is of one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from service.archive.groups import Sketched
from service.archive.layout import Layout
from service.archive.manifest.rows import PartRow
from service.archive.manifest.tables import connect
from service.archive.outcome import ErrorRow


@dataclass(frozen=True, slots=True)
class Counts:
    """How an archive stands.

    Attributes:
        states: files by state.
        partly: files done that also gave errors.
        documents: records in force.
        characters: of their texts.
        parts: parts in force.
        bytes: of the parts.
        errors: files by the code of their first error, most frequent first.
        versions: files done by pipeline version, codebook version and finder.
        source: folder of the last run.
        last_run: its row of the table ``runs``, None before the first.
    """

    states: dict[str, int]
    partly: int
    documents: int
    characters: int
    parts: int
    bytes: int
    errors: dict[str, int]
    versions: dict[tuple[str, str, str], int]
    source: str | None
    last_run: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that failed, wholly or in part.

    Attributes:
        name: below the source.
        state: ``failed``, or ``done`` for a file some documents of which could be read.
        tries: how often it was begun with.
        errors: in order.
    """

    name: str
    state: str
    tries: int
    errors: list[ErrorRow]


class ManifestReader:
    """A reader of one destination; a context manager.

    Args:
        layout: of the destination.

    Raises:
        ArchiveError: there is no archive.
    """

    def __init__(self, layout: Layout) -> None:
        self._db = connect(layout.manifest, create=False)

    def __enter__(self) -> Self:
        self._db.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def counts(self) -> Counts:
        """How the archive stands."""
        one = self._db.execute
        run = one("SELECT * FROM runs ORDER BY id DESC LIMIT 1")
        row = run.fetchone()
        names = [column[0] for column in run.description]
        source = one("SELECT value FROM settings WHERE key = 'source'").fetchone()
        return Counts(
            states=dict(one("SELECT state, count(*) FROM files GROUP BY state").fetchall()),
            partly=one("SELECT count(*) FROM files WHERE state = 'done' AND errors > 0").fetchone()[0],
            documents=one("SELECT coalesce(sum(rows), 0) FROM parts").fetchone()[0],
            characters=one("SELECT coalesce(sum(characters), 0) FROM files WHERE part IS NOT NULL").fetchone()[0],
            parts=one("SELECT count(*) FROM parts").fetchone()[0],
            bytes=one("SELECT coalesce(sum(bytes), 0) FROM parts").fetchone()[0],
            errors=dict(
                one("SELECT code, count(*) FROM errors WHERE number = 1 GROUP BY code ORDER BY 2 DESC, 1").fetchall()
            ),
            versions={
                (row[0], row[1], row[2]): row[3]
                for row in one(
                    "SELECT pipeline_version, codebook_version, finder, count(*) FROM files WHERE state = 'done'"
                    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
                )
            },
            source=None if source is None else source[0],
            last_run=None if row is None else dict(zip(names, row, strict=True)),
        )

    def errors(self) -> Iterator[ErrorRow]:
        """All errors, by file and place."""
        query = (
            "SELECT e.code, e.message, coalesce(e.path, f.name), e.place, e.expected, e.hint FROM errors e"
            " JOIN files f ON f.id = e.file ORDER BY f.name, f.id, e.number"
        )
        for row in self._db.execute(query):
            yield dict(zip(("code", "message", "path", "place", "expected", "hint"), row, strict=True))

    def failures(self) -> Iterator[Failure]:
        """Files with errors, by name."""
        query = "SELECT id, name, state, tries FROM files WHERE state = 'failed' OR (state = 'done' AND errors > 0)"
        detail = "SELECT code, message, path, place, expected, hint FROM errors WHERE file = ? ORDER BY number"
        for file, name, state, tries in self._db.execute(query + " ORDER BY name, id"):
            rows = self._db.execute(detail, (file,)).fetchall()
            keys = ("code", "message", "path", "place", "expected", "hint")
            yield Failure(name, state, tries, [dict(zip(keys, row, strict=True)) for row in rows])

    def parts(self) -> list[PartRow]:
        """The parts in force, by number."""
        return [
            PartRow(*row)
            for row in self._db.execute("SELECT number, name, rows, bytes, sha256 FROM parts ORDER BY number")
        ]

    def paths(self) -> Iterator[tuple[str, bytes]]:
        """Name and path of every file, by name."""
        return (
            (name, bytes(path)) for name, path in self._db.execute("SELECT name, path FROM files ORDER BY name, id")
        )

    def setting(self, key: str) -> str | None:
        """A setting of the archive."""
        row = self._db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def sketches(self) -> Iterator[Sketched]:
        """Every document whose record is in force, by file and place."""
        query = (
            "SELECT f.name, d.number, d.id, d.text_sha256, d.sketch FROM documents d JOIN files f ON f.id = d.file"
            " WHERE f.part IS NOT NULL ORDER BY f.name, f.id, d.number"
        )
        return (Sketched(*row) for row in self._db.execute(query))

    def copies(self) -> dict[str, list[str]]:
        """Files that are byte for byte the same as another, by the name of that one."""
        found: dict[str, list[str]] = defaultdict(list)
        query = "SELECT o.name, f.name FROM files f JOIN files o ON o.id = f.duplicate_of ORDER BY o.name, f.name"
        for original, name in self._db.execute(query):
            found[original].append(name)
        return found
