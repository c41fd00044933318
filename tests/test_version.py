"""One version: in the distribution, in every annotation, and at the top of the changelog."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import nlp
from nlp.version import PIPELINE_VERSION

ROOT = Path(__file__).parents[1]


def test_distribution_and_pipeline_carry_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == PIPELINE_VERSION == nlp.__version__


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert headings
    found = re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (unreleased|\d{4}-\d{2}-\d{2})", headings[0])
    assert found, f"the newest heading is {headings[0]!r}, expected '[1.2.3] - unreleased' or '[1.2.3] - 2024-05-06'"
    assert found[1] == PIPELINE_VERSION
