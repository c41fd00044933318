"""The tables of the manifest and the connection to them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from nlp.errors import ArchiveError
from service.archive.layout import VERSION

_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    created TEXT NOT NULL
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sha256 TEXT,
    state TEXT NOT NULL CHECK (state IN ('found', 'running', 'done', 'failed', 'duplicate')),
    duplicate_of INTEGER REFERENCES files (id),
    tries INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0,
    part INTEGER REFERENCES parts (number),
    first_row INTEGER,
    rows INTEGER NOT NULL DEFAULT 0,
    characters INTEGER NOT NULL DEFAULT 0,
    pipeline_version TEXT,
    codebook_version TEXT,
    finder TEXT,
    started TEXT,
    finished TEXT,
    seconds REAL
);
CREATE INDEX files_by_state ON files (state);
CREATE INDEX files_by_sha256 ON files (sha256);
CREATE INDEX files_by_part ON files (part);
CREATE INDEX files_by_original ON files (duplicate_of) WHERE duplicate_of IS NOT NULL;
CREATE TABLE errors (
    file INTEGER NOT NULL REFERENCES files (id),
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    path TEXT,
    place TEXT,
    expected TEXT,
    hint TEXT,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
CREATE TABLE documents (
    file INTEGER NOT NULL REFERENCES files (id),
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    characters INTEGER NOT NULL,
    sketch BLOB NOT NULL,
    PRIMARY KEY (file, number)
) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,
    engine TEXT NOT NULL,
    workers INTEGER NOT NULL,
    ended TEXT,
    files INTEGER NOT NULL DEFAULT 0,
    documents INTEGER NOT NULL DEFAULT 0,
    characters INTEGER NOT NULL DEFAULT 0,
    seconds REAL NOT NULL DEFAULT 0,
    reading REAL NOT NULL DEFAULT 0,
    annotating REAL NOT NULL DEFAULT 0,
    writing REAL NOT NULL DEFAULT 0,
    joining REAL NOT NULL DEFAULT 0,
    peak_bytes INTEGER NOT NULL DEFAULT 0
);
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open the manifest.

    Every commit is on the disk when it returns (``synchronous=FULL`` with a write-ahead log).

    Args:
        path: of the file.
        create: make it and its tables where there are none; otherwise it is opened for reading.

    Raises:
        ArchiveError: there is none, it is damaged, or another version of the program made it.
    """
    if not create and not path.is_file():
        raise ArchiveError(
            "there is no archive here", path=str(path.parent), hint="start one with `yanpan archive run`"
        )
    try:
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        if create:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            # In one transaction: a crash here leaves no tables at all.
            connection.execute("BEGIN IMMEDIATE")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone():
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
                connection.execute("INSERT INTO settings VALUES ('version', ?)", (str(VERSION),))
            connection.execute("COMMIT")
        else:
            connection.execute("PRAGMA query_only=1")
        found = connection.execute("SELECT value FROM settings WHERE key = 'version'").fetchone()
    except sqlite3.Error as error:
        raise ArchiveError(
            f"the manifest cannot be opened ({error})",
            path=str(path),
            hint="restore it from a copy, or use a new folder",
        ) from error
    if found is None or found[0] != str(VERSION):
        raise ArchiveError(
            f"the manifest has version {found and found[0]}",
            path=str(path),
            expected=str(VERSION),
            hint="use a new folder",
        )
    return connection
