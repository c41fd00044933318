"""Parts: records written aside, put in force together with the manifest, old ones taken out of force."""

from __future__ import annotations

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from service.archive.derived import write_errors
from service.archive.formats import Format
from service.archive.formats.contract import Part
from service.archive.layout import Layout, part_name, sync_file, sync_folder
from service.archive.manifest import Manifest, PartRow
from service.archive.manifest.rows import Placed, Versions
from service.archive.options import PartLimits
from service.archive.outcome import FileOutcome
from service.items import write_lines


class PartWriter:
    """Joins the records of files into parts and commits them.

    Args:
        layout: of the destination.
        manifest: of the destination.
        form: of the parts.
        limits: when a part is closed.
        versions: of the run.
    """

    def __init__(
        self, layout: Layout, manifest: Manifest, form: Format, limits: PartLimits, versions: Versions
    ) -> None:
        self._layout = layout
        self._manifest = manifest
        self._form = form
        self._limits = limits
        self._versions = versions
        self._number = manifest.next_part()
        self._part: Part | None = None
        self._placed: dict[int, Placed] = {}
        self._outcomes: list[FileOutcome] = []
        self._since = time.monotonic()

    def add(self, outcome: FileOutcome) -> None:
        """Take over what became of a file; its spool is joined to the part and removed.

        Raises:
            OSError: the part cannot be written.
        """
        if not self._outcomes:
            self._since = time.monotonic()
        if outcome.spool is not None:
            if self._part is None:
                self._part = self._form.part(self._aside(self._number))
            spool = self._layout.spool / outcome.spool
            first = self._part.rows
            rows = self._part.add(spool)
            spool.unlink()
            self._placed[outcome.file] = Placed(outcome.file, self._number, first, rows)
        self._outcomes.append(outcome)
        if (self._part is not None and self._part.size >= self._limits.max_bytes) or (
            len(self._outcomes) >= self._limits.max_files
        ):
            self.commit()

    def commit_if_due(self) -> None:
        """Close the part when it is old enough."""
        if self._outcomes and time.monotonic() - self._since >= self._limits.max_seconds:
            self.commit()

    def commit(self) -> None:
        """Close the part and put it in force.

        Raises:
            OSError: it cannot be written.
        """
        if not self._outcomes:
            return
        added: list[PartRow] = []
        placed = dict(self._placed)
        number = self._number
        if self._part is not None:
            self._part.close()
            added.append(self._land(number, self._part.rows))
            number += 1
        replaced = self._manifest.placed([outcome.file for outcome in self._outcomes if _replaces(outcome)])
        removed: dict[int, set[int]] = defaultdict(set)
        for place in replaced:
            removed[place.part].add(place.file)
        for old, files in sorted(removed.items()):
            rest = [place for place in self._manifest.contents(old) if place.file not in files]
            if rest:
                row, moved = self._rewrite(old, rest, number)
                added.append(row)
                placed.update(moved)
                number += 1
        names = {part.number: part.name for part in self._manifest.parts()}
        self._manifest.commit(
            self._outcomes, added=added, placed=placed, removed=sorted(removed), versions=self._versions
        )
        if added or removed:
            write_part_list(self._layout, self._manifest)
        write_errors(self._layout)
        for old in removed:
            self._layout.part(names[old]).unlink(missing_ok=True)
        self._outcomes = []
        self._placed = {}
        self._part = None
        self._number = number

    def abandon(self) -> None:
        """Forget what was not committed."""
        if self._part is not None:
            self._part.abandon()
            self._aside(self._number).unlink(missing_ok=True)
            self._part = None
        self._outcomes = []
        self._placed = {}

    def _aside(self, number: int) -> Path:
        return self._layout.aside(part_name(number, self._form.suffix))

    def _land(self, number: int, rows: int) -> PartRow:
        aside = self._aside(number)
        sync_file(aside)
        with aside.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = aside.stat().st_size
        name = part_name(number, self._form.suffix)
        aside.replace(self._layout.part(name))
        sync_folder(self._layout.parts)
        return PartRow(number, name, rows, size, digest)

    def _rewrite(self, old: int, rest: list[Placed], number: int) -> tuple[PartRow, dict[int, Placed]]:
        """A part with what is left of an old one."""
        part = self._form.part(self._aside(number))
        moved: dict[int, Placed] = {}
        first = 0
        for place in rest:
            moved[place.file] = Placed(place.file, number, first, place.rows)
            first += place.rows
        try:
            part.keep(
                self._layout.part(part_name(old, self._form.suffix)),
                [(place.first, place.first + place.rows) for place in rest],
            )
            part.close()
        except BaseException:
            part.abandon()
            raise
        return self._land(number, part.rows), moved


def write_part_list(layout: Layout, manifest: Manifest) -> None:
    """Write the list of the parts in force, all at once."""
    write_lines(layout.part_list, _list_lines(manifest.parts()))


def _list_lines(parts: Iterable[PartRow]) -> Iterable[str]:
    for part in parts:
        row = {"part": f"parts/{part.name}", "rows": part.rows, "bytes": part.size, "sha256": part.sha256}
        yield json.dumps(row, ensure_ascii=False)


def _replaces(outcome: FileOutcome) -> bool:
    """Whether older records of the file give way; those of a file that failed now stay."""
    return bool(outcome.documents) or not outcome.errors
