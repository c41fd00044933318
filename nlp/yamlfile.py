"""YAML data files read with line numbers, so that every message about them can name the line."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import yaml

from nlp.errors import ConfigurationError

# libyaml, where PyYAML was built with it, reads the same nodes and marks ten times faster.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Located(dict[str, Any]):
    """A YAML mapping that remembers the line it starts on and the line of each key (1-based)."""

    line: int = 0
    key_lines: dict[str, int]

    def line_of(self, key: str) -> int:
        """The line of ``key``, or of the mapping where the key is absent."""
        return self.key_lines.get(key, self.line)

    def check_keys(self, allowed: Collection[str], error: type[ConfigurationError], path: Path | None = None) -> None:
        """Refuse keys nobody reads, which are misspelt ones as a rule.

        Raises:
            ConfigurationError: of class ``error``, naming the first unknown key and its line.
        """
        for key in self:
            if key not in allowed:
                raise error(
                    f"unknown key {key!r}",
                    path=str(path) if path else None,
                    place=f"line {self.line_of(key)}",
                    expected=f"one of {sorted(allowed)}",
                )


class LocatedStr(str):
    """A YAML string scalar that remembers its line (1-based)."""

    line: int

    def __new__(cls, value: str, line: int = 0) -> LocatedStr:
        """A string that remembers ``line``."""
        text = super().__new__(cls, value)
        text.line = line
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return (LocatedStr, (str(self), self.line))


def line_of(value: object) -> int:
    """The line a loaded value stood on, or 0 when it carries none."""
    return int(getattr(value, "line", 0))


class _Loader(_Base):  # type: ignore[misc]  # which class it is depends on how PyYAML was built
    """SafeLoader that refuses duplicate keys and keeps lines."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[Located]:
    result = Located()
    result.line = node.start_mark.line + 1
    result.key_lines = {}
    yield result
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        line = key_node.start_mark.line + 1
        if key in result.key_lines:
            raise yaml.MarkedYAMLError(
                problem=f"key {key!r} stands twice in one mapping", problem_mark=key_node.start_mark
            )
        result.key_lines[key] = line
        result[key] = loader.construct_object(value_node, deep=True)


def _string(loader: _Loader, node: yaml.ScalarNode) -> LocatedStr:
    return LocatedStr(str(loader.construct_scalar(node)), node.start_mark.line + 1)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:str", _string)


def load_yaml(path: Path, error: type[ConfigurationError]) -> Any:
    """Parse one YAML file.

    Args:
        path: the file, UTF-8.
        error: the class raised for anything wrong with the file.

    Raises:
        ConfigurationError: of class ``error``, with the path and, where known, the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as exc:
        raise error("the file does not exist", path=str(path), hint="check the path") from exc
    except (OSError, UnicodeDecodeError) as exc:
        raise error(f"the file cannot be read as UTF-8 text ({exc})", path=str(path)) from exc
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else None
        problem = getattr(exc, "problem", None) or str(exc)
        raise error(f"invalid YAML: {problem}", path=str(path), place=place) from exc
