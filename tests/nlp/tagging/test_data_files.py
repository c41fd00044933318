"""The shipped data files: the linter finds nothing, and it would find something."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nlp.resources import corpora_path
from nlp.tagging.lint import lint


@pytest.fixture
def cues(tmp_path: Path) -> Path:
    folder = tmp_path / "cues"
    shutil.copytree(corpora_path("cues"), folder)
    return folder


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("polarity.yaml", "    effect: flip", "    effect: flop", "expected one of"),
        ("polarity.yaml", "template: 该同志{cue}〔-〕。", "template: 〔-〕，该同志{cue}。", "has no effect"),
        ("polarity.yaml", "      不断: 该同志不断〔+〕。", "      不断: 该同志〔+〕。", "does not hold it"),
        ("subject.yaml", "    cues: [其]", "    cues: [其, 他, no]", "no"),
        ("status.yaml", "    window: 60", "    wndow: 60", "unknown key 'wndow'"),
        ("kind.yaml", "patterns:", "paterns:", "invalid patterns"),
    ],
)
def test_the_linter_sees_what_is_wrong(cues: Path, file: str, old: str, new: str, finding: str) -> None:
    _change(cues / file, old, new)
    findings = lint(cues=cues)
    assert any(finding in line for line in findings), findings
