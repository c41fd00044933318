"""What an embedded index says of itself."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval.generation import Generation
from nlp.retrieval.vectors import Dtype


class IndexInfo(BaseModel):
    """What an index holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str
    generation: int = Field(description="rises with every change")
    layout: int
    cases: int
    tagged_cases: int = Field(description="cases with at least one tag")
    passages: int
    encoder: str
    encoder_version: str
    dimension: int
    tokenizer: str
    dense: str = Field(description="flat, or lists when the index is large")
    vector_dtype: Dtype
    size: int = Field(description="bytes of all files")


def read_info(folder: Path, generation: Generation) -> IndexInfo:
    """What a generation holds."""
    manifest = generation.manifest
    return IndexInfo(
        folder=str(folder),
        generation=manifest.generation,
        layout=manifest.layout,
        cases=manifest.cases,
        tagged_cases=sum(bool(head.tags) for head in generation.heads),
        passages=manifest.passages,
        encoder=manifest.encoder.name,
        encoder_version=manifest.encoder.version,
        dimension=manifest.encoder.dimension,
        tokenizer=manifest.tokenizer,
        dense="lists" if manifest.trained_on else "flat",
        vector_dtype=manifest.dense.dtype,
        size=generation.size(),
    )
