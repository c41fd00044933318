"""Attributes as brat writes them: names and values without signs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from service.exports.vocabulary import ATTRIBUTES

POLARITY: Final[Mapping[str, str]] = {"+": "positive", "-": "negative"}

NAMES: Final[Mapping[str, str]] = {attribute: attribute.capitalize() for attribute in ATTRIBUTES}
"""Attribute to its name in brat."""

VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    attribute: POLARITY if attribute == "polarity" else {value: value for value in values}
    for attribute, values in ATTRIBUTES.items()
}
"""Attribute to its values, each with its spelling in brat."""
