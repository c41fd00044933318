import codecs
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InvalidRecordError, ReadingError, TooLargeError
from nlp.reading import Anchor, Limits, RawDocument, read_bytes, read_path

NAME = "案例.jsonl"


def read(data: bytes, limits: Limits | None = None) -> list[RawDocument | ReadingError]:
    return list(read_bytes(data, name=NAME, limits=limits or Limits()))


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record, ensure_ascii=False).encode() + b"\n" for record in records)


def test_records_become_documents():
    data = lines(
        {"id": "甲-1", "text": "李某敢于担当。\n第二行", "doc_type": "inspection", "unit": {"名": ["A镇"]}},
        {"id": 7, "text": ""},
    )
    first, second = read(data)
    assert first == RawDocument(
        id="甲-1",
        text="李某敢于担当。\n第二行",
        path=NAME,
        sha256=hashlib.sha256("李某敢于担当。\n第二行".encode()).hexdigest(),
        media_type="application/jsonl",
        anchors=(Anchor(0, 11, "line", 1),),
        charset="utf-8",
        meta={"doc_type": "inspection", "unit": {"名": ["A镇"]}},
    )
    assert (second.id, second.text, second.anchors, second.meta) == ("7", "", (), {})


BROKEN = [
    (b'{"id": "b", "text": "cut', "JSON"),
    (b'{"id": "b", "text": "x"} {"id": "c", "text": "y"}', "Extra data"),
    (b'["b", "x"]', "no object"),
    (b'"b"', "no object"),
    (b'{"text": "x"}', "'id' is missing"),
    (b'{"id": "b"}', "'text' is missing"),
    (b'{"id": "", "text": "x"}', "'id' is neither"),
    (b'{"id": "  ", "text": "x"}', "'id' is neither"),
    (b'{"id": true, "text": "x"}', "'id' is neither"),
    (b'{"id": 1.5, "text": "x"}', "'id' is neither"),
    (b'{"id": null, "text": "x"}', "'id' is neither"),
    (b'{"id": "\\ud800", "text": "x"}', "surrogate"),
    (b'{"id": "b", "text": null}', "'text' is no string"),
    (b'{"id": "b", "text": ["x"]}', "'text' is no string"),
    (b'{"id": "a", "text": "x"}', "'a' stands on line 1"),
    (b'{"id": "b", "text": "\xe6\x9d\xff"}', "UTF-8"),
    (b'{"id": "b", "text": ' + b"[" * 100_000, "nested too deeply"),
    (b'{"id": ' + b"9" * 5000 + b', "text": "x"}', "JSON"),
    (b"\x01", "JSON"),
]


@pytest.mark.parametrize(("line", "says"), BROKEN, ids=[says for _, says in BROKEN])
def test_a_broken_line_in_the_middle_is_an_error_and_the_rest_goes_on(line, says, tmp_path):
    data = lines({"id": "a", "text": "李某"}) + line + b"\n" + lines({"id": "z", "text": "王某"})
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    first, error, last = read_path(path)
    assert (first.id, last.id) == ("a", "z")
    assert first.anchors[0].number == 1
    assert last.anchors[0].number == 3
    assert isinstance(error, InvalidRecordError)
    assert error.path == path.as_posix()
    assert error.place == "line 2"
    assert says in error.message
    assert error.expected
    assert error.hint


def test_blank_lines_count_but_give_nothing():
    items = read(b"\n  \r\n" + lines({"id": "a", "text": "x"}).replace(b"\n", b"\r\n") + b"\n\n")
    assert [(item.id, item.anchors[0].number) for item in items] == [("a", 3)]


