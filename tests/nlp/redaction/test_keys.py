"""The key file, and what is sealed with it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from nlp.errors import RedactionError, RedactionKeyError
from nlp.redaction import RedactionKey, create_key_file, read_key_file
from nlp.redaction.sealing import seal, unseal


def test_a_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "新" / "run.key.json"
    old = os.umask(0)
    try:
        key = create_key_file(path)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_key_file(path) == key
    assert list(path.parent.iterdir()) == [path]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    create_key_file(path)
    content = path.read_bytes()
    with pytest.raises(RedactionKeyError, match="exists already"):
        create_key_file(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_key_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    create_key_file(path)
    path.chmod(0o640)
    with pytest.raises(RedactionKeyError, match="mode 640"):
        read_key_file(path)


@pytest.mark.parametrize(
    "content",
    ["", "{}", "[]", "null", '{"format": "yanpan-redaction-key", "version": 1, "id": "0", "key": "AA=="}', "\x00\xff"],
)
def test_what_is_no_key(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(RedactionKeyError) as caught:
        read_key_file(path)
    assert caught.value.path == str(path)


def test_a_changed_key_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    create_key_file(path)
    data = json.loads(path.read_text())
    data["key"] = ("A" if data["key"][0] != "A" else "B") + data["key"][1:]
    path.write_text(json.dumps(data))
    with pytest.raises(RedactionKeyError, match="no key"):
        read_key_file(path)


def test_a_missing_key(tmp_path: Path) -> None:
    with pytest.raises(RedactionKeyError, match="cannot be read"):
        read_key_file(tmp_path / "none")


def test_the_key_does_not_show_itself() -> None:
    key = RedactionKey.generate()
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret) not in repr(key)
    assert RedactionKey.generate() != key
    with pytest.raises(RedactionKeyError):
        RedactionKey(b"short")


def test_sealing() -> None:
    key = RedactionKey.generate()
    value = {"originals": ["张三丰", "𠮷某", "\ud800"], "more": None}
    sealed = seal(key, value, "text")
    assert unseal(key, sealed, "text") == value
    assert seal(key, value, "text") != sealed
    with pytest.raises(RedactionKeyError):
        unseal(RedactionKey.generate(), sealed, "text")
    with pytest.raises(RedactionKeyError):
        unseal(key, sealed, "another text")
    with pytest.raises(RedactionKeyError):
        unseal(key, sealed[:8] + ("A" if sealed[8] != "A" else "B") + sealed[9:], "text")
    with pytest.raises(RedactionKeyError):
        unseal(key, "", "text")
    with pytest.raises(RedactionError):
        unseal(key, "§", "text")
