"""Precision and recall of identity fields on the invented samples: ``python -m nlp.identity.evaluate``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.identity.identify import identify
from nlp.identity.model import FIELD_NAMES
from nlp.resources import corpora_path


@dataclass(slots=True)
class Counts:
    """Of one field: right answers, given answers, expected answers, and what went wrong in words."""

    right: int = 0
    given: int = 0
    expected: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Right answers among the given ones; 1 where none was given."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Right answers among the expected ones; 1 where none was expected."""
        return self.right / self.expected if self.expected else 1.0


def samples(half: str, path: Path | None = None) -> Iterator[dict[str, Any]]:
    """The samples of one half (``development`` or ``test``)."""
    with (path or corpora_path("identity", "samples.jsonl")).open(encoding="utf-8") as file:
        for line in file:
            sample = json.loads(line)
            if sample["half"] == half:
                yield sample


def measure(half: str, path: Path | None = None) -> dict[str, Counts]:
    """Counts of each field over the samples of one half; an answer is right when its value is the expected one."""
    counts: dict[str, Counts] = {name: Counts() for name in FIELD_NAMES}
    for sample in samples(half, path):
        identity = identify(sample["text"])
        for name in FIELD_NAMES:
            found = identity.field(name)
            given, expected = found.value if found else None, sample["expect"][name]
            tally = counts[name]
            tally.given += given is not None
            tally.expected += expected is not None
            tally.right += given is not None and given == expected
            if given != expected:
                tally.misses.append(f"{sample['id']}: expected {expected}, found {given}")
    return counts


def main() -> None:
    """Print a table for each half; with ``--misses`` what went wrong in the development half."""
    for half in ("development", "test"):
        counts = measure(half)
        sys.stdout.write(f"{half}: {sum(1 for _ in samples(half))} documents\n")
        total = Counts()
        for name, tally in counts.items():
            total.right, total.given = total.right + tally.right, total.given + tally.given
            total.expected += tally.expected
            sys.stdout.write(_row(name, tally))
        sys.stdout.write(_row("all", total))
        if half == "development" and "--misses" in sys.argv:
            for name, tally in counts.items():
                sys.stdout.writelines(f"  {name} {miss}\n" for miss in tally.misses)


def _row(name: str, tally: Counts) -> str:
    return (
        f"  {name:<9} P {tally.precision:.3f}  R {tally.recall:.3f}  ({tally.right}/{tally.given}/{tally.expected})\n"
    )


if __name__ == "__main__":
    main()
