"""Labels and their attributes as one name: ``label|polarity|status|subject|kind``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Final

from nlp.codebook import Codebook
from nlp.errors import InvalidRecordError
from nlp.schema import Tag
from service.exports.human import attributes_of
from service.exports.vocabulary import ATTRIBUTES

_SEPARATOR: Final = "|"
_COLOURS: Final = {"+": "#1e8449", "-": "#c0392b"}


def name_of(tag: Tag) -> str:
    """The name of a tag's label with all attributes."""
    return _SEPARATOR.join((tag.label, *(getattr(tag, attribute) for attribute in ATTRIBUTES)))


def parse_name(name: str) -> tuple[str, Mapping[str, str]]:
    """Label and attributes of a name; attributes left out at the end take their defaults.

    Raises:
        InvalidRecordError: too many parts, no polarity, or an unknown value.
    """
    label, *values = name.split(_SEPARATOR)
    if len(values) > len(ATTRIBUTES):
        raise InvalidRecordError(
            f"the label {name!r} has {len(values) + 1} parts", expected="|".join(("label", *ATTRIBUTES))
        )
    given = dict(zip(ATTRIBUTES, values, strict=False))
    return label, attributes_of(given, f"the label {name!r}")


def label_types(codebook: Codebook, used: Iterable[str]) -> str:
    """JSON for *Labels → Import labels*: those that were used, and the usual ones of every label.

    Usual are observed conduct of the target, as fact or judgement, of either polarity; all combinations would be 48 a
    label.
    """
    usual = (
        _SEPARATOR.join((label, polarity, "observed", "target", kind))
        for label, polarity, kind in product(codebook.ids, ATTRIBUTES["polarity"], ATTRIBUTES["kind"])
    )
    names = dict.fromkeys((*usual, *sorted(used)))
    rows = [
        {
            "text": name,
            "suffix_key": None,
            "background_color": _COLOURS[name.split(_SEPARATOR)[1]],
            "text_color": "#ffffff",
        }
        for name in names
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
