"""``yanpan import``: the work of annotators back from other tools, as reference documents."""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.exports.importing import Imported


class Tool(StrEnum):
    """Where the work was done."""

    label_studio = "label-studio"
    doccano = "doccano"
    brat = "brat"


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help="Label Studio 导出的 JSON、doccano 导出的 JSONL(只导出已确认的行),或 brat 的文件夹(或单个 .ann)",
            show_default=False,
        ),
    ],
    tool: Annotated[Tool, typer.Option("--from", help="来自哪种工具", show_default=False)],
    base: Annotated[Path, typer.Option(help="当初导出的标注结果(JSONL 或文件夹);原文以它为准", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(
            help="写入的人工标注 JSONL;有几位标注员时每人一个文件:OUT.标注员.jsonl;失败清单写在旁边的 *.errors.jsonl",
            show_default=False,
        ),
    ],
    annotator: Annotated[str | None, typer.Option(help="Label Studio:只取这位标注员(completed_by)的标注")] = None,
    keep_source: Annotated[
        bool, typer.Option("--keep-source", help="标注员原样保留的标签,沿用机器标注的来源和分数;缺省一律记为人工")
    ] = False,
    codebook: Annotated[Path | None, typer.Option(help="其他单位的编码本文件")] = None,
) -> None:
    """读回人工标注,核对原文与起止,写成可供 yanpan train、yanpan evaluate 使用的 JSONL。

    一份材料中只要有一处对不上,这份材料就不写入,逐处列入失败清单:少一处标签的标准答案会误导训练和评价。
    """
    from nlp.codebook import Codebook
    from nlp.errors import ConfigurationError
    from service.exports.importing import import_annotations
    from service.items import report_failures

    if annotator is not None and tool is not Tool.label_studio:
        raise ConfigurationError(f"--annotator has no meaning with --from {tool}", expected="--from label-studio")
    found = import_annotations(
        file, tool.value, base, Codebook.load(codebook), annotator=annotator, keep_source=keep_source
    )
    _write(found, out)
    for reason, count in found.skipped.counts.items():
        sys.stderr.write(f"跳过 {count} 项:{reason}\n")
    if found.untouched:
        sys.stderr.write(f"{found.untouched} 份材料没有可用的人工标注,未写入\n")
    report_failures(found.failures, out)


def _write(found: Imported, out: Path) -> None:
    from service.items import write_lines

    several = len(found.rows) > 1
    taken: set[str] = set()
    for annotator, rows in found.rows.items() or [(None, [])]:
        path = _path_of(annotator, out, taken) if several else out
        write_lines(path, (json.dumps(row, ensure_ascii=False) for row in rows))
        who = f"(标注员 {annotator})" if annotator is not None else ""
        sys.stderr.write(f"已导入 {len(rows)} 份{who},写入 {path}\n")


def _path_of(annotator: str | None, out: Path, taken: set[str]) -> Path:
    """``GOLD.7.jsonl`` for annotator 7 and ``GOLD.jsonl``."""
    plain = re.sub(r"[^\w@.-]+", "_", annotator or "").strip(".") or "unknown"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name.casefold())
    return out.with_name(f"{out.stem}.{name}{out.suffix or '.jsonl'}")
