"""An index as one reader has it: what access keeps away is not there, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nlp.retrieval.access import Access
from nlp.retrieval.case import Case
from nlp.retrieval.filters import Filters
from nlp.retrieval.hits import Hit
from nlp.retrieval.protocol import CaseSearch


class VisibleCases:
    """The cases of an index that a reader may see.

    Args:
        index: embedded or in Milvus.
        access: of the reader.

    """

    def __init__(self, index: CaseSearch, access: Access) -> None:
        self._index = index
        self._access = access

    def __len__(self) -> int:
        return self._index.count(access=self._access)

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self.get(id_) is not None

    def get(self, id_: str) -> Case | None:
        """The case with this id, None when the reader may not see it or it is not in the index."""
        case = self._index.get(id_)
        return case if case is not None and self._access.permits(case) else None

    def cases(self) -> Iterator[Case]:
        """All cases the reader may see."""
        return (case for case in self._index.cases() if self._access.permits(case))

    def count(self, filters: Filters | Mapping[str, Any] | None = None) -> int:
        """Number of cases that pass filters."""
        return self._index.count(filters, self._access)

    def search(self, text: str, k: int = 10, **options: Any) -> list[Hit]:
        """As ``CaseSearch.search``; scores and ranks are those of an index of these cases alone."""
        return self._index.search(text, k, **{**options, "access": self._access})
