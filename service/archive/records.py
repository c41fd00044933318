"""The records of an archive, read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from nlp.errors import ArchiveError
from service.archive.formats import format_of
from service.archive.formats.contract import Record
from service.archive.layout import Layout
from service.archive.manifest.reading import ManifestReader
from service.archive.options import FormatName


def read(dest: Path) -> Iterator[Record]:
    """The records in force, each once, part by part.

    A run that replaces records while they are read removes the part they stood in; start again then.

    Args:
        dest: folder of an archive run.

    Raises:
        ArchiveError: there is no archive, or a part is gone or of another version.
    """
    layout = Layout(dest)
    with ManifestReader(layout) as manifest:
        form = format_of(cast(FormatName, manifest.setting("format") or "jsonl"))
        parts = manifest.parts()
    for part in parts:
        try:
            yield from form.read(layout.part(part.name))
        except FileNotFoundError as error:
            raise ArchiveError(
                "a part is gone", path=str(layout.part(part.name)), hint="a run has replaced it; read the archive again"
            ) from error
