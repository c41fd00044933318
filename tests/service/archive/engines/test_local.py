"""Worker processes: what they may do without harm to the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp.errors import ArchiveError, ConfigurationError
from service.archive.layout import Layout
from service.archive.manifest.reading import ManifestReader
from service.archive.options import MIB, WorkerLimits
from tests.service.archive.standins import HERE


def test_a_file_that_hangs_kills_or_hoards_harms_no_other(archive, write, records, tmp_path):
    for name, text in {"死": "死", "卡": "卡", "吃": "吃", "抛": "抛", "错": "标注出错", "一": "一次"}.items():
        write(f"{name}.txt", text)
    for number in range(12):
        write(f"好{number}.txt", f"第{number}号，李某。")
    report = archive(
        processes=True,
        workers=2,
        documents=f"{HERE}:misbehave",
        limits=WorkerLimits(file_seconds=5),
        max_memory=1200 * MIB,
    )
    assert (report.tally.documents, report.tally.failed, report.ended) == (13, 5, "finished")
    with ManifestReader(Layout(tmp_path / "out")) as manifest:
        failures = {failure.name[0]: failure for failure in manifest.failures()}
    assert {name: failure.errors[0]["code"] for name, failure in failures.items()} == {
        "死": "worker_crash",
        "卡": "time_limit",
        "吃": "memory_limit",
        "抛": "annotating",
        "错": "annotating",
    }
    assert [failures[name].tries for name in "死卡吃"] == [2, 1, 2]
    assert len(records()) == 13
    assert report.peak_bytes > 0
    assert not list((tmp_path / "out" / ".spool").iterdir())
    for thread in Path("/proc/self/task").iterdir():
        for child in (thread / "children").read_text().split():
            assert "service.archive" not in Path(f"/proc/{child}/cmdline").read_text()


def test_the_same_records_as_in_one_process(archive, write, records, tmp_path):
    for number in range(9):
        write(f"{number}.txt", f"第{number}号，李某。")
    archive()
    alone = sorted(map(str, records()))
    (tmp_path / "out").rename(tmp_path / "alone")
    report = archive(processes=True, workers=2, limits=WorkerLimits(recycle_files=3))
    assert (report.tally.documents, report.tally.failed) == (9, 0)
    assert sorted(map(str, records())) == alone


def test_workers_that_die_while_loading_end_the_run(archive, write):
    write("a.txt", "李某。")
    with pytest.raises(ArchiveError, match="3 workers in a row died"):
        archive(processes=True, pipeline=f"{HERE}:load_nothing")
    with pytest.raises(ConfigurationError, match="loading the models takes more than 1 MiB"):
        archive(processes=True, max_memory=MIB)
    assert archive().tally.documents == 1


def test_a_full_disk_ends_the_run_and_loses_nothing(archive, write, records, tmp_path):
    for number in range(4):
        write(f"{number}.txt", f"第{number}号，李某。")
    archive()
    for number in range(4, 8):
        write(f"{number}.txt", f"第{number}号，李某。")
    with pytest.raises(ArchiveError, match="records cannot be written: No space left on device"):
        archive(processes=True, pipeline=f"{HERE}:load_on_full_disk")
    assert len(records()) == 4
    assert archive().tally.documents == 4
    assert len(records()) == 8