@pytest.mark.parametrize("data", [b"", b"\n\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_a_file_without_records(data):
    assert read(data) == []


def test_last_line_without_line_end_and_mark():
    items = read(codecs.BOM_UTF8 + lines({"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}).rstrip(b"\n"))
    assert [(item.id, item.text) for item in items] == [("a", "甲"), ("b", "乙")]


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (b"", "gb18030"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
    ],
)
def test_other_charsets(mark, codec):
    text = "李某某同志敢于担当，\u0a0a 不推诿。𠮷😀㐂"
    data = lines({"id": "ascii only", "text": "x"}, {"id": "一", "text": text}, {"id": "二", "text": "工作扎实"})
    first, second, third = read(mark + data.decode().encode(codec))
    assert (first.text, second.text, third.text) == ("x", text, "工作扎实")
    assert (second.id, third.id) == ("一", "二")
    assert third.anchors[0].number == 3


def test_one_line_in_another_charset_is_an_error_of_that_line():
    good = lines({"id": "a", "text": "李某敢于担当"}, {"id": "b", "text": "工作扎实"})
    wrong = '{"id": "c", "text": "群众评价较好"}\n'.encode("gb18030")
    items = read(good + wrong + lines({"id": "d", "text": "尾"}))
    assert [getattr(item, "id", None) for item in items] == ["a", "b", None, "d"]
    assert items[2].place == "line 3"
    # And the other way round: one UTF-8 line among GB18030 lines that it cannot be read as.
    odd = '{"id": "c", "text": "某"}\n'.encode()
    items = read((good.decode().encode("gb18030")) + odd)
    assert [getattr(item, "id", None) for item in items] == ["a", "b", None]


def test_a_broken_utf16_line_is_an_error_of_that_line():
    data = lines({"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}, {"id": "c", "text": "丙"}).decode()
    raw = data.encode("utf-16-le").replace("乙".encode("utf-16-le"), b"\x00\xd8")
    items = read(codecs.BOM_UTF16_LE + raw)
    assert [getattr(item, "id", None) for item in items] == ["a", None, "c"]
    assert items[1].place == "line 2"


def test_lone_surrogates():
    data = b'{"id": "a", "text": "\\ud800\xe6\x9d\x8e\\udfff\\ud83d\\ude00", "k\\ud800": ["\\ud800", {"x": "\\udc00"}, 1]}\n'
    (item,) = read(data)
    assert item.text == "\ufffd李\ufffd😀"
    assert item.sha256 == hashlib.sha256(item.text.encode("utf-8")).hexdigest()
    assert item.meta == {"k\ufffd": ["\ufffd", {"x": "\ufffd"}, 1]}
    json.dumps(item.meta, ensure_ascii=False).encode("utf-8")


def test_long_lines_are_refused_and_skipped():
    data = lines({"id": "a", "text": "x"}, {"id": "b", "text": "长" * 2_000_000}, {"id": "c", "text": "y"})
    first, error, last = read(data, Limits(max_line_bytes=1000))
    assert (first.id, last.id, last.anchors[0].number) == ("a", "c", 3)
    assert isinstance(error, TooLargeError)
    assert error.place == "line 2"
    assert error.path == NAME
    # At the end of the file, and at exactly the limit.
    line = lines({"id": "a", "text": "x"}).rstrip(b"\n")
    assert isinstance(read(line, Limits(max_line_bytes=len(line) - 1))[0], TooLargeError)
    assert isinstance(read(line, Limits(max_line_bytes=len(line)))[0], RawDocument)


def test_long_texts_are_refused():
    first, error = read(lines({"id": "a", "text": "一二三"}, {"id": "b", "text": "一二三四"}), Limits(max_characters=3))
    assert first.id == "a"
    assert isinstance(error, TooLargeError)
    assert error.place == "line 2"


def test_a_file_larger_than_the_limit_for_files_is_streamed(tmp_path):
    path = tmp_path / "大.jsonl"
    with path.open("wb") as stream:
        for number in range(3000):
            stream.write(lines({"id": number, "text": "李某敢于担当。" * 40}))
    assert path.stat().st_size > 2 << 20
    items = list(read_path(path, limits=Limits(max_file_bytes=1000)))
    assert [item.id for item in items] == [str(number) for number in range(3000)]
    assert all(item.text == "李某敢于担当。" * 40 for item in items)
    # Reading is lazy: the first record is there before the file has been read.
    stream = read_path(path)
    assert next(stream).id == "0"
    stream.close()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"id": st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip), "text": st.text()},
            optional={"more": json_values},
        ),
        max_size=6,
        unique_by=lambda record: record["id"],
    ),
    st.booleans(),
)
def test_any_record_comes_back(records, escaped):
    data = "".join(json.dumps(record, ensure_ascii=escaped) + "\n" for record in records)
    items = read(data.encode("utf-8", errors="replace" if escaped else "surrogatepass"))
    for record, item in zip(records, items, strict=True):
        assert isinstance(item, RawDocument), item
        assert item.id == record["id"]
        assert item.text == record["text"]
        assert item.meta == {key: value for key, value in record.items() if key == "more"}


@given(st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=6))
def test_no_bytes_raise(parts):
    for item in read(b"\n".join(parts)):
        assert isinstance(item, RawDocument | ReadingError)
