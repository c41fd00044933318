"""The case index a command works with: files in a folder, or Milvus."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp.errors import ConfigurationError
from service.settings import Settings, load_settings

if TYPE_CHECKING:
    from nlp.retrieval import Case
    from nlp.retrieval.milvus import MilvusSettings
    from nlp.retrieval.protocol import CaseSearch
    from nlp.retrieval.writing import Progress

Backend = Literal["embedded", "milvus"]

IndexOpt = Annotated[
    Path | None,
    typer.Option("--index", help="索引文件夹;用 milvus 时只放保存的检索,缺省取 YANPAN_INDEX_DIR", show_default=False),
]
BackendOpt = Annotated[
    Backend | None,
    typer.Option(
        "--backend",
        help="embedded:本机文件;milvus:YANPAN_MILVUS_URI 所指的服务;缺省取 YANPAN_INDEX_BACKEND",
        show_default=False,
    ),
]


class IndexPlace:
    """Where the index of a command is.

    Args:
        folder: given with ``--index``.
        backend: given with ``--backend``; that of the settings by default.
        settings: of the process.

    Raises:
        BadParameter: the embedded index needs a folder.
        ConfigurationError: the settings say nothing of a Milvus, or something it would refuse.

    """

    def __init__(self, folder: Path | None, backend: Backend | None, settings: Settings | None = None) -> None:
        self.settings = settings or load_settings()
        self.backend: Backend = backend or self.settings.index_backend
        if folder is None and self.backend == "embedded":
            raise typer.BadParameter("用 --index 指明索引文件夹")
        self.folder = folder or self.settings.index_dir
        self._milvus = milvus_settings(self.settings) if self.backend == "milvus" else None

    def __str__(self) -> str:
        return str(self.folder) if self._milvus is None else f"{self._milvus.uri} {self._milvus.name}"

    def open(self, encoder: str | None = None) -> CaseSearch:
        """Open the index; cases and queries without tags are annotated."""
        import nlp

        if self._milvus is None:
            from nlp.retrieval import CaseIndex

            return CaseIndex.open(self.folder, encoder=encoder, annotate=nlp.annotate)
        from nlp.retrieval.milvus import MilvusCaseIndex

        return MilvusCaseIndex.open(self._milvus, encoder=encoder, annotate=nlp.annotate)

    def build(self, cases: Iterable[Case], encoder: str | None, progress: Progress | None = None) -> CaseSearch:
        """Build the index; one that is there is replaced."""
        import nlp

        encoder = encoder or self.settings.encoder
        if self._milvus is None:
            from nlp.retrieval import CaseIndex

            return CaseIndex.build(self.folder, cases, encoder=encoder, annotate=nlp.annotate, progress=progress)
        from nlp.retrieval.milvus import MilvusCaseIndex

        return MilvusCaseIndex.build(self._milvus, cases, encoder=encoder, annotate=nlp.annotate, progress=progress)


def milvus_settings(settings: Settings, suffix: str = "") -> MilvusSettings:
    """How to reach Milvus.

    Args:
        settings: of the process.
        suffix: to the name of the index, for one that must not be mixed up with it.

    Raises:
        ConfigurationError: no address is set, or the name cannot be used.

    """
    from nlp.retrieval.milvus import MilvusSettings

    if not settings.milvus_uri:
        raise ConfigurationError(
            "no Milvus is set",
            expected="YANPAN_MILVUS_URI, as http://host:19530 or a file ending in .db",
            hint="set the variable, or use --backend embedded",
        )
    return MilvusSettings(
        uri=settings.milvus_uri,
        token=settings.milvus_token.get_secret_value(),
        database=settings.milvus_database,
        name=settings.milvus_name + suffix,
        index=settings.milvus_index,
        bm25_over_all=settings.milvus_bm25_over_all,
    )
