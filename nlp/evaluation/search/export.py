"""The case corpus as files for ``yanpan evaluate-search``: ``python -m nlp.evaluation.search.export OUT [SPLIT]``.

Writes ``cases.jsonl`` (all cases and unrelated records), ``queries.jsonl`` and ``qrels`` of a split (test by default).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from nlp.evaluation.search.archetypes import CaseCorpus, read_case_corpus, to_cases, to_queries
from nlp.resources import corpora_path


def export(corpus: CaseCorpus, split: str, out: Path) -> None:
    """Write the three files.

    Raises:
        ConfigurationError: there is no such split.
    """
    rows = corpus.part(split)[2]
    out.mkdir(parents=True, exist_ok=True)
    cases = to_cases([*corpus.cases, *corpus.unrelated])
    with (out / "cases.jsonl").open("w", encoding="utf-8") as file:
        for case in cases:
            record = case.model_dump(exclude={"tags", "tags_by", "meta"}, exclude_none=True)
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    with (out / "queries.jsonl").open("w", encoding="utf-8") as file:
        for query in to_queries(rows):
            file.write(json.dumps(query.model_dump(), ensure_ascii=False) + "\n")
    with (out / "qrels").open("w", encoding="utf-8") as file:
        for query_id, grades in corpus.judgements(rows).items():
            file.writelines(f"{query_id} 0 {case} {grade}\n" for case, grade in grades.items())


if __name__ == "__main__":
    export(read_case_corpus(corpora_path("cases")), sys.argv[2] if len(sys.argv) > 2 else "test", Path(sys.argv[1]))
