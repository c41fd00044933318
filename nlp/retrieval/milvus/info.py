"""What an index in Milvus says of itself."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from nlp.retrieval.milvus.connection import Connection
from nlp.retrieval.milvus.layout import Collections


class MilvusInfo(BaseModel):
    """What an index holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uri: str
    name: str
    layout: int
    cases: int
    tagged_cases: int = Field(description="cases with at least one tag that counts")
    passages: int
    encoder: str
    encoder_version: str
    dimension: int
    tokenizer: str
    dense: str = Field(description="type of the vector index")
    vector_dtype: str
    label_columns: int = Field(description="labels with a column of their own")
    server: str


def read_info(connection: Connection, collections: Collections) -> MilvusInfo:
    """Ask the server."""
    stamp = collections.stamp
    return MilvusInfo(
        uri=connection.settings.uri,
        name=connection.settings.name,
        layout=stamp.layout,
        cases=connection.count(collections.cases, "part == 0"),
        tagged_cases=connection.count(collections.cases, 'part == 0 and shown != ""'),
        passages=connection.count(collections.passages),
        encoder=stamp.encoder.name,
        encoder_version=stamp.encoder.version,
        dimension=stamp.encoder.dimension,
        tokenizer=stamp.tokenizer,
        dense=collections.index,
        vector_dtype=stamp.dtype,
        label_columns=len(collections.columns),
        server=str(connection.call("get_server_version")),
    )
