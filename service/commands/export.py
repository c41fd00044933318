"""``yanpan export``: annotations for other tools."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nlp.codebook import Codebook
    from nlp.errors import ReadingError
    from nlp.schema import Annotation


class Target(StrEnum):
    """What is written."""

    label_studio = "label-studio"
    doccano = "doccano"
    brat = "brat"
    spacy = "spacy"
    parquet = "parquet"
    xlsx = "xlsx"


class Sheets(StrEnum):
    """How evidence is spread over a workbook."""

    all = "all"
    document = "document"


class Offsets(StrEnum):
    """How places are counted in doccano's rows."""

    utf16 = "utf-16"
    code_points = "code-points"


def export(
    annotations: Annotated[
        Path,
        typer.Argument(help="标注结果 JSONL、含 *.jsonl 的文件夹,或 archive run 的输出文件夹", show_default=False),
    ],
    to: Annotated[Target, typer.Option("--to", help="目标格式", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(help="写入的文件(brat、parquet 为文件夹);失败清单写在旁边的 *.errors.jsonl", show_default=False),
    ],
    label_config: Annotated[
        Path | None, typer.Option(help="另写标注界面:Label Studio 的 XML,或 doccano 的标签 JSON(brat 总会写出)")
    ] = None,
    sheets: Annotated[Sheets, typer.Option(help="xlsx:全部证据一张表,或每份材料一张表")] = Sheets.all,
    offsets: Annotated[
        Offsets, typer.Option(help="doccano:起止的计数单位;doccano 自己的页面按 utf-16 计,不要选 grapheme 计数")
    ] = Offsets.utf16,
    codebook: Annotated[Path | None, typer.Option(help="其他单位的编码本文件")] = None,
    redact: Annotated[
        bool,
        typer.Option(
            "--redact", help="去标识后导出;还原信息加密写在旁边的 *.redaction.jsonl,供 yanpan redact restore --base"
        ),
    ] = False,
    redact_key: Annotated[
        Path | None, typer.Option(help="密钥文件,与 --redact 同用;缺省为输出旁的 *.redaction-key.json,没有则新建")
    ] = None,
) -> None:
    """把标注导出为其他工具的格式;每处起止都与原文核对,对不上的逐条列出。"""
    from nlp.codebook import Codebook
    from nlp.errors import ConfigurationError
    from service.exports.annotations import read_annotations
    from service.items import report_failures

    if label_config is not None and to not in (Target.label_studio, Target.doccano):
        raise ConfigurationError(f"--label-config has no meaning with --to {to}", expected="label-studio or doccano")
    if redact_key is not None and not redact:
        raise ConfigurationError("--redact-key has no meaning without --redact", expected="--redact --redact-key FILE")
    book = Codebook.load(codebook)
    failures: list[ReadingError] = []
    used: set[str] = set()
    rows = _counted(read_annotations(annotations, book, failures))
    if redact:
        rows = _redacted(rows, out, redact_key)
    count = _write(to, rows, out, book, failures, sheets=sheets, offsets=offsets, used=used)
    sys.stderr.write(f"已导出 {count} 份,写入 {out}\n")
    if label_config is not None:
        _write_label_config(to, label_config, book, used)
        sys.stderr.write(f"标注界面写入 {label_config}\n")
    report_failures(failures, out)


def _counted(rows: Iterator[Annotation]) -> Iterator[Annotation]:
    from service.progress import progress_bar

    with progress_bar("导出") as advance:
        for row in rows:
            yield row
            advance(1)


def _redacted(rows: Iterator[Annotation], out: Path, key: Path | None) -> Iterator[Annotation]:
    from nlp.redaction import Redactor, create_key_file, read_key_file
    from service.redactions import redact_rows

    place = key or out.with_name(f"{out.name}.redaction-key.json")
    opened = read_key_file(place) if place.exists() else create_key_file(place)
    sys.stderr.write(f"去标识;还原用的密钥在 {place},请与输出分开保管\n")
    return redact_rows(rows, Redactor(opened), out.with_name(f"{out.name}.redaction.jsonl"))


def _write(
    to: Target,
    rows: Iterator[Annotation],
    out: Path,
    book: Codebook,
    failures: list[ReadingError],
    *,
    sheets: Sheets,
    offsets: Offsets,
    used: set[str],
) -> int:
    if to is Target.label_studio:
        from service.exports.label_studio import writing as label_studio

        return label_studio.write(rows, out, book, failures)
    if to is Target.doccano:
        from service.exports.doccano import writing as doccano

        return doccano.write(rows, out, book, failures, offsets=offsets.value, used=used)
    if to is Target.brat:
        from service.exports.brat import writing as brat

        return brat.write(rows, out, book, failures)
    if to is Target.spacy:
        from service.exports import docbin

        return docbin.write(rows, out, failures)
    if to is Target.parquet:
        from service.exports.tables import parquet

        return parquet.write(rows, out)
    from service.exports.tables import xlsx

    return xlsx.write(rows, out, book, failures, sheets=sheets.value)


def _write_label_config(to: Target, path: Path, book: Codebook, used: set[str]) -> None:
    from service.items import write_lines

    if to is Target.label_studio:
        from service.exports.label_studio.config import label_config

        write_lines(path, [label_config(book)])
    else:
        from service.exports.doccano.naming import label_types

        write_lines(path, [label_types(book, used)])
