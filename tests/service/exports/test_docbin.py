"""spaCy files, read by spaCy alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from nlp.errors import CorruptFileError, InvalidRecordError
from nlp.schema import Annotation
from service.exports import docbin
from tests.service.exports.samples import annotation_of, annotations, tag_of

_PLAIN = """
import json, sys
import spacy
from spacy.tokens import DocBin
docs = DocBin().from_disk(sys.argv[1]).get_docs(spacy.blank("zh").vocab)
found = [
    {
        "text": doc.text,
        "id": doc.user_data["yanpan"]["id"],
        "spans": [(span.start, span.end, span.text, span.label_) for span in doc.spans["tags"]],
        "data": doc.spans["tags"].attrs["data"],
    }
    for doc in docs
]
assert not {"nlp", "service", "corpora"} & {name.split(".")[0] for name in sys.modules}
sys.stdout.buffer.write(json.dumps(found).encode())
"""


@given(annotations())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
def test_round_trip(tmp_path: Path, annotation: Annotation) -> None:
    assert docbin.write([annotation], tmp_path / "a.spacy", []) == 1
    assert list(docbin.read(tmp_path / "a.spacy")) == [annotation]


def test_a_plain_spacy_user_loads_it(tmp_path: Path) -> None:
    text = "😀李某\r\n不推诿。𠮷镇"
    tags = [tag_of(text, 1, 8), tag_of(text, 1, 8, "execution", polarity="-"), tag_of(text, 9, 11, "learning")]
    first, empty = annotation_of(text, tags), annotation_of("", id="空")
    docbin.write([first, empty], tmp_path / "a.spacy", [])
    done = subprocess.run(
        [sys.executable, "-c", _PLAIN, str(tmp_path / "a.spacy")],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    found = json.loads(done.stdout)
    assert [doc["text"] for doc in found] == [text, ""]
    assert [doc["id"] for doc in found] == [first.id, "空"]
    assert found[0]["spans"] == [[tag.start, tag.end, tag.quote, tag.label] for tag in first.tags]
    assert found[0]["data"] == first.model_dump(mode="json")["tags"]
    assert found[1]["spans"] == []


def test_broken_files(tmp_path: Path) -> None:
    (tmp_path / "a.spacy").write_bytes(b"no DocBin")
    with pytest.raises(CorruptFileError):
        list(docbin.read(tmp_path / "a.spacy"))


def test_a_quote_that_was_changed_is_noticed(tmp_path: Path) -> None:
    import spacy
    from spacy.tokens import DocBin

    doc = docbin.to_doc(annotation_of("李某敢担当", [tag_of("李某敢担当", 2, 5)]), spacy.blank("zh").vocab)
    doc.spans["tags"].attrs["data"][0]["quote"] = "怕担当"
    DocBin(attrs=["ORTH", "SPACY"], store_user_data=True, docs=[doc]).to_disk(tmp_path / "a.spacy")
    with pytest.raises(InvalidRecordError, match="'敢担当'"):
        list(docbin.read(tmp_path / "a.spacy"))
