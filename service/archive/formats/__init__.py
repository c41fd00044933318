"""How records are written: JSON lines or Parquet."""

from __future__ import annotations

from service.archive.formats.contract import Format
from service.archive.options import FormatName

__all__ = ["Format", "format_of"]


def format_of(name: FormatName) -> Format:
    """The format of a name."""
    if name == "parquet":
        from service.archive.formats.parquet import ParquetFormat

        return ParquetFormat()
    from service.archive.formats.lines import LinesFormat

    return LinesFormat()
