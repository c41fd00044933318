"""``yanpan alert`` beside ``yanpan index add``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

OLD = {"id": "old", "text": "迎检前连夜把沿街的墙刷白，检查组一走，污水照流。"}
NEW = {"id": "new", "text": "验收前一天他叫人把坏了半年的路灯全换上，验收组走后又拆了回去。", "unit": "B镇"}


@pytest.mark.slow
def test_adding_cases_tells_what_is_new_for_a_saved_search(run, tmp_path: Path) -> None:
    for name, row in (("old", OLD), ("new", NEW)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert run("index", "build", "old.jsonl", "--index", "idx").returncode == 0
    assert run("alert", "save", "迎检", "突击迎检做样子", "--index", "idx").returncode == 0
    listed = run("alert", "list", "--index", "idx")
    assert "突击迎检做样子" in listed.stdout
    added = run("index", "add", "new.jsonl", "--index", "idx")
    assert added.returncode == 0, added.stderr
    assert "1 个新案例" in added.stdout
    assert "[new]" in added.stdout
    assert "[old]" not in added.stdout
    assert run("alert", "run", "--index", "idx").stdout == ""
    assert run("alert", "remove", "没有的", "--index", "idx").returncode == 3
