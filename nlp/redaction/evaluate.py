"""Precision and recall of what is found, by kind: ``python -m nlp.redaction.evaluate [--misses]``.

``corpora/redaction`` holds invented texts with marked spans. The names in them are those of figures of novels and drama,
and puns. They were written before the rules; those of ``development.jsonl`` were looked at while the rules were made.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from nlp.redaction.find import find
from nlp.redaction.model import KINDS
from nlp.resources import corpora_path

Half = Literal["development", "test"]
HALVES: Final[tuple[Half, ...]] = ("development", "test")


@dataclass(slots=True)
class Counts:
    """Of one kind.

    Attributes:
        right: found spans that are marked exactly so, with this kind.
        given: found spans.
        marked: marked spans.
        covered: marked characters that some finding, of whatever kind, takes out.
        characters: marked characters.
        misses: what was not found, or found wrongly, in words.
    """

    right: int = 0
    given: int = 0
    marked: int = 0
    covered: int = 0
    characters: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Right among the found; 1 where nothing was found."""
        return self.right / self.given if self.given else 1.0

    @property
    def recall(self) -> float:
        """Right among the marked; 1 where nothing was marked."""
        return self.right / self.marked if self.marked else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def hidden(self) -> float:
        """Share of the marked characters that are taken out; 1 where none was marked."""
        return self.covered / self.characters if self.characters else 1.0


def samples(half: Half) -> Iterator[dict[str, Any]]:
    """The texts of one half: ``{"id", "genre", "text", "spans": [{"start", "end", "quote", "kind"}]}``."""
    with corpora_path("redaction", f"{half}.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def measure(half: Half) -> dict[str, Counts]:
    """Counts by kind, and of all kinds together under ``all``."""
    counts: dict[str, Counts] = {kind: Counts() for kind in KINDS}
    for sample in samples(half):
        text = sample["text"]
        found = {(item.start, item.end, item.kind) for item in find(text)}
        marked = {(span["start"], span["end"], span["kind"]) for span in sample["spans"]}
        hidden = {place for start, end, _ in found for place in range(start, end)}
        for start, end, kind in marked:
            tally = counts[kind]
            tally.marked += 1
            tally.characters += end - start
            tally.covered += sum(place in hidden for place in range(start, end))
            if (start, end, kind) not in found:
                tally.misses.append(f"{sample['id']} not found: {text[start:end]}  in {_around(text, start, end)}")
        for start, end, kind in found:
            counts[kind].given += 1
            counts[kind].right += (start, end, kind) in marked
            if (start, end, kind) not in marked:
                counts[kind].misses.append(f"{sample['id']} wrong: {text[start:end]}  in {_around(text, start, end)}")
    total = Counts()
    for tally in counts.values():
        for name in ("right", "given", "marked", "covered", "characters"):
            setattr(total, name, getattr(total, name) + getattr(tally, name))
    return {**counts, "all": total}


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 6) : end + 6].replace("\n", "/")


def main(arguments: list[str]) -> None:
    """Print a table for each half; with ``--misses`` also what went wrong in the development half."""
    for half in HALVES:
        counts = measure(half)
        sys.stdout.write(f"{half}: {sum(1 for _ in samples(half))} texts\n")
        sys.stdout.write(f"  {'kind':<16}{'P':>7}{'R':>7}{'F1':>7}{'hidden':>8}  right/found/marked\n")
        for kind, tally in counts.items():
            sys.stdout.write(
                f"  {kind:<16}{tally.precision:7.3f}{tally.recall:7.3f}{tally.f1:7.3f}{tally.hidden:8.3f}"
                f"  {tally.right}/{tally.given}/{tally.marked}\n"
            )
        if half == "development" and "--misses" in arguments:
            for tally in counts.values():
                sys.stdout.writelines(f"    {miss}\n" for miss in sorted(tally.misses))


if __name__ == "__main__":
    main(sys.argv[1:])
