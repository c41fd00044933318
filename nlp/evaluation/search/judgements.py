"""Queries and what is relevant to them, as they lie on disk.

Queries are JSONL (``id``, ``text``, and ``kind``: ``phrase``, ``narrative`` or any other word); judgements are TREC
qrels: query, an unused column, case, grade, separated by white space or tabs. Three columns without the unused one will
do. A case without a judgement counts as irrelevant.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import InvalidRecordError, ReadingError

Judgements = dict[str, dict[str, int]]
"""Query id to case id to grade; grades of 1 and more are relevant."""


KIND_ZH = {"phrase": "短语", "narrative": "叙述", "query": "查询"}
"""Names of kinds of queries, for people; another kind is shown as it is."""


class SearchQuery(BaseModel):
    """A query of an evaluation."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str = Field(min_length=1)
    text: str = Field(min_length=1)
    kind: str = "query"


def read_queries(path: Path) -> list[SearchQuery]:
    """The queries of a JSONL file.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: a line is no query, or an id is used twice; the place names the line.
    """
    queries: dict[str, SearchQuery] = {}
    for number, line in enumerate(_lines(path, "a UTF-8 JSONL file of queries"), 1):
        if not line.strip():
            continue
        try:
            query = SearchQuery.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            raise InvalidRecordError(
                f"{where}: {first['msg']}",
                path=str(path),
                place=f"line {number}",
                expected='{"id": …, "kind": "phrase" or "narrative", "text": …}',
            ) from error
        if query.id in queries:
            raise InvalidRecordError(f"the query {query.id} is there twice", path=str(path), place=f"line {number}")
        queries[query.id] = query
    return list(queries.values())


def read_judgements(path: Path, cases: Collection[str]) -> Judgements:
    """The judgements of a qrels file.

    Args:
        path: the file.
        cases: ids of the cases there are; a judgement about another one is an error, since no search could find it and
            the ideal would be out of reach.

    Raises:
        ReadingError: the file cannot be read.
        InvalidRecordError: a line has another shape, a case is unknown, or a pair is judged twice.
    """
    judgements: Judgements = {}
    for number, line in enumerate(_lines(path, "a UTF-8 file of judgements"), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) == 4:
            del parts[1]
        if len(parts) != 3 or not parts[2].lstrip("-").isdigit():
            raise InvalidRecordError(
                f"not a judgement: {line[:60]!r}",
                path=str(path),
                place=f"line {number}",
                expected="query, 0, case and a whole grade, separated by spaces or tabs",
            )
        query, case, grade = parts
        if case not in cases:
            raise InvalidRecordError(
                f"there is no case {case}",
                path=str(path),
                place=f"line {number}",
                hint="give the case file the judgements were made on",
            )
        if case in judgements.setdefault(query, {}):
            raise InvalidRecordError(
                f"{case} is judged twice for {query}", path=str(path), place=f"line {number}", expected="one grade"
            )
        judgements[query][case] = int(grade)
    return judgements


def _lines(path: Path, expected: str) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadingError(f"cannot be read: {error}", path=str(path), expected=expected) from error
