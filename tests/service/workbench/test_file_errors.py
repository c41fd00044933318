"""Errors of files in Chinese: every code that reading a file can end with has a reason of its own."""

from __future__ import annotations

import pytest

from nlp import errors
from service.workbench.file_errors import told


def reading_errors() -> list[type[errors.ReadingError]]:
    found = [errors.ReadingError]
    for kind in found:
        found += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", reading_errors(), ids=lambda kind: kind.code)
def test_a_reason_for_every_kind(kind: type[errors.ReadingError]) -> None:
    found = told({"code": kind.code, "message": "bad", "place": "page 2", "hint": "try again"})
    assert found is not None
    assert found.reason != "没有录入成功。"
    assert (found.place, found.detail) == ("第 2 页", "bad；请再试一次")


def test_parts_and_unknown_codes_lose_nothing() -> None:
    found = told({"parts": [{"code": "corrupt_file", "message": "x"}, {"code": "new_code", "message": "y"}]})
    assert found is not None
    assert [part.reason for part in found.parts] == ["文件已损坏，或者内容和扩展名不符。", "没有录入成功。"]
    assert found.parts[1].detail == "y"
    assert told(None) is None
