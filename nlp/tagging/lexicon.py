"""The lexicon: expressions and patterns that show a behaviour, one file a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.errors import LexiconError
from nlp.schema import Polarity
from nlp.tagging.pattern import Pattern, compile_pattern
from nlp.yamlfile import Located, line_of, load_yaml

_KEYS = {"label", "heads", "+", "-"}


@dataclass(frozen=True)
class Entry:
    """One line of the lexicon.

    Attributes:
        label: codebook id.
        polarity: ``+``, ``-``, or None for a head (执行力, 担当精神), which shows nothing until a valuation or an
            insufficiency cue says how it stands.
        pattern: the compiled expression.
        example: a sentence the pattern must match; mandatory for patterns, None for plain literals.
        line: where it stands in its file.
    """

    label: str
    polarity: Polarity | None
    pattern: Pattern
    example: str | None
    line: int


@dataclass(frozen=True)
class Lexicon:
    """All entries of all labels."""

    entries: tuple[Entry, ...] = field(repr=False)

    @classmethod
    def load(cls, folder: Path, labels: tuple[str, ...], *, check_examples: bool = True) -> Lexicon:
        """Read ``folder/<label>.yaml`` for each of ``labels``; a label without a file has no entries.

        Args:
            folder: of the lexicon files.
            labels: codebook ids.
            check_examples: whether each pattern must match its example; takes seconds for thousands of patterns.

        Raises:
            LexiconError: with file and line, for anything invalid.
        """
        entries: list[Entry] = []
        for label in labels:
            path = folder / f"{label}.yaml"
            if path.exists():
                entries.extend(read_label(path, label, check_examples=check_examples))
        return cls(tuple(entries))


def read_label(path: Path, label: str, *, check_examples: bool = True) -> list[Entry]:
    """The entries of one lexicon file.

    Raises:
        LexiconError: with file and line, for anything invalid.
    """
    data = load_yaml(path, LexiconError)
    if not isinstance(data, Located):
        raise LexiconError("not a mapping", path=str(path), expected=f"the keys {sorted(_KEYS)}")
    data.check_keys(_KEYS, LexiconError, path)
    if data.get("label") != label:
        raise LexiconError(
            f"label is {data.get('label')!r}", path=str(path), place=f"line {data.line_of('label')}", expected=label
        )
    entries: list[Entry] = []
    signs: tuple[tuple[str, Polarity | None], ...] = (("heads", None), ("+", "+"), ("-", "-"))
    for key, polarity in signs:
        for item in data.get(key) or []:
            try:
                entries.append(_entry(item, label, polarity, check_examples))
            except LexiconError as exc:
                raise exc.at(path=str(path), place=f"line {line_of(item)}") from None
    for entry, earlier in _repeated(entries):
        raise LexiconError(
            f"{entry.pattern.source!r} stands already on line {earlier.line}",
            path=str(path),
            place=f"line {entry.line}",
            hint="keep one of the two",
        )
    return entries


def _entry(item: Any, label: str, polarity: Polarity | None, check_example: bool) -> Entry:
    if isinstance(item, str):
        # 在其位，谋其政 is its own example; a pattern with gaps or alternatives needs one.
        pattern, example = compile_pattern(item), item if not set(item) & set("…#（）()|") else None
    elif isinstance(item, Located) and set(item) == {"p", "e"}:
        pattern, example = compile_pattern(str(item["p"])), str(item["e"])
    else:
        raise LexiconError(f"{item!r} is no entry", expected="a string, or a mapping with p (pattern) and e (example)")
    if not pattern.is_literal:
        if example is None:
            raise LexiconError(f"the pattern {pattern.source!r} has no example", expected="{p: pattern, e: example}")
        if check_example and not matches(pattern, example):
            raise LexiconError(f"the pattern {pattern.source!r} does not match its example {example!r}")
    return Entry(label, polarity, pattern, example, line_of(item))


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the pattern matches anywhere in ``text`` (folded)."""
    for anchor in pattern.leads:
        start = text.find(anchor)
        while start >= 0:
            if pattern.find(text, start, start + len(anchor)):
                return True
            start = text.find(anchor, start + 1)
    return False


def _repeated(entries: list[Entry]) -> Iterator[tuple[Entry, Entry]]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        key = entry.pattern.source
        if key in seen:
            yield entry, seen[key]
        seen[key] = entry
