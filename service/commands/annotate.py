"""``yanpan annotate``: files, folders and JSONL in, one annotation a line out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from service.items import ItemStream, source_of, write_errors, write_lines


class Format(StrEnum):
    """How annotations are printed."""

    table = "table"
    jsonl = "jsonl"


def annotate(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL(保留其中的 id)", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="写入的 JSONL 文件;失败清单写在旁边的 *.errors.jsonl")] = None,
    format: Annotated[Format | None, typer.Option(help="输出格式;给出 --out 时默认 jsonl,否则 table")] = None,
    keep_normative: Annotated[bool, typer.Option("--keep-normative", help="保留要求、计划、假设性表述")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="工作进程数")] = 1,
    codebook: Annotated[Path | None, typer.Option(help="其他单位的编码本文件")] = None,
) -> None:
    """逐句标注行为特征与政绩观指标,给出证据原文。"""
    from nlp.pipeline import load
    from nlp.schema import Annotation
    from service.progress import progress_bar

    pipeline = load(codebook=codebook, keep_normative=keep_normative)
    stream = ItemStream(paths)

    def annotations() -> Iterator[Annotation]:
        items = ((document.id, source_of(document), document.text) for document in stream)
        with progress_bar("标注", shown=out is not None) as advance:
            for annotation in pipeline.pipe(items, n_process=jobs):
                advance(1)
                yield annotation

    form = format or (Format.jsonl if out else Format.table)
    if out is not None and form is Format.jsonl:
        count = write_lines(out, (annotation.model_dump_json() for annotation in annotations()))
        typer.echo(f"已标注 {count} 份,写入 {out}", err=True)
    else:
        _print(annotations(), form, out, pipeline.codebook)
    _report(stream, out)


def _print(annotations: Iterator, form: Format, out: Path | None, codebook) -> None:  # type: ignore[no-untyped-def,type-arg]
    from service.render import print_annotation, table_console

    if form is Format.jsonl:
        for annotation in annotations:
            sys.stdout.write(annotation.model_dump_json() + "\n")
        return
    with table_console(out) as console:
        for annotation in annotations:
            print_annotation(console, annotation, codebook)


def _report(stream: ItemStream, out: Path | None) -> None:
    for error in stream.failures:
        typer.echo(f"未能读取:{error}", err=True)
    if out is not None:
        written = write_errors(out, stream.failures)
        if written:
            typer.echo(f"{len(stream.failures)} 项失败,清单见 {written}", err=True)
    if stream.failures:
        raise typer.Exit(3)
