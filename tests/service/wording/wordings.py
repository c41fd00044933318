"""Every wording of an error that stands in the code, found by reading the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nlp import errors

ROOT = Path(__file__).parents[3]
# A mistake in the product (an unguarded query) is shown by its title.
_KINDS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} - {"UnguardedQueryError"}
_PARTS = ("expected", "hint")


def wordings(folder: str) -> Iterator[tuple[str, str]]:
    """Where it stands, and the wording with ``{}`` for its values. What is no literal text is left out."""
    place = ROOT / folder
    for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _KINDS:
                parts = [node.args[0]] if node.args else []
                parts += [keyword.value for keyword in node.keywords if keyword.arg in _PARTS]
                for part in parts:
                    for one in (part.body, part.orelse) if isinstance(part, ast.IfExp) else (part,):
                        words = _words(one)
                        if words is not None and any(char.isalpha() for char in words):
                            yield f"{path.relative_to(ROOT)}:{node.lineno}", words


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _words(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None
