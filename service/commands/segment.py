"""``yanpan segment``: document type, sections, turns, clauses and words, without tags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.items import ItemStream, emit, report_failures


def segment(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL", show_default=False)],
    out: Annotated[Path | None, typer.Option(help="写入的 JSONL 文件;缺省打印到屏幕")] = None,
) -> None:
    """切分:文种、章节、话轮、小句、词。"""
    from service.segmentation import segment_text

    stream = ItemStream(paths)
    lines = (segment_text(document.text, id=document.id).model_dump_json() for document in stream)
    emit(lines, out, "已切分 {count} 份")
    report_failures(stream.failures, out)
