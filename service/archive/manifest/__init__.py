"""What is known of every file of an archive, in SQLite: it decides what is done and which records count."""

from service.archive.manifest.rows import FileRow, PartRow
from service.archive.manifest.store import Manifest

__all__ = ["FileRow", "Manifest", "PartRow"]
