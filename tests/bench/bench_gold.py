"""How much of annotated narratives the rule tagger finds: ``python -m tests.bench.bench_gold [GOLD.jsonl …]``.

A predicted tag is right when label and polarity agree with a gold tag and the two share at least half of the shorter span;
each gold tag is matched once. Attributes are compared on matched tags. Without arguments the shipped narratives are
scored, one line an author. Not collected by pytest.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from nlp.pipeline import Pipeline, load
from nlp.resources import corpora_path

ATTRIBUTES = ("status", "subject", "kind")


def main(paths: list[Path]) -> None:
    """Print one line a file."""
    pipeline = load()
    for path in paths:
        counts: Counter[str] = Counter()
        for line in path.read_text(encoding="utf-8").splitlines():
            _count(json.loads(line), pipeline, counts)
        right, found, gold = counts["right"], counts["found"], counts["gold"]
        precision, recall = right / max(found, 1), right / max(gold, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        attributes = ", ".join(f"{name} {counts[name] / max(right, 1):.2f}" for name in ATTRIBUTES)
        sys.stdout.write(
            f"{path.stem}: {counts['documents']} documents, gold {gold}, found {found}, right {right}; "
            f"P {precision:.3f} R {recall:.3f} F1 {f1:.3f}; on matched tags {attributes}\n"
        )


def _count(row: dict[str, Any], pipeline: Pipeline, counts: Counter[str]) -> None:
    tags = [tag.model_dump() for tag in pipeline.annotate(row["text"]).tags]
    open_gold = list(row["tags"])
    counts.update(documents=1, found=len(tags), gold=len(open_gold))
    for tag in tags:
        match = next((gold for gold in open_gold if _agrees(tag, gold)), None)
        if match is not None:
            open_gold.remove(match)
            counts["right"] += 1
            counts.update(name for name in ATTRIBUTES if tag[name] == match[name])


def _agrees(tag: dict[str, Any], gold: dict[str, Any]) -> bool:
    if (tag["label"], tag["polarity"]) != (gold["label"], gold["polarity"]):
        return False
    overlap = min(tag["end"], gold["end"]) - max(tag["start"], gold["start"])
    return overlap >= 0.5 * min(tag["end"] - tag["start"], gold["end"] - gold["start"])


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(corpora_path("narratives").glob("*.jsonl")))
