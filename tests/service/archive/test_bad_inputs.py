"""Bad inputs of every kind in one run: each ends as one named error or as a record, within the limits of a worker."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from nlp.reading.ocr import engine
from service.archive.options import MIB, WorkerLimits
from service.archive.records import read
from service.archive.run import Report
from tests.archives.bad_inputs import BAD_INPUTS, RECORD, write_bad_inputs
from tests.archives.bad_pages import ENDLESS_PAGES

ISSUE = (
    "炸弹.zip", "四十二.zip", "层层.zip", "一万页.pdf", "五万方.png", "外部实体.docx", "实体爆炸.docx",
    "一百万空行.xlsx", "一百万带格式空行.xlsx",
)  # fmt: skip


def ends(dest: Path) -> dict[str, set[str]]:
    """How each file that is no copy ended, by its name."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in (dest / "errors.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row["message"]
        found[row["path"].partition("!/")[0].partition("#")[0]].add(row["code"])
    for record in read(dest):
        found[record["identity"]["file"]].add(RECORD)
    return found


def rows(dest: Path) -> list[tuple[str, str, int, str | None]]:
    """Name, state, tries and original of every file, from the manifest."""
    database = sqlite3.connect(dest / "manifest.sqlite")
    try:
        return database.execute(
            "SELECT f.name, f.state, f.tries, o.name FROM files f LEFT JOIN files o ON f.duplicate_of = o.id"
        ).fetchall()
    finally:
        database.close()


def test_every_kind_ends_as_it_must(archive: Callable[..., Report], tmp_path: Path) -> None:
    if not engine.available():
        pytest.skip("pictures need the extra ocr: pip install yanpan[ocr]")
    assert len(BAD_INPUTS) >= 40
    assert BAD_INPUTS.keys() >= set(ISSUE)
    expected = {Path(name).as_posix(): code for name, code in write_bad_inputs(tmp_path / "in").items()}
    report = archive(
        processes=True,
        max_memory=1500 * MIB,
        limits=WorkerLimits(file_seconds=120),
    )
    assert report.ended == "finished"
    assert report.waiting == 0
    found, seen = ends(tmp_path / "out"), rows(tmp_path / "out")
    # The name in GBK is shown as it was meant; everything else is shown as it is.
    names = {name.encode("utf-8", "surrogateescape").decode("gb18030") if "\udc80" <= name[0] <= "\udcff" else name: code
             for name, code in expected.items()}  # fmt: skip
    assert {name for name, *_ in seen} == set(names)
    copies = {name: original for name, _, _, original in seen if original is not None}
    assert set(copies) <= {"空.txt", "空.xlsx", "密码.xlsx"}
    assert all(names[name] == names[original] for name, original in copies.items())
    for name, code in names.items():
        if name not in copies:
            assert found.pop(name) == {code}, name
    assert found == {}
    # Nothing was so bad that a worker had to be killed for it (it has 1,500 MiB), or died of it.
    assert {tries for name, _, tries, _ in seen if name not in copies} == {1}


@pytest.mark.parametrize(("name", "seconds"), [("两倍自画.pdf", 3), ("内容大炸弹.pdf", 300)])
def test_what_never_ends_is_ended(
    archive: Callable[..., Report], write: Callable[..., Path], tmp_path: Path, name: str, seconds: int
) -> None:
    code, make = ENDLESS_PAGES[name]
    write(name, make())
    write("好.txt", "李某同志处事公道。")
    report = archive(processes=True, limits=WorkerLimits(file_seconds=seconds), max_memory=700 * MIB)
    assert report.ended == "finished"
    found = ends(tmp_path / "out")
    assert found.pop(name) <= {code, "memory_limit"}  # whichever limit a machine of this speed meets first
    assert found == {"好.txt": {RECORD}}
    assert (report.tally.documents, report.tally.failed) == (1, 1)
