"""A document → its identity."""

from __future__ import annotations

from nlp.identity.candidates import Findings, Text
from nlp.identity.choose import choose
from nlp.identity.headers import find_headers
from nlp.identity.model import Identity
from nlp.identity.opening import find_opening
from nlp.identity.signature import find_signature
from nlp.identity.titles import find_titles
from nlp.identity.zones import find_zones
from nlp.reading import RawDocument
from nlp.reading.splitting.characters import matching_form


def identify(document: RawDocument | str) -> Identity:
    """What title, header, form cells, first lines and signature say about a document.

    Args:
        document: as it was read, or its text.

    Returns:
        Answers with their ranges in the document's text; prose is never searched, so most fields of a text without
        a head are None.

    Raises:
        ConfigurationError: a word list in ``corpora/identity`` is missing or invalid.
    """
    source = document if isinstance(document, str) else document.text
    text = Text(source, matching_form(source))
    zones = find_zones(text.plain)
    found = Findings()
    for find in (find_headers, find_titles, find_opening, find_signature):
        find(text, zones, found)
    return choose(found)
