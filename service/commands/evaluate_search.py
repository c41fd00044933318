"""``yanpan evaluate-search``: how well similar cases are found, against graded judgements."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.case_index import Backend, BackendOpt, milvus_settings
from service.settings import load_settings

if TYPE_CHECKING:
    from nlp.evaluation.search.judgements import Judgements, SearchQuery
    from nlp.evaluation.search.systems import System
    from nlp.retrieval.protocol import CaseSearch


def evaluate_search(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="案例 JSONL")],
    queries: Annotated[Path, typer.Argument(metavar="QUERIES", help='查询 JSONL:{"id","kind","text"}')],
    qrels: Annotated[Path, typer.Argument(metavar="QRELS", help="相关性:查询 0 案例 等级(TREC 格式)")],
    encoder: Annotated[str | None, typer.Option(help="句向量模型名或路径;缺省为产品所用")] = None,
    baselines: Annotated[bool, typer.Option(help="同时比较 TF-IDF、通用句向量等基线")] = True,
    grade: Annotated[int, typer.Option(min=1, help="recall、MAP、MRR 从哪一等级起算相关")] = 1,
    index: Annotated[Path | None, typer.Option(help="索引放在哪里(缺省为临时文件夹);已有的会重用")] = None,
    backend: BackendOpt = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="写出全部指标的 JSON")] = None,
    report: Annotated[Path | None, typer.Option(help="写出 HTML 报告(单个文件,不联网)")] = None,
    resamples: Annotated[int, typer.Option(min=1, help="计算置信区间的重抽样次数")] = 1000,
) -> None:
    """衡量相似案例检索:nDCG、召回率、MAP、MRR,各通道、融合和基线一次比较。"""
    from rich.console import Console

    from nlp.evaluation.search.evaluation import evaluate_search as measure
    from nlp.evaluation.search.judgements import read_judgements, read_queries
    from nlp.retrieval import read_cases
    from service.render_search_evaluation import print_search_evaluation

    if not cases.is_file():
        raise typer.BadParameter(f"没有案例文件 {cases}")
    known = {case.id for case in read_cases(cases)}
    judgements = read_judgements(qrels, known)
    asked = read_queries(queries)
    _tell_unmatched(asked, judgements)
    with tempfile.TemporaryDirectory(prefix="yanpan-") as scratch, ExitStack() as stack:
        built = stack.enter_context(_index(index or Path(scratch) / "index", backend, cases, encoder))
        found = list(_systems(built, Path(scratch), baselines))
        results = measure(
            found,
            asked,
            judgements,
            grade=grade,
            resamples=resamples,
            progress=lambda name: typer.echo(f"检索:{name}", err=True),
        )
        info = built.info()
        texts = {case.id: case.text for case in built.cases()} if report is not None else {}
    print_search_evaluation(Console(highlight=False), results)
    if json_file is not None:
        text = json.dumps([result.to_dict() for result in results], ensure_ascii=False, indent=1)
        json_file.write_text(text + "\n", encoding="utf-8")
        typer.echo(f"已写入 {json_file}", err=True)
    if report is not None:
        from nlp.evaluation.search.report import render_search_report
        from service.items import write_lines

        about = {
            "案例": f"{cases.name}({info.cases} 个)",
            "查询": f"{queries.name}({len(asked)} 条)",
            "相关性判断": qrels.name,
            "句向量模型": f"{info.encoder} {info.encoder_version}",
            "向量检索": info.dense,
        }
        page = render_search_report(results, asked, judgements, texts, resamples=resamples, grade=grade, about=about)
        write_lines(report, [page])
        typer.echo(f"已写入 {report}", err=True)


def _tell_unmatched(queries: list[SearchQuery], judgements: Judgements) -> None:
    ids = {query.id for query in queries}
    alone, foreign = len(ids - set(judgements)), len(set(judgements) - ids)
    if alone:
        typer.echo(f"{alone} 条查询没有相关性判断,不计入", err=True)
    if foreign:
        typer.echo(f"{foreign} 条相关性判断没有对应的查询,不计入", err=True)


@contextmanager
def _index(folder: Path, backend: Backend | None, cases: Path, encoder: str | None) -> Iterator[CaseSearch]:
    """The index of the cases: one that is in the folder, or a new one; in Milvus one beside the product's own, dropped."""
    import nlp
    from nlp.retrieval import CaseIndex, read_cases
    from service.progress import stage_progress

    settings = load_settings()
    wanted = encoder or settings.encoder
    if (backend or settings.index_backend) == "milvus":
        from nlp.retrieval.milvus import MilvusCaseIndex

        place = milvus_settings(settings, suffix="_evaluation")
        with stage_progress() as progress:
            built = MilvusCaseIndex.build(
                place, read_cases(cases), encoder=wanted, annotate=nlp.annotate, progress=progress
            )
        try:
            yield built
        finally:
            built.drop()
        return
    if (folder / "CURRENT").exists():
        yield CaseIndex.open(folder, encoder=encoder)
        return
    with stage_progress() as progress:
        index = CaseIndex.build(folder, read_cases(cases), encoder=wanted, annotate=nlp.annotate, progress=progress)
    yield index


def _systems(index: CaseSearch, scratch: Path, baselines: bool) -> Iterator[System]:
    import nlp
    from nlp.encoding import GENERAL_ENCODER
    from nlp.evaluation.search.systems import dense_system, engine_systems, tfidf_system
    from nlp.retrieval import CaseIndex

    yield from engine_systems(index, nlp.annotate)
    if not baselines:
        return
    yield tfidf_system(index)
    if index.info().encoder != GENERAL_ENCODER:
        general = CaseIndex.build(scratch / "general", index.cases(), encoder=GENERAL_ENCODER)
        yield dense_system(general, "use", f"通用句向量 {GENERAL_ENCODER}")
