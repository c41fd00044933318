"""The files of a source and their hashes."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from service.archive.source import hash_file

PAGE = 4096


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=9)), max_size=4),
    st.integers(0, 700),
)
def test_a_file_with_holes_has_the_hash_of_its_bytes(islands: list[tuple[int, bytes]], pages: int) -> None:
    with tempfile.NamedTemporaryFile() as file:
        for page, content in islands:
            file.seek(page * PAGE + 5)
            file.write(content)
        file.truncate(pages * PAGE + 1)
        file.flush()
        path = Path(file.name)
        assert hash_file(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_no_regular_file_has_no_hash(tmp_path: Path) -> None:
    # A folder that cannot be listed reaches a run as a file, which opens but cannot be read.
    assert hash_file(tmp_path) is None
    assert hash_file(tmp_path / "没有") is None
