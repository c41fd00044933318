"""``yanpan evaluate``: predicted tags against annotated documents."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nlp.codebook import Codebook
    from nlp.errors import ReadingError
    from nlp.evaluation.comparing import Comparison
    from nlp.evaluation.evaluation import Evaluation
    from nlp.evaluation.joining import Placed
    from nlp.pipeline import Pipeline


class Finder(StrEnum):
    """What finds the tags of the default pipeline."""

    lexicon = "lexicon"
    classifier = "classifier"
    both = "both"


_FINDER_ZH = {Finder.lexicon: "只用词典", Finder.classifier: "只用分类模型", Finder.both: "词典和分类模型"}


def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="人工标注的 JSONL 文件,或含 *.jsonl 的文件夹")],
    pred: Annotated[
        Path | None, typer.Argument(metavar="[PRED]", help="预测结果,按 id 对应;不给出则现场标注", show_default=False)
    ] = None,
    report: Annotated[Path | None, typer.Option(help="写出 HTML 报告(单个文件,不联网)")] = None,
    errors: Annotated[Path | None, typer.Option(help="写出逐条错误的 JSONL")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="写出全部指标的 JSON")] = None,
    finder: Annotated[Finder, typer.Option(help="现场标注时由谁找标签;给出 PRED 时不起作用")] = Finder.both,
    split: Annotated[
        str | None, typer.Option(help="只用 splits.yaml 中这一部分作者的文件(train、dev、test);GOLD 须是文件夹")
    ] = None,
    resamples: Annotated[int, typer.Option(min=1, help="计算置信区间的重抽样次数")] = 1000,
) -> None:
    """用人工标注衡量自动标注:精确率、召回率、F1、属性、校准和逐条错误。"""
    from nlp.codebook import Codebook
    from nlp.evaluation.evaluation import evaluate as measure
    from nlp.evaluation.joining import join, read_documents

    failures: list[ReadingError] = []
    documents = read_documents(gold, failures)
    if split is not None:
        documents = _of_split(documents, gold, split)
    if pred is not None:
        codebook = Codebook.load()
        comparisons = join(documents, read_documents(pred, failures), failures)
    else:
        pipeline = _pipeline(finder)
        codebook = pipeline.codebook
        comparisons = _annotated(pipeline, documents, failures)
    if comparisons:
        about = {
            "人工标注": str(gold),
            "预测": str(pred) if pred is not None else f"现场标注({_FINDER_ZH[finder]})",
            "已比较": f"{len(comparisons)}/{len(documents)} 份",
        }
        evaluation = measure(comparisons, labels=codebook.ids, resamples=resamples)
        _show(evaluation, _names(codebook), about, report=report, errors=errors, json_file=json_file)
    _tell(failures, len(comparisons), len(documents))


def _of_split(documents: dict[str, Placed], folder: Path, split: str) -> dict[str, Placed]:
    from nlp.errors import ConfigurationError
    from nlp.evaluation.splits import read_splits

    splits = read_splits(folder)
    if split not in splits:
        raise ConfigurationError(f"there is no split {split!r}", path=str(folder), expected=", ".join(splits))
    return {name: placed for name, placed in documents.items() if placed.path.stem in splits[split]}


def _pipeline(finder: Finder) -> Pipeline:
    from nlp.pipeline import load

    # Both is what the pipeline does unasked.
    options: dict[str, Any] = {} if finder is Finder.both else {"finder": finder.value}
    return load(**options)


def _annotated(pipeline: Pipeline, documents: dict[str, Placed], failures: list[ReadingError]) -> list[Comparison]:
    """Gold documents against what the pipeline says of their texts."""
    from nlp.errors import ReadingError
    from nlp.evaluation.comparing import compare
    from nlp.evaluation.gold import GoldTag
    from nlp.evaluation.joining import align
    from service.progress import progress_bar

    comparisons = []
    with progress_bar("标注", total=len(documents)) as advance:
        for name, (document, path) in documents.items():
            try:
                annotation = pipeline.annotate(document.text, id=name)
                tags = [GoldTag.model_validate(tag.model_dump()) for tag in annotation.tags]
                comparisons.append(compare(document, align(document, annotation.text, tags)))
            except ReadingError as error:
                error.at(path=str(path), place=f"id {name!r}")
                failures.append(error)
            advance(1)
    return comparisons


def _names(codebook: Codebook) -> dict[str, str]:
    from service.render import DOC_TYPE_ZH

    doc_types = {kind or "unknown": name for kind, name in DOC_TYPE_ZH.items()}
    return {**doc_types, **{label.id: label.zh for label in codebook.labels}}


def _show(
    evaluation: Evaluation,
    names: dict[str, str],
    about: dict[str, str],
    *,
    report: Path | None,
    errors: Path | None,
    json_file: Path | None,
) -> None:
    from nlp.evaluation.misses import miss_lines
    from service.items import write_lines
    from service.render import table_console
    from service.render_evaluation import print_evaluation

    with table_console(None) as console:
        print_evaluation(console, evaluation, names)
    if json_file is not None:
        data = {"about": about, **evaluation.to_dict()}
        write_lines(json_file, [json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)])
    if errors is not None:
        write_lines(errors, miss_lines(evaluation.misses))
    if report is not None:
        from nlp.evaluation.report import render_report

        write_lines(report, [render_report(evaluation, names=names, about=about)])
    for path in (json_file, errors, report):
        if path is not None:
            sys.stderr.write(f"已写入 {path}\n")


def _tell(failures: list[ReadingError], compared: int, documents: int) -> None:
    """Name what could not be compared and exit with code 3 when there was any."""
    from service.items import report_failures

    if failures:
        sys.stderr.write(f"{documents} 份人工标注中比较了 {compared} 份,以下各项未计入:\n")
    report_failures(failures, None)
