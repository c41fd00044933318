"""The shipped samples, which other programs wrote: Word, a PDF with an embedded Chinese font, GB18030 text."""

import re
from pathlib import Path

import pytest

from nlp.reading import RawDocument, discover, read_path
from nlp.resources import corpora_path

SAMPLES = corpora_path("samples")
FILES = (
    [path for path in discover([SAMPLES]) if path.suffix in (".txt", ".md", ".docx", ".pdf")]
    if SAMPLES.is_dir()
    else []
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_sample_gives_its_text(path: Path):
    (item,) = read_path(path)
    assert isinstance(item, RawDocument), item
    han = re.findall("[\u4e00-\u9fff]", item.text)
    assert len(han) > 0.5 * len(item.text) > 100
    assert not set(item.text) & set("\ufeff\ufffd\ufffe\uffff\r\0")
    assert item.meta == {}
    assert item.anchors[-1].end <= len(item.text)
    kinds = {".txt": {"line"}, ".md": {"line"}, ".docx": {"paragraph", "table_row"}, ".pdf": {"page"}}
    assert {anchor.kind for anchor in item.anchors} <= kinds[path.suffix]


@pytest.mark.skipif(not FILES, reason="corpora/samples is not there")
def test_the_samples_cover_every_format_and_charset():
    assert {path.suffix for path in FILES} == {".txt", ".md", ".docx", ".pdf"}
    charsets = {next(iter(read_path(path))).charset for path in FILES}
    assert {"utf-8", "gb18030", None} <= charsets
