"""The invented narratives of the corpus, whose layouts nobody wrote for this purpose, alone and bound together."""

from __future__ import annotations

import json
import random
from functools import lru_cache

import pytest

from nlp.reading import RawDocument
from nlp.reading.splitting import split_document
from nlp.resources import corpora_path


@lru_cache(maxsize=1)
def narratives() -> list[str]:
    texts = []
    for path in sorted(corpora_path("narratives").glob("*.jsonl")):
        texts += [json.loads(line)["text"].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return texts


def raw(text: str) -> RawDocument:
    return RawDocument("卷", text, "卷", None, "text/plain", ())


def test_no_narrative_is_split() -> None:
    assert len(narratives()) > 400
    assert [text[:40] for text in narratives() if len(split_document(raw(text))) > 1] == []


def notes() -> list[str]:
    heads = {text: "".join(text[:250].split()) for text in narratives()}
    return [text for text, head in heads.items() if head.startswith(("谈话记录", "谈话笔录")) and "谈话对象：" in head]


def reports() -> list[str]:
    heads = {text: "".join(text[:250].split()) for text in narratives()}
    return [text for text, head in heads.items() if "考察材料" in head[:40] and ("，男，" in head or "，女，" in head)]


def own_reports() -> list[str]:
    heads = {text: "".join(text[:40].split()) for text in narratives()}
    words = ("述职", "个人总结", "对照检查")
    return [text for text, head in heads.items() if any(word in head[:20] for word in words) and "登记表" not in head]


@pytest.mark.parametrize(
    ("texts", "least"), [(notes(), 1.0), (reports(), 0.95)], ids=["talk notes", "inspection reports"]
)
def test_documents_of_one_sort_bound_together_are_told_apart(texts: list[str], least: float) -> None:
    """Measured over 300 bundles: talk notes 874 of 874 boundaries, reports 877 of 886; no boundary too many."""
    assert len(texts) >= 20
    choice = random.Random(11)
    found = expected = 0
    for _ in range(60):
        chosen = choice.sample(texts, choice.randint(2, 6))
        parts = [part.text for part in split_document(raw("\n".join(chosen)))]
        starts = {text[:30] for text in chosen}
        assert {part[:30] for part in parts} <= starts
        found += len(parts) - 1
        expected += len(chosen) - 1
    assert found >= least * expected


def test_documents_of_unlike_sorts_bound_together_are_told_apart() -> None:
    """Measured over 300 bundles of three sorts: 820 of 910 boundaries, no boundary too many."""
    sorts = [notes(), reports(), own_reports()]
    assert all(len(texts) >= 20 for texts in sorts)
    choice = random.Random(11)
    found = expected = 0
    for _ in range(40):
        chosen: list[str] = []
        last: list[str] = []
        for _ in range(choice.randint(2, 6)):
            last = choice.choice([texts for texts in sorts if texts is not last])
            text = choice.choice(last)
            if text not in chosen:
                chosen.append(text)
        parts = [part.text for part in split_document(raw("\n".join(chosen)))]
        starts = {text[:30] for text in chosen}
        assert {part[:30] for part in parts} <= starts
        found += len(parts) - 1
        expected += len(chosen) - 1
    assert found >= 0.85 * expected
