"""What the demo is made of: ``corpora/demo``, read and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path
from nlp.yamlfile import load_yaml
from service.demo.shapes import Cast, RecordItem, Reviewing, Workflow

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Material:
    """All of it.

    Attributes:
        folder: where it was read.
        files: of the batch, in the order of their names.
    """

    folder: Path
    cast: Cast
    records: tuple[RecordItem, ...]
    reviewing: Reviewing
    workflow: Workflow
    files: tuple[Path, ...]

    def record(self, key: str) -> RecordItem:
        """The record with a key."""
        return next(record for record in self.records if record.key == key)


@lru_cache(maxsize=1)
def shipped() -> Material:
    """The material that ships with the product."""
    return read(corpora_path("demo"))


def read(folder: Path) -> Material:
    """Read a folder of demo material.

    Raises:
        ConfigurationError: a file is missing, or an entry in it is wrong.
    """
    return Material(
        folder=folder,
        cast=_checked(Cast, load_yaml(folder / "cast.yaml", ConfigurationError), folder / "cast.yaml"),
        records=tuple(_records(folder / "records.jsonl")),
        reviewing=_checked(Reviewing, load_yaml(folder / "reviews.yaml", ConfigurationError), folder / "reviews.yaml"),
        workflow=_checked(Workflow, load_yaml(folder / "workflow.yaml", ConfigurationError), folder / "workflow.yaml"),
        files=tuple(sorted((folder / "batch").iterdir())),
    )


def _records(path: Path) -> list[RecordItem]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_checked(RecordItem, json.loads(line), path, f"line {number}") for number, line in enumerate(lines, 1)]


def _checked(shape: type[Shape], content: Any, path: Path, place: str | None = None) -> Shape:
    try:
        return shape.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigurationError(f"{where}: {first['msg']}", path=str(path), place=place) from None
