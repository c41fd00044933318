"""Which author's texts train, tune and test."""

from __future__ import annotations

from pathlib import Path

from nlp.errors import ConfigurationError
from nlp.yamlfile import load_yaml

SPLITS = ("train", "dev", "test")


def read_splits(folder: Path) -> dict[str, tuple[str, ...]]:
    """``splits.yaml``: split to authors.

    Raises:
        ConfigurationError: the file is invalid, or an author stands in two splits or has a file and no split.
    """
    path = folder / "splits.yaml"
    data = load_yaml(path, ConfigurationError)
    splits = {name: tuple(map(str, data.get(name, ()))) for name in SPLITS}
    authors = [author for part in splits.values() for author in part]
    twice = sorted({author for author in authors if authors.count(author) > 1})
    files = {file.stem for place in (folder, folder / "clauses") for file in place.glob("*.jsonl")}
    lost = sorted(files - set(authors))
    if twice or lost:
        raise ConfigurationError(
            f"in two splits: {', '.join(twice) or 'none'}; in no split: {', '.join(lost) or 'none'}",
            path=str(path),
            expected="every author in one split",
        )
    return splits
