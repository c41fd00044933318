"""PowerPoint presentations (.pptx) → the text of their slides, one line a paragraph, one anchor a slide."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, TooLargeError
from nlp.reading.container import AGAIN, Container
from nlp.reading.document import Anchor, RawDocument
from nlp.reading.limits import Limits
from nlp.reading.office_xml import RELATION_ID, parsed_part, targets
from nlp.reading.sniff import PPTX
from nlp.reading.text import check_characters

if TYPE_CHECKING:
    from lxml.etree import _Element

_MAIN: Final = "ppt/presentation.xml"


def read(data: bytes, name: str, limits: Limits) -> RawDocument:
    r"""Read a presentation.

    Args:
        data: the file's bytes.
        name: path or name, used as the document's id.
        limits: ``max_unpacked_bytes``, ``max_ratio``, ``max_pages`` (slides) and ``max_characters`` apply.

    Returns:
        The slides in the order in which they are shown, joined by ``\n``; rows of tables have their cells parted by a
        tab; notes and hidden slides are left out, and the latter counted in ``meta["hidden_slides"]``.

    Raises:
        CorruptFileError: the container or its XML is broken.
        TooLargeError: a limit is passed.
    """
    container = Container(data, "presentation", limits)
    presentation = parsed_part(container, _MAIN)
    if presentation is None:
        raise CorruptFileError("the presentation has no main part", place=_MAIN, hint=AGAIN)
    links = targets(container, _MAIN)
    parts: list[str] = []
    anchors: list[Anchor] = []
    at = hidden = 0
    for number, entry in enumerate(presentation.iter("{*}sldId"), 1):
        slide = parsed_part(container, links.get(entry.get(RELATION_ID, ""), ""))
        if number > limits.max_pages:
            raise TooLargeError(
                "the presentation has too many slides",
                expected=f"at most {limits.max_pages:,} (max_pages)",
                hint="split it",
            )
        if slide is None:
            raise CorruptFileError("a slide is missing", place=f"slide {number}", hint=AGAIN)
        if slide.get("show") in ("0", "false"):
            hidden += 1
            continue
        text = "\n".join(line for line in _lines(slide) if line.strip())
        anchors.append(Anchor(at, at + len(text), "slide", number))
        parts.append(text)
        at += len(text) + 1
    text = "\n".join(parts)
    check_characters(text, limits)
    meta = {"hidden_slides": hidden} if hidden else {}
    return RawDocument(name, text, name, sha256(data).hexdigest(), PPTX, tuple(anchors), meta=meta)


def _lines(element: _Element) -> Iterator[str]:
    for child in element:
        kind = _local(child)
        if kind == "p":
            yield "".join(_runs(child))
        elif kind == "tr":
            yield "\t".join(" ".join(line for line in _lines(cell) if line.strip()) for cell in child.iterfind("{*}tc"))
        elif kind == "AlternateContent":
            # The first form is the one that current programs show; the others repeat it.
            yield from _lines(next(iter(child), child))
        else:
            yield from _lines(child)


def _runs(paragraph: _Element) -> Iterator[str]:
    for node in paragraph.iter("{*}t", "{*}br", "{*}tab"):
        yield node.text or "" if _local(node) == "t" else "\n" if _local(node) == "br" else "\t"


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]
