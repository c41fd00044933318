"""``--backend``: the same commands on files and in Milvus."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app

OLD = {"id": "old", "text": "迎检前连夜把沿街的墙刷白，检查组一走，污水照流。"}
NEW = {"id": "new", "text": "验收前一天他叫人把坏了半年的路灯全换上，检查组走后又拆了回去。", "unit": "B镇"}

Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in this process, so that models are loaded once."""
    monkeypatch.chdir(tmp_path)
    for name, row in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return lambda *words: CliRunner().invoke(app, words, env={"COLUMNS": "120"})


@pytest.fixture(params=["embedded", "milvus"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    if request.param == "embedded":
        yield ["--index", "idx"]
        return
    pytest.importorskip("milvus_lite", exc_type=ImportError)
    from milvus_lite.server_manager import server_manager_instance

    uri = str(tmp_path / "milvus.db")
    monkeypatch.setenv("YANPAN_MILVUS_URI", uri)
    monkeypatch.setenv("YANPAN_INDEX_DIR", "saved")
    yield ["--backend", "milvus"]
    server_manager_instance.release_server(uri)


@pytest.mark.slow
def test_from_building_to_alerts(call: Call, place: list[str]) -> None:
    assert call("index", "build", "old.jsonl", *place).exit_code == 0
    assert json.loads(call("index", "info", *place).stdout)["cases"] == 1
    assert call("alert", "save", "迎检", "突击迎检做样子", *place).exit_code == 0
    added = call("index", "add", "new.jsonl", *place)
    assert added.exit_code == 0, added.output
    assert "1 个新案例" in added.stdout
    assert "[old]" not in added.stdout
    assert call("alert", "run", *place).stdout == ""
    hits = json.loads(call("search", "“检查组走后” 路灯", "--json", *place).stdout)
    assert [hit["id"] for hit in hits] == ["new"]
    assert [quote["quote"] for quote in hits[0]["phrases"][0]["text"]] == ["检查组走后"]
    shown = call("search", '"检查组 污水"~6', *place).stdout
    assert "[old]" in shown
    assert "检查组、污水" in shown
    diverse = call("search", "迎检", "--diverse", "--lambda", "0.3", "--json", *place)
    assert {hit["id"] for hit in json.loads(diverse.stdout)} == {"old", "new"}
    assert call("index", "remove", "old", *place).exit_code == 0
    assert json.loads(call("index", "info", *place).stdout)["cases"] == 1


def test_a_bad_line_holds_no_alert_back(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr("service.commands.alert.print_alerts", told.append)
    monkeypatch.setattr("service.case_index.IndexPlace.open", lambda self: _Index())
    (tmp_path / "new.jsonl").write_text(json.dumps(NEW) + "\n坏行\n", encoding="utf-8")
    done = call("index", "add", "new.jsonl", "--index", "idx")
    assert (done.exit_code, len(told)) == (3, 1)


class _Index:
    def add(self, cases: list[object]) -> int:
        return len(cases)

    def __len__(self) -> int:
        return 1


def test_milvus_without_an_address(run) -> None:
    done = run("index", "info", "--backend", "milvus")
    assert done.returncode == 2
    assert "YANPAN_MILVUS_URI" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_answer(run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pymilvus")
    monkeypatch.setenv("YANPAN_MILVUS_URI", "http://127.0.0.1:1")
    monkeypatch.setenv("YANPAN_MILVUS_TOKEN", "root:geheim")
    done = run("search", "迎检", "--backend", "milvus")
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert "geheim" not in done.stderr + done.stdout


def test_files_need_a_folder(call: Call) -> None:
    done = call("search", "迎检")
    assert done.exit_code == 2
    assert "--index" in done.output
