"""The label set: which behaviours there are, in which family and group, and what tells them apart.

Any organisation can pass its own file; everything downstream (lexicon, ledgers, API) follows the labels found there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.errors import CodebookError
from nlp.resources import corpora_path
from nlp.schema import Family
from nlp.yamlfile import Located, load_yaml

FAMILY_KEYS: dict[str, Family] = {"traits": "trait", "performance_view": "performance_view"}
_TOP_KEYS = {"version", "title", "lexicon", "attributes", "not_tagged", *FAMILY_KEYS}
_LABEL_KEYS = {"id", "zh", "group", "pos", "neg", "definition", "boundaries", "examples"}


@dataclass(frozen=True)
class Boundary:
    """How a label differs from a neighbour it is mistaken for."""

    label: str
    rule: str


@dataclass(frozen=True)
class Label:
    """One label of the codebook, bipolar.

    Attributes:
        id: identifier used in data.
        zh: Chinese name shown to people.
        family: trait or performance_view.
        group: 德 能 勤 绩 廉 (or the organisation's own groups); None for performance-view labels without a group.
        positive, negative: one line each on what ``+`` and ``-`` look like.
        definition: what belongs here and what does not.
        boundaries: neighbours it is mistaken for.
        examples: invented evidence spans by polarity.
    """

    id: str
    zh: str
    family: Family
    group: str | None
    positive: str
    negative: str
    definition: str = ""
    boundaries: tuple[Boundary, ...] = ()
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Codebook:
    """A validated label set.

    Attributes:
        version: written into every annotation.
        labels: in file order.
        lexicon: folder with one lexicon file a label.
        path: where it was read from.
    """

    version: str
    labels: tuple[Label, ...]
    lexicon: Path
    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {label.id: label for label in self.labels})

    def label(self, label_id: str) -> Label:
        """The label of that id.

        Raises:
            KeyError: the codebook has no such label.
        """
        by_id: dict[str, Label] = self._by_id  # type: ignore[attr-defined]  # set in __post_init__
        return by_id[label_id]

    def __contains__(self, label_id: object) -> bool:
        return label_id in self._by_id  # type: ignore[attr-defined]

    @property
    def ids(self) -> tuple[str, ...]:
        """All label ids in file order."""
        return tuple(label.id for label in self.labels)

    @classmethod
    def load(cls, path: str | Path | None = None) -> Codebook:
        """Read and check a codebook file; the shipped one by default.

        The lexicon folder is the one the file names under ``lexicon`` (relative to the file), else ``lexicon/`` beside
        it. A label without a lexicon file is known but never found by the lexicon.

        Raises:
            CodebookError: with the line, for anything missing, unknown or given twice.
        """
        file = Path(path) if path is not None else corpora_path("codebook.yaml")
        data = load_yaml(file, CodebookError)
        if not isinstance(data, Located):
            raise CodebookError("not a mapping", path=str(file), place="line 1", expected="version, traits, …")
        data.check_keys(_TOP_KEYS, CodebookError, file)
        if "version" not in data:
            raise CodebookError("no version", path=str(file), place="line 1", expected="a version at the top")
        labels: list[Label] = []
        lines: dict[str, int] = {}
        for key, family in FAMILY_KEYS.items():
            for item in data.get(key) or []:
                label = _label(item, family, file)
                line = item.line_of("id")
                if label.id in lines:
                    raise CodebookError(
                        f"label id {label.id!r} stands already on line {lines[label.id]}",
                        path=str(file),
                        place=f"line {line}",
                        hint="rename or delete one of the two",
                    )
                lines[label.id] = line
                labels.append(label)
        if not labels:
            raise CodebookError("no labels", path=str(file), expected=f"labels under {sorted(FAMILY_KEYS)}")
        _check_boundaries(labels, lines, file)
        folder = file.parent / str(data.get("lexicon", "lexicon"))
        return cls(str(data["version"]), tuple(labels), folder, file)


def _label(item: Any, family: Family, file: Path) -> Label:
    if not isinstance(item, Located):
        raise CodebookError(f"{item!r} is no label", path=str(file), expected="a mapping with id, zh, pos, neg")
    item.check_keys(_LABEL_KEYS, CodebookError, file)
    for key in ("id", "zh", "pos", "neg"):
        if not isinstance(item.get(key), str) or not item[key].strip():
            raise CodebookError(
                f"label {item.get('id')!r} has no {key}", path=str(file), place=f"line {item.line_of(key)}"
            )
    label_id = str(item["id"])
    if not label_id.replace("_", "a").isalnum() or not label_id.isascii():
        raise CodebookError(
            f"label id {label_id!r}",
            path=str(file),
            place=f"line {item.line_of('id')}",
            expected="ASCII letters, digits and _",
        )
    group = item.get("group")
    return Label(
        id=label_id,
        zh=str(item["zh"]),
        family=family,
        group=str(group) if group else None,
        positive=str(item["pos"]),
        negative=str(item["neg"]),
        definition=str(item.get("definition", "")),
        boundaries=_boundaries(item, file),
        examples=_examples(item, file),
    )


def _boundaries(item: Located, file: Path) -> tuple[Boundary, ...]:
    result: list[Boundary] = []
    for boundary in item.get("boundaries") or []:
        if not isinstance(boundary, Located) or set(boundary) != {"label", "rule"}:
            raise CodebookError(
                f"a boundary of {item['id']!r} is malformed",
                path=str(file),
                place=f"line {item.line_of('boundaries')}",
                expected="{label, rule}",
            )
        result.append(Boundary(str(boundary["label"]), str(boundary["rule"])))
    return tuple(result)


def _examples(item: Located, file: Path) -> dict[str, tuple[str, ...]]:
    examples = item.get("examples") or {}
    if not isinstance(examples, dict) or set(examples) - {"+", "-"}:
        raise CodebookError(
            f"the examples of {item['id']!r} are malformed",
            path=str(file),
            place=f"line {item.line_of('examples')}",
            expected='the keys "+" and "-" with lists of strings',
        )
    return {str(sign): tuple(str(text) for text in texts) for sign, texts in examples.items()}


def _check_boundaries(labels: list[Label], lines: dict[str, int], file: Path) -> None:
    for label in labels:
        for boundary in label.boundaries:
            if boundary.label not in lines:
                raise CodebookError(
                    f"label {label.id!r} has a boundary with the unknown label {boundary.label!r}",
                    path=str(file),
                    place=f"line {lines[label.id]}",
                )
