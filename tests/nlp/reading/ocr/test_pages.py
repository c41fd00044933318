import pytest

from nlp.errors import ConfigurationError
from nlp.reading.document import RecognisedLine
from nlp.reading.ocr import engine
from nlp.reading.ocr.page import PageText
from nlp.reading.ocr.pages import ReadPage, document


def scan(*lines, unreadable=0):
    text, found = "", []
    for content, confidence in lines:
        text += "\n" * bool(text)
        found.append(RecognisedLine(len(text), len(text) + len(content), confidence))
        text += content
    return PageText(text, tuple(found), unreadable)


def read(*scans):
    return document([ReadPage(page.text, None, page) for page in scans], "a.png", b"", "image/png")


def test_lines_move_with_their_page():
    found = document(
        [ReadPage("文字层", "iv"), ReadPage("甲\n乙", None, scan(("甲", 0.9), ("乙", 0.95)))],
        "a.pdf",
        b"",
        "application/pdf",
    )
    assert found.text == "文字层\n甲\n乙"
    assert [(found.text[line.start : line.end], line.confidence) for line in found.lines] == [("甲", 0.9), ("乙", 0.95)]
    assert [(anchor.label, anchor.recognised) for anchor in found.anchors] == [("iv", False), (None, True)]
    assert found.meta == {}


def test_doubtful_documents_are_marked():
    assert read(scan(("甲" * 90, 0.95), ("乙" * 10, 0.5))).meta == {}
    assert read(scan(("甲" * 89, 0.95), ("乙" * 11, 0.79))).meta["low_confidence"].startswith("11% of 100")
    assert "1 of 2 lines could not be read" in read(scan(("甲", 0.99), unreadable=1)).meta["low_confidence"]


def test_threads():
    with pytest.raises(ConfigurationError):
        engine.configure(threads=0)
    engine.configure(threads=1)
    assert engine._state["threads"] == 1
    engine.configure(threads=2)
