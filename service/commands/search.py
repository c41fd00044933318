"""``yanpan search``: similar historical cases, and why they are similar."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from service.case_index import BackendOpt, IndexOpt, IndexPlace
from service.items import ItemStream, emit, report_failures


def search(
    text: Annotated[
        str | None,
        typer.Argument(
            help="一段叙述或一个短语;“原文”须原样出现,“甲 乙”~8 须相距不超过 8 字(引号外留空格)", show_default=False
        ),
    ] = None,
    index: IndexOpt = None,
    backend: BackendOpt = None,
    k: Annotated[int, typer.Option("-k", min=1, help="给出几个案例")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    queries: Annotated[Path | None, typer.Option(help='批量查询 JSONL:{"id","text"}')] = None,
    out: Annotated[Path | None, typer.Option(help="批量结果 JSONL:{query_id, hits}")] = None,
    doc_type: Annotated[list[str] | None, typer.Option(help="只看这些文种(可重复)")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="只看这些单位(可重复)")] = None,
    outcome: Annotated[list[str] | None, typer.Option(help="只看这些处理结果(可重复)")] = None,
    label: Annotated[list[str] | None, typer.Option(help="案例须有的表现,如 integrity-(可重复,须全部具备)")] = None,
    since: Annotated[str | None, typer.Option(help="不早于,如 2018 或 2018-03")] = None,
    until: Annotated[str | None, typer.Option(help="不晚于")] = None,
    collapse: Annotated[bool, typer.Option(help="内容近乎相同的案例合为一条")] = True,
    per_source: Annotated[int | None, typer.Option(min=1, help="同一来源最多几条")] = None,
    diverse: Annotated[bool, typer.Option("--diverse", help="结果彼此不要太像(最大边际相关)")] = False,
    diversity_lambda: Annotated[
        float, typer.Option("--lambda", min=0.01, max=1.0, help="--diverse 时相关性所占的比重,1 为只看相关性")
    ] = 0.5,
    sayings: Annotated[bool, typer.Option(help="短语若是词典里的俗语,也按其含义检索")] = True,
) -> None:
    """检索相似的历史案例并说明理由。"""
    if (text is None) == (queries is None):
        raise typer.BadParameter("给出一段文字,或用 --queries 给出查询文件,二者选一")
    filters = {
        "doc_type": doc_type,
        "unit": unit,
        "outcome": outcome,
        "labels": label,
        "date_from": since,
        "date_to": until,
    }
    options: dict[str, Any] = {
        "filters": {name: value for name, value in filters.items() if value},
        "collapse": collapse,
        "per_source": per_source,
        "diverse": diversity_lambda if diverse else None,
        "sayings": sayings,
    }
    place = IndexPlace(index, backend)
    if queries is not None:
        _batch(place, queries, k, out, options)
        return
    assert text is not None
    opened = place.open()
    hits = opened.search(text, k, **options)
    if as_json:
        sys.stdout.write(json.dumps([hit.model_dump(mode="json") for hit in hits], ensure_ascii=False, indent=2) + "\n")
        return
    from rich.console import Console

    from nlp.pipeline import default_pipeline
    from service.render_hits import print_hits, print_meanings

    console = Console(highlight=False)
    print_meanings(console, opened.meanings(text) if sayings else ())
    print_hits(console, hits, default_pipeline().codebook)


def _batch(place: IndexPlace, queries: Path, k: int, out: Path | None, options: dict[str, Any]) -> None:
    from service.progress import progress_bar

    opened = place.open()
    stream = ItemStream([queries])

    def rows() -> Iterator[dict[str, Any]]:
        with progress_bar("检索", shown=out is not None) as advance:
            for query in stream:
                hits = opened.search(query.text, k, **options)
                advance(1)
                yield {"query_id": query.id, "hits": [hit.model_dump(mode="json") for hit in hits]}

    lines = (json.dumps(row, ensure_ascii=False) for row in rows())
    emit(lines, out, "已检索 {count} 条")
    report_failures(stream.failures, out)
