"""What a dead run has left behind is put in order before the next one begins."""

from __future__ import annotations

from dataclasses import dataclass

from service.archive.layout import Layout, clear, sync_folder
from service.archive.manifest import Manifest
from service.archive.parts import write_part_list


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was put in order.

    Attributes:
        interrupted: files that were in hand and will be done again.
        orphans: parts, whole or not, that no manifest names; removed, their files are among the interrupted.
        damaged: parts the manifest names that are gone or have another size; their files will be done again.
        redone: how many files those are.
    """

    interrupted: int
    orphans: tuple[str, ...]
    damaged: tuple[str, ...]
    redone: int


def recover(layout: Layout, manifest: Manifest) -> Recovered:
    """Bring the folder back to what the manifest says; the caller holds the lock."""
    for folder in (layout.parts, layout.spool):
        folder.mkdir(parents=True, exist_ok=True)
    clear(layout.spool)
    for aside in layout.dest.glob(".*.part"):
        aside.unlink(missing_ok=True)
    damaged = []
    for part in manifest.parts():
        path = layout.part(part.name)
        if not path.is_file() or path.stat().st_size != part.size:
            damaged.append(part)
    redone = manifest.ask_again([part.number for part in damaged])
    orphans = clear(layout.parts, keep=(part.name for part in manifest.parts()))
    sync_folder(layout.parts)
    write_part_list(layout, manifest)
    return Recovered(manifest.take_back(), tuple(orphans), tuple(part.name for part in damaged), redone)
