"""The cards of the models that ship, and the figures that were written down when they were made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from nlp.errors import ModelError
from nlp.resources import corpora_path

SHIPPED = ("tagger", "encoder")


class ModelCard(BaseModel):
    """A shipped model."""

    name: str
    card: str = Field(description="Markdown: what it is, what it was trained on, how it was measured, its limits")
    figures: dict[str, float] = Field(description="numbers of its manifest; nested names are joined by dots")
    trained_on: dict[str, int] = Field(description="documents, authors, clauses and pairs that it learned from")


def model_cards() -> list[ModelCard]:
    """The cards of all models that ship.

    Raises:
        ModelError: a card or its manifest is missing or cannot be read.
    """
    return [_card(name) for name in SHIPPED]


def _card(name: str) -> ModelCard:
    folder = corpora_path("models", name)
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"no card: {error}", path=name, expected="README.md and manifest.json") from error
    return ModelCard(
        name=name,
        card=card,
        figures={key: value for key, value in _numbers(manifest).items() if _is_figure(key)},
        trained_on=_trained_on(manifest),
    )


def _numbers(values: Mapping[str, Any], above: str = "") -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            found.update(_numbers(value, f"{above}{key}."))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[above + key] = value
    return found


def _is_figure(key: str) -> bool:
    """Measured on the development split, or chosen there; options of training are no figures of quality."""
    return key.endswith("_on_dev") or "_on_dev." in key or key in ("threshold", "seconds")


def _trained_on(manifest: Mapping[str, Any]) -> dict[str, int]:
    train = manifest.get("train", manifest)
    counts = {key: train.get(key) for key in ("documents", "authors", "clauses", "pairs")}
    return {key: value if isinstance(value, int) else len(value) for key, value in counts.items() if value is not None}
