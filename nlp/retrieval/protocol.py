"""What the embedded index and the Milvus index of similar cases have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.access import Access
from nlp.retrieval.case import Case, CaseTag
from nlp.retrieval.embedder import Vectors
from nlp.retrieval.filters import Filters
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.hits import Hit
from nlp.retrieval.passages import Passage
from nlp.retrieval.sayings import Meaning
from nlp.retrieval.tagmatch import Annotate
from nlp.schema import Tag


class SearchInfo(Protocol):
    """What any index says of itself."""

    def model_dump_json(self, *, indent: int | None = None) -> str:
        """All it says, as JSON."""

    @property
    def cases(self) -> int:
        """Number of cases."""

    @property
    def tagged_cases(self) -> int:
        """Number of cases with at least one tag."""

    @property
    def passages(self) -> int:
        """Number of passages."""

    @property
    def encoder(self) -> str:
        """Name of the encoder that wrote the vectors."""

    @property
    def encoder_version(self) -> str:
        """Version of that encoder."""

    @property
    def dimension(self) -> int:
        """Length of the vectors."""

    @property
    def tokenizer(self) -> str:
        """Version of the words' cutting."""

    @property
    def dense(self) -> str:
        """How vectors are searched."""


class CaseSearch(Protocol):
    """An index of similar cases, wherever it is kept."""

    def __len__(self) -> int: ...

    def __contains__(self, id_: object) -> bool: ...

    def get(self, id_: str) -> Case | None:
        """The case with this id, None when it is not in the index."""

    def cases(self) -> Iterator[Case]:
        """All cases."""

    def info(self) -> SearchInfo:
        """What the index holds."""

    def add(self, cases: Iterable[Case]) -> int:
        """Add cases; one whose id is in the index takes the place of the old one. Returns the number given."""

    def remove(self, ids: Iterable[str]) -> int:
        """Remove cases. Returns the number of those that were there."""

    def search(
        self,
        text: str,
        k: int = 10,
        *,
        tags: Sequence[Tag | CaseTag] | None = None,
        annotate: Annotate | None = None,
        filters: Filters | Mapping[str, Any] | None = None,
        explain: bool = True,
        fusion: Fusion | None = None,
        collapse: bool = True,
        per_source: int | None = None,
        diverse: float | None = None,
        access: Access | None = None,
        sayings: bool = True,
    ) -> list[Hit]:
        """Find the ``k`` cases most like a text, best first, ties by id."""

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What a search for a text understands it as, beside its words."""

    def count(self, filters: Filters | Mapping[str, Any] | None = None, access: Access | None = None) -> int:
        """Number of cases that pass filters, of those a reader may see."""

    def contents(self) -> Iterator[tuple[str, str]]:
        """Id and content fingerprint of every case."""


class Keyed(Protocol):
    """Something with the key and the id of a case."""

    @property
    def key(self) -> int:
        """Key of the case."""

    @property
    def id(self) -> str:
        """Id of the case."""


class PassageTable(Protocol):
    """Where the passages of cases lie."""

    def passages(self, key: int) -> list[Passage]:
        """Passages of one case, in text order."""


class PassageVectors(Protocol):
    """Passages and their vectors."""

    @property
    def store(self) -> PassageTable:
        """The passages."""

    def similarities(self, queries: Vectors, key: int) -> NDArray[np.float32]:
        """Cosines (query passages, passages of the case)."""

    def mean(self, key: int) -> Vectors | None:
        """Mean of the case's passages, of length 1; None when it has none."""


class Rarity(Protocol):
    """How rare terms are."""

    def idf(self, term: str) -> float:
        """Above 0; rarer is higher."""


class Explainable(Protocol):
    """What explaining a hit needs of an index; a row is the place of a case in ``heads``."""

    @property
    def heads(self) -> Sequence[Keyed]:
        """One a case."""

    @property
    def dense(self) -> PassageVectors:
        """Passages and vectors."""

    @property
    def lexical(self) -> Rarity:
        """Rarity of terms."""

    def case(self, row: int) -> Case:
        """The whole case of a row."""
