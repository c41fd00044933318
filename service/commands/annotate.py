"""``yanpan annotate``: files, folders and JSONL in, one annotation a line out."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.items import ItemStream, emit, report_failures, source_of

if TYPE_CHECKING:
    from nlp.pipeline import Pipeline
    from nlp.reading import RawDocument
    from nlp.schema import Annotation, Source


class FinderName(StrEnum):
    """Who looks for evidence."""

    lexicon = "lexicon"
    classifier = "classifier"
    both = "both"


class LanguageModelMode(StrEnum):
    """What a configured language model is asked."""

    tagger = "tagger"
    adjudicator = "adjudicator"


class Format(StrEnum):
    """How annotations are printed."""

    table = "table"
    jsonl = "jsonl"


def annotate(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL(保留其中的 id)", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="写入的文件;失败清单写在旁边的 *.errors.jsonl")] = None,
    format: Annotated[Format | None, typer.Option(help="输出格式;给出 --out 时默认 jsonl,否则 table")] = None,
    keep_normative: Annotated[bool, typer.Option("--keep-normative", help="保留要求、计划、假设性表述")] = False,
    anchors: Annotated[bool, typer.Option("--anchors", help="另附页码、段落锚点和原文偏移对照")] = False,
    identity: Annotated[
        bool, typer.Option("--identity", help="另附对象、日期、单位、记录人等(取自题头、落款)及其出处")
    ] = False,
    split: Annotated[
        bool, typer.Option("--split", help="一个文件里有几份文档(如谈话记录汇编)时拆开,编号 文件#1、文件#2……")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="工作进程数")] = 1,
    codebook: Annotated[Path | None, typer.Option(help="其他单位的编码本文件")] = None,
    finder: Annotated[
        FinderName | None, typer.Option(help="由谁找证据:词典、分类模型或两者;缺省两者(换用其他编码本时只用词典)")
    ] = None,
    model: Annotated[Path | None, typer.Option(help="其他标注模型的文件夹(yanpan train tagger 的输出)")] = None,
    llm: Annotated[
        LanguageModelMode | None,
        typer.Option(help="请 YANPAN_LLM_URL 指定的大模型标注(tagger)或复核存疑处(adjudicator);缺省什么也不发送"),
    ] = None,
    min_score: Annotated[float | None, typer.Option(min=0, max=1, help="最低分数,代替各标签自己的阈值")] = None,
) -> None:
    """逐句标注行为特征与政绩观指标,给出证据原文。"""
    from nlp.pipeline import load

    pipeline = load(
        codebook=codebook,
        keep_normative=keep_normative,
        finder=None if finder is None else finder.value,
        model=model,
        min_score=min_score,
        language_model=None if llm is None else llm.value,
    )
    stream = ItemStream(paths)
    pairs = _annotated(pipeline, _split(stream) if split else stream, jobs, shown=out is not None)
    if (format or (Format.jsonl if out else Format.table)) is Format.table:
        _print_tables(pairs, out, pipeline)
    else:
        lines = (_line(annotation, document, anchors=anchors, identity=identity) for annotation, document in pairs)
        emit(lines, out, "已标注 {count} 份")
    report_failures(stream.failures, out)


def _annotated(
    pipeline: Pipeline, stream: Iterable[RawDocument], jobs: int, *, shown: bool
) -> Iterator[tuple[Annotation, RawDocument]]:
    """Annotations with the documents they were made of, in order."""
    from service.progress import progress_bar

    waiting: deque[RawDocument] = deque()

    def items() -> Iterator[tuple[str, Source | None, str]]:
        for document in stream:
            waiting.append(document)
            yield document.id, source_of(document), document.text

    with progress_bar("标注", shown=shown) as advance:
        for annotation in pipeline.pipe(items(), n_process=jobs):
            advance(1)
            yield annotation, waiting.popleft()


def _split(stream: Iterable[RawDocument]) -> Iterator[RawDocument]:
    from nlp.reading.splitting import split_document

    for document in stream:
        yield from split_document(document)


def _line(annotation: Annotation, document: RawDocument, *, anchors: bool, identity: bool) -> str:
    if not anchors and not identity:
        return annotation.model_dump_json()
    from service.anchors import with_anchors
    from service.identities import identity_of

    row = with_anchors(annotation, document) if anchors else annotation.model_dump(mode="json")
    if identity:
        row["identity"] = identity_of(annotation, document)
    return json.dumps(row, ensure_ascii=False)


def _print_tables(pairs: Iterator[tuple[Annotation, RawDocument]], out: Path | None, pipeline: Pipeline) -> None:
    from service.render import print_annotation, table_console

    with table_console(out) as console:
        for annotation, _ in pairs:
            print_annotation(console, annotation, pipeline.codebook)
