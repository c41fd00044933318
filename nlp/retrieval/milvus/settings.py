"""Where Milvus is and how it keeps vectors."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from nlp.errors import ConfigurationError

WINDOW = 16_384
"""Most rows that Milvus returns to one search or query."""

IndexType = Literal["FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


class DenseIndexSpec(NamedTuple):
    """An index over vectors."""

    type: IndexType
    params: dict[str, int]

    @property
    def exact(self) -> bool:
        """Whether a search compares every vector that passes the filter."""
        return self.type == "FLAT"


@dataclass(frozen=True)
class MilvusSettings:
    """How to reach Milvus and how vectors are kept.

    Attributes:
        uri: ``http://host:19530`` of a server, or a file ending in ``.db`` for Milvus Lite (one process, development
            and tests only).
        token: ``user:password`` or an API key; empty without authentication.
        database: of the server; empty for its default.
        name: of the index; an alias of this name and collections that begin with it are made.
        timeout: seconds that one request may take.
        build_timeout: seconds that building and loading the indexes of one collection may take.
        flat_below: number of passages below which a search compares all vectors that pass the filter.
        index: over vectors from that size on. Milvus Lite stays with FLAT: its HNSW silently loses hits under a filter.
        hnsw_m, hnsw_ef_construction: how dense the graph of HNSW is.
        ef: how far a search of HNSW looks; at least the number of rows asked for.
        nlist: number of lists of IVF.
        nprobe: lists of IVF that a search reads; docs/scaling.md says what fewer lose.
        dtype: of the stored vectors; Milvus Lite has float32 only.
        consistency: ``Strong`` shows every acknowledged change at once, ``Bounded`` is faster.
        shards: of every collection.
        bm25_over_all: let searches for readers whom something is kept from use BM25, too. Its statistics count every
            case, so scores would tell a little of what is kept; without it, such searches go by meaning and labels
            alone, and by quoted parts. To keep BM25, give readers of different reach indexes of their own.
        statistics_age: seconds that counts of labels, which weigh the tag channel, are kept.
    """

    uri: str
    token: str = ""
    database: str = ""
    name: str = "yanpan_cases"
    timeout: float = 60.0
    build_timeout: float = 86_400.0
    flat_below: int = 100_000
    index: IndexType = "IVF_SQ8"
    hnsw_m: int = 16
    hnsw_ef_construction: int = 200
    ef: int = 1024
    nlist: int = 4096
    nprobe: int = 512
    dtype: Literal["float32", "float16"] = "float32"
    consistency: Literal["Strong", "Bounded", "Session", "Eventually"] = "Strong"
    shards: int = 1
    statistics_age: float = 300.0
    bm25_over_all: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError(
                f"{self.name!r} cannot name an index in Milvus",
                expected="letters, digits and underscores of ASCII, no digit first, at most 100",
            )
        if self.lite and self.dtype != "float32":
            raise ConfigurationError(
                f"Milvus Lite keeps no {self.dtype} vectors", path=self.uri, hint='set dtype="float32" or use a server'
            )

    @property
    def lite(self) -> bool:
        """Whether this is Milvus Lite."""
        return self.uri.endswith(".db")

    def dense_index(self, passages: int) -> DenseIndexSpec:
        """The index over the vectors of so many passages."""
        if self.lite or passages < self.flat_below or self.index == "FLAT":
            return DenseIndexSpec("FLAT", {})
        if self.index == "HNSW":
            return DenseIndexSpec("HNSW", {"M": self.hnsw_m, "efConstruction": self.hnsw_ef_construction})
        return DenseIndexSpec(self.index, {"nlist": self.nlist})

    def search_params(self, index: IndexType, limit: int) -> dict[str, Any]:
        """How a search for ``limit`` rows goes through an index."""
        if index == "HNSW":
            return {"ef": max(self.ef, limit)}
        if index.startswith("IVF"):
            return {"nprobe": self.nprobe}
        return {}
