import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields

import pytest

import nlp.reading
from nlp.errors import ConfigurationError, CorruptFileError, ReadingError, TooLargeError, UnsupportedFormatError
from nlp.reading import Anchor, Limits, RawDocument, read_bytes, read_path, reader_for, register
from nlp.reading.registry import _READERS


def test_exported_names():
    assert set(nlp.reading.__all__) == {
        "Anchor",
        "Limits",
        "RawDocument",
        "RecognisedLine",
        "discover",
        "read_bytes",
        "read_path",
        "reader_for",
        "register",
    }
    assert all(hasattr(nlp.reading, name) for name in nlp.reading.__all__)


def test_importing_the_package_loads_no_parser():
    code = (
        "import sys, nlp.reading as r; list(r.read_bytes('甲'.encode(), name='a.txt'));"
        "print([m for m in ('docx', 'lxml', 'pypdfium2', 'charset_normalizer', 'markdown_it') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "[]"


def test_a_file_of_50_mb_is_too_large(tmp_path, read_error):
    path = tmp_path / "大.txt"
    line = ("李某敢于担当。" * 100 + "\n").encode()
    path.write_bytes(line * (50 * 1024 * 1024 // len(line) + 1))
    (error,) = read_path(path)
    assert isinstance(error, TooLargeError)
    assert error.path == path.as_posix()
    assert f"{path.stat().st_size:,}" in error.message
    assert "33,554,432" in str(error)
    assert isinstance(read_error(path.read_bytes(), "大.txt"), TooLargeError)


def test_a_text_of_too_many_characters_is_too_large(read_error, read_one):
    text = "李某敢于担当。" * 300_000
    error = read_error(text.encode(), "a.txt")
    assert isinstance(error, TooLargeError)
    assert "2,100,000" in error.message
    assert len(read_one(text.encode(), "a.txt", Limits(max_characters=2_100_000)).text) == 2_100_000


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.docx", "a.pdf"])
def test_an_empty_file_of_any_name_is_an_empty_document(name, tmp_path):
    (tmp_path / name).touch()
    (item,) = read_path(tmp_path / name)
    assert isinstance(item, RawDocument)
    assert item.text == ""
    assert item.anchors == ()


def test_ids_and_paths(tmp_path, monkeypatch):
    (tmp_path / "批次").mkdir()
    (tmp_path / "批次" / "甲.txt").write_text("某", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (item,) = read_path("批次/甲.txt")
    assert (item.id, item.path) == ("批次/甲.txt", "批次/甲.txt")
    (item,) = read_bytes("某".encode(), name="上传.txt")
    assert (item.id, item.path) == ("上传.txt", "上传.txt")


def test_a_missing_file_is_a_value(tmp_path):
    (error,) = read_path(tmp_path / "没有.txt")
    assert isinstance(error, ReadingError)
    assert error.path == (tmp_path / "没有.txt").as_posix()
    assert error.hint


@pytest.fixture
def registry():
    before = dict(_READERS)
    yield
    _READERS.clear()
    _READERS.update(before)


@pytest.mark.usefixtures("registry")
def test_a_reader_can_be_registered():
    data = b"Rar!\x1a\x07\x01\0" + "某".encode()
    assert isinstance(next(read_bytes(data, name="a.rar")), UnsupportedFormatError)

    def read(data: bytes, name: str, limits: Limits) -> RawDocument:
        return RawDocument(name, data[8:].decode(), name, None, "application/vnd.rar", ())

    register("application/vnd.rar", read)
    assert reader_for("application/vnd.rar") is read
    assert next(read_bytes(data, name="a.rar")).text == "某"


@pytest.mark.usefixtures("registry")
def test_a_reader_may_give_many_items_and_fail_on_the_way():
    def read(data: bytes, name: str, limits: Limits) -> Iterator[RawDocument | ReadingError]:
        for at, word in enumerate(data.decode().split()):
            if word == "坏":
                yield ReadingError("bad", place=f"word {at}")
            elif word == "断":
                raise ZeroDivisionError
            else:
                yield RawDocument(f"{name}#{at}", word, name, None, "text/plain", ())

    register("text/plain", read)
    first, second, third, last = read_bytes("甲 坏 乙 断 丙".encode(), name="a.txt")
    assert (first.id, third.id) == ("a.txt#0", "a.txt#2")
    assert (second.path, second.place) == ("a.txt", "word 1")
    assert isinstance(last, CorruptFileError)
    assert last.path == "a.txt"


@pytest.mark.usefixtures("registry")
def test_a_reader_that_fails_ends_nothing():
    def read(data: bytes, name: str, limits: Limits) -> RawDocument:
        raise ZeroDivisionError("inside a parser")

    register("text/plain", read)
    (error,) = read_bytes(b"x", name="a.txt")
    assert isinstance(error, CorruptFileError)
    assert error.path == "a.txt"
    assert "ZeroDivisionError" in error.message


def test_reader_for_an_unknown_type():
    with pytest.raises(UnsupportedFormatError, match="application/x-other"):
        reader_for("application/x-other")


def test_limits_must_be_positive():
    sizes = {field.name: getattr(Limits(), field.name) for field in fields(Limits)}
    assert sizes["max_file_bytes"] == 32 << 20
    for name in sizes:
        with pytest.raises(ConfigurationError, match=name):
            Limits(**{name: 0})
    with pytest.raises(ConfigurationError, match="max_pages"):
        Limits(max_pages=0)


def test_documents_and_errors_cross_processes():
    document = RawDocument("a", "甲", "a", None, "text/plain", (Anchor(0, 1, "line", 1),), meta={"k": [1]})
    assert pickle.loads(pickle.dumps(document)) == document
    assert hash(document) == hash(pickle.loads(pickle.dumps(document)))
    (error,) = read_bytes(b"\0" * 50, name="a.txt")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert again.as_dict() == error.as_dict()


def test_anchor_at_steps_over_what_has_no_text():
    anchors = (Anchor(0, 0, "page", 1), Anchor(1, 3, "page", 2), Anchor(4, 4, "page", 3), Anchor(4, 6, "page", 4))
    document = RawDocument("a", "\n甲乙\n丙丁", "a", None, None, anchors)
    numbers = [anchor and anchor.number for anchor in map(document.anchor_at, range(-1, 8))]
    assert numbers == [None, None, 2, 2, None, 4, 4, None, None]
