import zlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.retrieval import Case, CaseIndex, CaseTag


class BigramEncoder:
    """A deterministic sentence encoder without a model: hashed counts of character bigrams, of length 1."""

    def __init__(self, name: str = "bigrams", version: str = "1", dimension: int = 64) -> None:
        self.name = name
        self.version = version
        self.dimension = dimension
        self.encoded = 0

    def encode(self, texts: Sequence[str], *, batch_size: int = 64) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for first, second in pairwise(text):
                vectors[row, zlib.crc32((first + second).encode()) % self.dimension] += 1
        self.encoded += len(texts)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.where(norms > 0, norms, 1)


@pytest.fixture
def encoder() -> BigramEncoder:
    return BigramEncoder()


@pytest.fixture(scope="session")
def make_encoder() -> type[BigramEncoder]:
    return BigramEncoder


def tag(text: str, quote: str, label: str, polarity: str) -> CaseTag:
    start = text.index(quote)
    return CaseTag(label=label, polarity=polarity, start=start, end=start + len(quote), quote=quote)


FLOOD = "汛期来临时，李某三天三夜守在大堤上，遇到险情沉着指挥，群众全部安全转移。他平时话少，班子成员普遍认可。"
SHOW = "为迎检连夜刷白墙，沿街门面统一招牌，花了八十万元。群众说：墙白了，路还是烂的。"
DEBT = "前任留下的债务，王某三年化解四千万元，没有新增隐性债务。新官理旧账，老百姓心里有数。"
SHIRK = "遇到拆迁难题，张某推诿扯皮，怕得罪人，矛盾上交。两年没有拆下一户。"
BRAVE = "遇到拆迁难题，赵某从不推诿扯皮，主动揽下，逐户上门。半年全部签约。"


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    return [
        Case(
            id="flood",
            text=FLOOD,
            title="某镇长抗洪",
            unit="A镇",
            doc_type="inspection",
            date="2021-07",
            outcome="提拔",
            tags=[tag(FLOOD, "遇到险情沉着指挥", "crisis_response", "+")],
        ),
        Case(
            id="show",
            text=SHOW,
            unit="B镇",
            doc_type="verification",
            date="2020",
            outcome="约谈",
            tags=[
                tag(SHOW, "为迎检连夜刷白墙", "substance_over_show", "-"),
                tag(SHOW, "为迎检连夜刷白墙", "work_style", "-"),
            ],
            meta={"clearance": "internal", "topics": ["迎检", "经费"]},
        ),
        Case(
            id="debt",
            text=DEBT,
            unit="A镇",
            doc_type="inspection",
            date="2022-03-05",
            tags=[tag(DEBT, "新官理旧账", "continuity", "+")],
        ),
        Case(id="shirk", text=SHIRK, unit="B镇", tags=[tag(SHIRK, "推诿扯皮", "responsibility", "-")]),
        Case(id="brave", text=BRAVE, unit="C镇", tags=[tag(BRAVE, "从不推诿扯皮", "responsibility", "+")]),
    ]


@pytest.fixture
def index(tmp_path, cases, encoder) -> CaseIndex:
    return CaseIndex.build(tmp_path / "index", cases, encoder=encoder)
