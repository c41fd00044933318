"""Similar historical cases: an embedded index of BM25, sentence vectors and tags, with its reasons for every hit.

Names are imported when first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nlp.retrieval.access import Access
    from nlp.retrieval.case import Case, CaseTag, read_cases
    from nlp.retrieval.filters import Filters
    from nlp.retrieval.fusion import NARRATIVE, Fusion
    from nlp.retrieval.hits import ChannelScore, Hit, Pair, Quote, TagEvidence
    from nlp.retrieval.index import CaseIndex
    from nlp.retrieval.info import IndexInfo
    from nlp.retrieval.layout import DenseSettings
    from nlp.retrieval.passages import Passage, split_passages

_HOMES = {
    "Access": "access",
    "Case": "case",
    "CaseTag": "case",
    "read_cases": "case",
    "Filters": "filters",
    "NARRATIVE": "fusion",
    "Fusion": "fusion",
    "ChannelScore": "hits",
    "Hit": "hits",
    "Pair": "hits",
    "Quote": "hits",
    "TagEvidence": "hits",
    "CaseIndex": "index",
    "IndexInfo": "info",
    "DenseSettings": "layout",
    "Passage": "passages",
    "split_passages": "passages",
}

__all__ = [
    "NARRATIVE",
    "Access",
    "Case",
    "CaseIndex",
    "CaseTag",
    "ChannelScore",
    "DenseSettings",
    "Filters",
    "Fusion",
    "Hit",
    "IndexInfo",
    "Pair",
    "Passage",
    "Quote",
    "TagEvidence",
    "read_cases",
    "split_passages",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
