"""The annotated narratives hold what they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from nlp.codebook import Codebook
from nlp.resources import corpora_path
from nlp.schema import DocType, Kind, Polarity, Status, Subject

FILES = sorted(corpora_path("narratives").glob("*.jsonl"))


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_offsets_labels_and_values(path: Path) -> None:
    book = Codebook.load()
    for row in rows(path):
        assert row["author"] == path.stem
        assert row["doc_type"] in get_args(DocType)
        for tag in row["tags"]:
            assert row["text"][tag["start"] : tag["end"]] == tag["quote"] == tag["quote"].strip() != "", row["id"]
            assert "\n" not in tag["quote"]
            assert tag["label"] in book
            assert tag["polarity"] in get_args(Polarity)
            assert tag["status"] in get_args(Status)
            assert tag["subject"] in get_args(Subject)
            assert tag["kind"] in get_args(Kind)


def test_ids_are_unique_and_the_documents_are_counted_in_the_readme() -> None:
    ids = [row["id"] for path in FILES for row in rows(path)]
    assert len(ids) == len(set(ids))
    readme = corpora_path("narratives", "README.md").read_text(encoding="utf-8")
    for path in FILES:
        count, tags = len(rows(path)), sum(len(row["tags"]) for row in rows(path))
        (line,) = [line for line in readme.splitlines() if line.startswith(f"| {path.name} |")]
        assert line.endswith(f"| {count} | {tags} |")
