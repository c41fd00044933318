"""The index of similar cases in Milvus, for when one machine is outgrown (Milvus Lite for development and tests).

Needs ``pip install yanpan[milvus]``; nothing of it is imported before an index is built or opened.
"""

from nlp.retrieval.milvus.index import MilvusCaseIndex
from nlp.retrieval.milvus.info import MilvusInfo
from nlp.retrieval.milvus.settings import MilvusSettings

__all__ = ["MilvusCaseIndex", "MilvusInfo", "MilvusSettings"]
