"""Cue files: the words that set polarity, status, subject and kind, with direction, scope, terminators, pseudo cues.

The design follows ConText (Chapman et al. 2007; Harkema et al. 2009) and the closed-value qualifiers of clinlp: each
attribute has a closed set of effects, and conflicts are settled by the nearest cue, then by priority.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

from nlp.errors import CueError
from nlp.yamlfile import Located, LocatedStr, line_of, load_yaml

Attribute = Literal["polarity", "status", "subject", "hedge"]
Direction = Literal["forward", "backward"]
Scope = Literal["clause", "sentence", "next"]
Position = Literal["any", "head", "anywhere"]

EFFECTS: dict[str, tuple[str, ...]] = {
    "polarity": ("flip", "bad", "good", "undo", "show"),
    "status": ("advised", "reported", "normative", "observed", "refuted"),
    "subject": ("target", "team", "other", "first"),
    "hedge": ("hedge",),
}
_GROUP_KEYS = {
    "id", "effect", "direction", "scope", "window", "priority", "terminators", "template", "cues", "pseudo", "position",
    "not_before", "not_after", "types", "combine",
}  # fmt: skip


@dataclass(frozen=True)
class CueGroup:
    """Cues that work alike.

    Attributes:
        id: name of the group, e.g. ``negation.short``.
        attribute: which attribute it decides.
        effect: one of ``EFFECTS[attribute]``.
        direction: where the evidence stands, seen from the cue.
        scope: how far the cue reaches: its clause, its sentence, or to the end of the next sentence.
        window: most characters between cue and evidence.
        priority: decides between cues at the same distance.
        position: ``head`` when the cue must open its clause; ``anywhere`` and ``any`` ask nothing.
        terminators: words that end the scope when they stand between cue and evidence.
        not_before, not_after: text that may not follow, or precede, the cue.
        types: document types the group is for; empty for all.
        template: test sentence with ``{cue}``.
        pseudo: look-alikes that do nothing, each with its test sentence.
    """

    id: str
    attribute: Attribute
    effect: str
    direction: Direction
    scope: Scope
    window: int
    priority: int
    position: Position
    terminators: tuple[str, ...]
    not_before: tuple[str, ...]
    not_after: tuple[str, ...]
    types: frozenset[str]
    template: str
    cues: tuple[str, ...]
    pseudo: tuple[tuple[str, str], ...]

    @property
    def effect_name(self) -> str:
        """``attribute=effect``, as tags report it."""
        return f"{self.attribute}={self.effect}"


def load_cues(folder: Path) -> tuple[CueGroup, ...]:
    """Every group of every cue file in ``folder`` that names an attribute.

    Raises:
        CueError: with file and line, for an unknown key or value, a missing key, or a cue given twice.
    """
    groups: list[CueGroup] = []
    for path in sorted(folder.glob("*.yaml")):
        data = load_yaml(path, CueError)
        if not isinstance(data, Located) or "attribute" not in data:
            continue
        attribute = data["attribute"]
        if attribute not in EFFECTS:
            raise CueError(
                f"unknown attribute {attribute!r}",
                path=str(path),
                place=f"line {data.line_of('attribute')}",
                expected=f"one of {sorted(EFFECTS)}",
            )
        for item in data.get("groups") or []:
            try:
                groups.append(_group(item, attribute))
            except CueError as exc:
                raise exc.at(path=str(path), place=exc.place or f"line {line_of(item)}") from None
    if not groups:
        raise CueError("no cue files", path=str(folder), expected="YAML files with an attribute and groups")
    _check_repeats(groups, folder)
    return tuple(groups)


def _group(item: Any, attribute: str) -> CueGroup:
    if not isinstance(item, Located):
        raise CueError("a group is not a mapping")
    item.check_keys(_GROUP_KEYS, CueError)
    missing = {"id", "effect", "direction", "scope", "window", "priority", "template", "cues"} - set(item)
    if missing:
        raise CueError(f"group {item.get('id')!r} lacks {sorted(missing)}")
    _one_of(item, "effect", EFFECTS[attribute])
    _one_of(item, "direction", ("forward", "backward"))
    _one_of(item, "scope", ("clause", "sentence", "next"))
    if "position" in item:
        _one_of(item, "position", ("any", "head", "anywhere"))
    cues = (*_strings(item, "cues"), *_combined(item))
    pseudo = item.get("pseudo") or {}
    return CueGroup(
        id=str(item["id"]),
        attribute=attribute,  # type: ignore[arg-type]  # checked by the caller
        effect=str(item["effect"]),
        direction=item["direction"],
        scope=item["scope"],
        window=int(item["window"]),
        priority=int(item["priority"]),
        position=item.get("position", "any"),
        terminators=tuple(_strings(item, "terminators")),
        not_before=tuple(_strings(item, "not_before")),
        not_after=tuple(_strings(item, "not_after")),
        types=frozenset(_strings(item, "types")),
        template=str(item["template"]),
        cues=tuple(dict.fromkeys(cues)),
        pseudo=tuple((str(word), str(test)) for word, test in pseudo.items()),
    )


def _combined(item: Located) -> Iterator[str]:
    """``combine: [[群众, 村民], ["", 普遍], [反映, 说]]`` stands for every way to take one word of each list."""
    for lists in item.get("combine") or []:
        if not isinstance(lists, list) or not all(isinstance(words, list) and words for words in lists):
            raise CueError("combine is malformed", place=f"line {item.line_of('combine')}", expected="lists of lists")
        for words in product(*lists):
            yield "".join(str(word) for word in words)


def _one_of(item: Located, key: str, values: tuple[str, ...]) -> None:
    if item[key] not in values:
        raise CueError(f"{key} is {item[key]!r}", place=f"line {item.line_of(key)}", expected=f"one of {list(values)}")


def _strings(item: Located, key: str) -> Iterator[str]:
    for value in item.get(key) or []:
        if not isinstance(value, LocatedStr) or not value:
            raise CueError(
                f"{key} holds {value!r}", place=f"line {item.line_of(key)}", expected="non-empty strings (quote yes/no)"
            )
        yield str(value)


def _check_repeats(groups: list[CueGroup], folder: Path) -> None:
    ids: set[str] = set()
    for group in groups:
        if group.id in ids:
            raise CueError(f"two groups are called {group.id!r}", path=str(folder))
        ids.add(group.id)
        both = set(group.cues) & {word for word, _ in group.pseudo}
        if both:
            raise CueError(f"group {group.id!r}: {sorted(both)} are cues and pseudo cues", path=str(folder))
