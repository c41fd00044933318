"""Where exports lie while they are made and until they are fetched: a folder each, readable by the service only."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from service.exports.files import whole_file

FOLDER = "exports"
KEPT_S = 7 * 24 * 3600
"""Seconds that a finished export is kept; it holds copies of records and is quickly made again."""

_PARTS, _MANIFEST = "parts", "manifest.json"


class Manifest(BaseModel):
    """What a finished export holds.

    Attributes:
        file: its name, without any word of the records.
        media_type: of the file.
        bytes: its size.
        sha256: of its content.
        level: the highest level of what is in it.
        version_ids: of the record versions in it.
        assessment_id: of the note, for a dossier.
        documents: how many are in it.
        left_out: how many the format cannot hold.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    media_type: str
    bytes: int
    sha256: str
    level: int
    version_ids: list[str]
    assessment_id: str | None = None
    documents: int
    left_out: int = 0

    def told(self) -> dict[str, Any]:
        """What the job shows of it."""
        return self.model_dump(include={"file", "media_type", "bytes", "sha256", "documents", "left_out"})


class Shelf:
    """The folder of one export.

    Args:
        data_dir: of the service.
        job_id: of the export.
    """

    def __init__(self, data_dir: Path, job_id: str) -> None:
        self.folder = data_dir / FOLDER / job_id

    def put_part(self, number: int, part: dict[str, Any]) -> None:
        """Keep one record; doing it again replaces it."""
        parts = self.folder / _PARTS
        self._make(parts)
        with whole_file(parts / f"{number:06d}.json") as file:
            file.write_text(json.dumps(part, ensure_ascii=False), encoding="utf-8")

    def parts(self) -> list[Path]:
        """Files of the records kept so far, in their order."""
        return sorted((self.folder / _PARTS).glob("[0-9]*.json"))

    def work(self) -> Path:
        """A new folder to write into."""
        made = self.folder / "work"
        shutil.rmtree(made, ignore_errors=True)
        self._make(made)
        return made

    def keep(self, file: Path, manifest: Manifest) -> None:
        """Put the finished file in its place; it is there when the manifest is."""
        with file.open("rb") as written:
            os.fsync(written.fileno())
        file.replace(self.folder / manifest.file)
        with whole_file(self.folder / _MANIFEST) as path:
            path.write_text(manifest.model_dump_json(), encoding="utf-8")

    def manifest(self) -> Manifest | None:
        """What the finished export holds; None before, and when it was removed."""
        try:
            return Manifest.model_validate_json((self.folder / _MANIFEST).read_bytes())
        except FileNotFoundError:
            return None

    def path(self, manifest: Manifest) -> Path:
        """The finished file."""
        return self.folder / manifest.file

    def tidy(self) -> None:
        """Remove what was needed only while it was made."""
        shutil.rmtree(self.folder / _PARTS, ignore_errors=True)
        shutil.rmtree(self.folder / "work", ignore_errors=True)

    def drop(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for one in (folder, self.folder, self.folder.parent):
            one.chmod(0o700)


def forget_old(data_dir: Path, seconds: float = KEPT_S) -> int:
    """Remove finished exports older than ``seconds``; returns how many."""
    removed = 0
    for manifest in (data_dir / FOLDER).glob(f"*/{_MANIFEST}"):
        if manifest.stat().st_mtime < time.time() - seconds:
            shutil.rmtree(manifest.parent, ignore_errors=True)
            removed += 1
    return removed
