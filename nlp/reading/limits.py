"""How much one item may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nlp.errors import ConfigurationError

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one item. A file beyond one of them gives a ``TooLargeError``, never a part of its text.

    Attributes:
        max_file_bytes: size of a file, also of one inside a bundle. A JSONL file and a zip bundle may be larger, they
            are read piece by piece.
        max_unpacked_bytes: size of everything in the container of an Office document after decompression.
        max_ratio: unpacked size by packed size of one member of a container (members under 1 MiB are exempt).
        max_characters: code points of one document's text.
        max_pages: pages of a PDF or of a TIFF.
        max_scanned_pages: pages of one file whose text must be recognised (OCR).
        max_page_seconds: wall time of recognising one page.
        max_pixels: width by height of an image, also of one inside a PDF; an A3 sheet at 600 dpi has 70 million.
        max_line_bytes: length of one line of a JSONL file.
        max_cells: rows by columns of the used part of one sheet, empty cells included; all sheets of a workbook
            together hold at most as many cells with content.
        max_members: files in a bundle (zip, mail), those of the bundles inside it included.
        max_bundle_bytes: size of everything in a bundle after decompression, inner bundles included.
        max_depth: how many bundles may stand inside one another: 1 reads a zip, but no zip inside it.
        max_seconds: wall time of one conversion by another program (LibreOffice).

    Raises:
        ConfigurationError: a limit is not positive.
    """

    max_file_bytes: int = 32 * _MIB
    max_unpacked_bytes: int = 128 * _MIB
    max_ratio: int = 200
    max_characters: int = 2_000_000
    max_pages: int = 2000
    max_line_bytes: int = 16 * _MIB
    max_cells: int = 8_000_000
    max_members: int = 10_000
    max_bundle_bytes: int = 4096 * _MIB
    max_depth: int = 4
    max_seconds: int = 120
    max_scanned_pages: int = 500
    max_page_seconds: int = 120
    max_pixels: int = 89_000_000

    def __post_init__(self) -> None:
        for item in fields(self):
            if getattr(self, item.name) <= 0:
                raise ConfigurationError(f"the reading limit {item.name} must be greater than 0")


DEFAULT_LIMITS = Limits()
