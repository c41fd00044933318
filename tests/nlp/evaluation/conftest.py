"""Documents and tags in one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nlp.evaluation.comparing import Comparison, compare
from nlp.evaluation.gold import GoldDocument, GoldTag

MakeTag = Callable[..., GoldTag]
MakeDocument = Callable[..., GoldDocument]
Compared = Callable[..., Comparison]


def make_tag(text: str, quote: str, cell: str, **more: Any) -> GoldTag:
    """The tag ``cell`` (label and sign) on the first place of ``quote``."""
    start = text.index(quote)
    return GoldTag(start=start, end=start + len(quote), quote=quote, label=cell[:-1], polarity=cell[-1], **more)


@pytest.fixture
def tag() -> MakeTag:
    return make_tag


@pytest.fixture
def document() -> MakeDocument:
    def make(text: str, *tags: GoldTag, id: str = "d1", **more: Any) -> GoldDocument:
        return GoldDocument(id=id, text=text, tags=tags, **more)

    return make


@pytest.fixture
def compared() -> Compared:
    """``compared(text, gold, predicted)`` with tags as (quote, cell) or (quote, cell, attributes)."""

    def make(text: str, gold: list[tuple[Any, ...]], predicted: list[tuple[Any, ...]], **more: Any) -> Comparison:
        def tags(rows: list[tuple[Any, ...]]) -> tuple[GoldTag, ...]:
            return tuple(make_tag(text, row[0], row[1], **(row[2] if len(row) > 2 else {})) for row in rows)

        return compare(GoldDocument(**{"id": "d1", "text": text, "tags": tags(gold), **more}), tags(predicted))

    return make
