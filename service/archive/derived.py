"""Files that repeat what the manifest knows, for people and programs that read no SQLite."""

from __future__ import annotations

import json

from service.archive import groups
from service.archive.layout import Layout
from service.archive.manifest.reading import ManifestReader
from service.items import write_lines


def write_errors(layout: Layout) -> int:
    """Write ``errors.jsonl``; returns how many errors there are."""
    with ManifestReader(layout) as manifest:
        return write_lines(layout.errors, (json.dumps(error, ensure_ascii=False) for error in manifest.errors()))


def write_groups(layout: Layout) -> int:
    """Write ``groups.jsonl``; returns how many groups there are."""
    with ManifestReader(layout) as manifest:
        found = groups.group(manifest.sketches())
        return write_lines(layout.groups, groups.lines(found, manifest.copies()))
