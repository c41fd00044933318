"""``yanpan segment``: document type, sections, turns, clauses and words, without tags."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.items import ItemStream, write_errors, write_lines


def segment(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="写入的 JSONL 文件;缺省打印到屏幕")] = None,
) -> None:
    """切分:文种、章节、话轮、小句、词。"""
    from service.segmentation import segment_text

    stream = ItemStream(paths)
    lines = (segment_text(document.text, id=document.id).model_dump_json() for document in stream)
    if out is None:
        for line in lines:
            sys.stdout.write(line + "\n")
    else:
        typer.echo(f"已切分 {write_lines(out, lines)} 份,写入 {out}", err=True)
        write_errors(out, stream.failures)
    for error in stream.failures:
        typer.echo(f"未能读取:{error}", err=True)
    if stream.failures:
        raise typer.Exit(3)
