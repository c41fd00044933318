"""Files and uploads → text with anchors: plain text, JSON lines, Office documents, PDF, web pages, mails, bundles, scans."""

from nlp.reading.discover import discover
from nlp.reading.document import Anchor, RawDocument, RecognisedLine
from nlp.reading.limits import Limits
from nlp.reading.read import read_bytes, read_path
from nlp.reading.registry import reader_for, register

__all__ = [
    "Anchor",
    "Limits",
    "RawDocument",
    "RecognisedLine",
    "discover",
    "read_bytes",
    "read_path",
    "reader_for",
    "register",
]
