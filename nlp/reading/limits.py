"""How much one item may cost before it is refused."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nlp.errors import ConfigurationError

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one item. A file beyond one of them gives a ``TooLargeError``, never a part of its text.

    Attributes:
        max_file_bytes: size of a file. A JSONL file may be larger, it is read line by line.
        max_unpacked_bytes: size of everything in a docx container after decompression.
        max_ratio: unpacked size by packed size of one member of a container (members under 1 MiB are exempt).
        max_characters: code points of one document's text.
        max_pages: pages of a PDF.
        max_line_bytes: length of one line of a JSONL file.

    Raises:
        ConfigurationError: a limit is not positive.
    """

    max_file_bytes: int = 32 * _MIB
    max_unpacked_bytes: int = 128 * _MIB
    max_ratio: int = 200
    max_characters: int = 2_000_000
    max_pages: int = 2000
    max_line_bytes: int = 16 * _MIB

    def __post_init__(self) -> None:
        for item in fields(self):
            if getattr(self, item.name) <= 0:
                raise ConfigurationError(f"the reading limit {item.name} must be greater than 0")


DEFAULT_LIMITS = Limits()
