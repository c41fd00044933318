"""False positives and speed of the tagger on texts that evaluate nobody.

``python -m tests.bench.bench_tagging DATA`` where DATA holds ``reports.jsonl`` (``{"id", "title", "text"}`` a line) and
``source-article.txt``. Not collected by pytest. Speeds are printed beside plain jieba on the same text in the same
process, since machines differ.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nlp.pipeline import Finder, load
from nlp.structure.normalise import normalise
from nlp.structure.parse import parse_structure
from nlp.structure.words import cut
from nlp.tagging.context import assert_candidates
from nlp.tagging.finder import lexicon_candidates
from nlp.tagging.resolve import resolve
from nlp.tagging.rules import load_rules


def main(data: Path) -> None:
    """Print both tables."""
    reports = [json.loads(line) for line in (data / "reports.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = [report["text"] for report in reports]
    article = [(data / "source-article.txt").read_text(encoding="utf-8")]
    finders: tuple[Finder, ...] = ("lexicon", "both")
    for finder in finders:
        false_positives(f"source-article.txt, finder {finder}", article, None, finder)
        false_positives(f"reports.jsonl, document type detected, finder {finder}", texts, None, finder)
    # Detection recognises most reports as policy and mutes them whole; read as surveys every sentence is judged.
    false_positives("reports.jsonl, every text read as an inspection report", texts, "inspection", "lexicon")
    speed(texts)


def false_positives(name: str, texts: list[str], doc_type: str | None, finder: Finder) -> None:
    """Tags by status and subject, and observed tags about the target per 10,000 characters."""
    language = load(finder=finder).language
    counts: Counter[tuple[str, str]] = Counter()
    labels: Counter[str] = Counter()
    size = 0
    for text in texts:
        doc = language.make_doc(text)
        doc._.doc_type = doc_type
        for _, component in language.pipeline:
            doc = component(doc)
        size += len(doc)
        for tag in doc.spans["tags"].attrs["data"]:
            counts[tag["status"], tag["subject"]] += 1
            if (tag["status"], tag["subject"]) == ("observed", "target"):
                labels[tag["label"] + tag["polarity"]] += 1
    observed = counts["observed", "target"]
    sys.stdout.write(
        f"{name}: {size:,} characters, tags by status and subject {dict(counts)}\n"
        f"  observed about the target: {observed} = {observed * 10_000 / size:.2f} per 10,000 characters;"
        f" most frequent {labels.most_common(5)}\n"
    )


def speed(texts: list[str]) -> None:
    """Characters per second on one core, whole and by stage, beside jieba (rjieba where installed)."""
    rules = load_rules()
    pipeline = load(finder="lexicon")
    pipeline.annotate(texts[0][:2000])
    size = sum(map(len, texts))
    stages: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        stages[name] = stages.get(name, 0.0) + time.perf_counter() - start
        return result

    for text in texts:
        normal = timed("normalise", lambda text=text: normalise(text))
        # As an inspection report, so that nothing is muted and every candidate goes the whole way.
        structure = timed("structure", lambda n=normal: parse_structure(n.text, doc_type="inspection"))
        scan = timed("scan (lexicon and cues)", lambda s=structure: rules.scanner.scan(s.folded))
        found = timed("candidates", lambda c=scan, s=structure: lexicon_candidates(c, s))
        said = timed("context", lambda f=found, c=scan, s=structure: assert_candidates(s, f, c.cues))
        timed("resolve", lambda a=said, s=structure: resolve(s, a, rules.codebook, rules.kind_rule))
    total = sum(stages.values())
    start = time.perf_counter()
    for text in texts:
        pipeline.language(text)
    whole = time.perf_counter() - start
    start = time.perf_counter()
    for text in texts:
        cut(text)
    jieba_time = time.perf_counter() - start
    sys.stdout.write(f"{size:,} characters, one process\n")
    for name, seconds in stages.items():
        sys.stdout.write(f"  {name:<26}{seconds:8.2f} s {100 * seconds / total:5.1f} %\n")
    sys.stdout.write(
        f"  structure + lexicon + context: {size / total:,.0f} characters/s\n"
        f"  with spaCy Doc and spans:      {size / whole:,.0f} characters/s\n"
        f"  words of the same text:        {size / jieba_time:,.0f} characters/s"
        f" (ratio of the rule tagger to it {jieba_time / total:.2f})\n"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.bench.bench_tagging DATA")
    main(Path(sys.argv[1]))
