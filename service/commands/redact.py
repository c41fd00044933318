"""``yanpan redact``: names and numbers out of texts and annotations, and back with the key."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from nlp.errors import ReadingError
    from nlp.redaction import Finding
    from service.items import ItemStream

app = typer.Typer(help="去标识:把姓名、证件号等换成代号,凭密钥还原。", no_args_is_help=True)

KeyOption = Annotated[
    Path, typer.Option("--key", help="密钥文件,用 yanpan redact key 新建;同一密钥,同一人得同一代号", show_default=False)
]
OutOption = Annotated[
    Path, typer.Option("--out", help="写入的 JSONL;失败清单写在旁边的 *.errors.jsonl", show_default=False)
]

_KINDS = {
    "person": "姓名",
    "identity_number": "身份证号",
    "phone": "电话",
    "address": "住址",
    "bank_card": "银行卡",
    "plate": "车牌",
    "email": "邮箱",
    "passport": "护照",
}


@app.command("key")
def new_key(path: Annotated[Path, typer.Argument(help="新密钥文件;只有本人可读(0600)", show_default=False)]) -> None:
    """新建密钥。没有它,代号无法还原;得到它的人可以还原一切,须与材料分开保管。"""
    from nlp.redaction import create_key_file

    made = create_key_file(path)
    typer.echo(f"密钥 {made.id} 写入 {path}")


@app.command("find")
def find_names(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="每处一行 JSON:id、起止、原文、种类")] = False,
) -> None:
    """只列出会被换掉的内容,不改写,供核对。"""
    from nlp.redaction import find
    from service.items import ItemStream, report_failures

    stream = ItemStream(paths)
    for document in stream:
        for item in find(document.text):
            _print_finding(document.id, document.text, item, as_json=as_json)
    report_failures(stream.failures, None)


@app.command("text")
def redact_text(
    paths: Annotated[list[Path], typer.Argument(help="文件、文件夹或 JSONL", show_default=False)],
    out: OutOption,
    key: KeyOption,
) -> None:
    """原文去标识,每份一行 JSON:id、text、redaction(加密的还原信息)。文件名也换成代号。"""
    from nlp.redaction import Redactor, read_key_file
    from service.items import ItemStream, emit, report_failures
    from service.redactions import redact_document

    redactor = Redactor(read_key_file(key))
    stream = ItemStream(paths)
    lines = (_line(redact_document(document, redactor)) for document in _shown(stream))
    emit(lines, out, "已去标识 {count} 份")
    report_failures(stream.failures, out)


@app.command("annotations")
def redact_annotations(
    path: Annotated[
        Path,
        typer.Argument(help="标注结果 JSONL、含 *.jsonl 的文件夹,或 archive run 的输出文件夹", show_default=False),
    ],
    out: OutOption,
    key: KeyOption,
) -> None:
    """标注结果去标识:全部起止移到新文本上,题头、话轮、证据、线索、锚点中的姓名一并换掉。"""
    from nlp.redaction import Redactor, read_key_file
    from service.redactions import redact_record

    redactor = Redactor(read_key_file(key))
    _each(path, out, "已去标识 {count} 份", lambda row: redact_record(row, redactor))


@app.command("restore")
def restore(
    path: Annotated[
        Path, typer.Argument(help="去标识后的 JSONL、文件夹,或 archive run --redact 的输出", show_default=False)
    ],
    out: OutOption,
    key: KeyOption,
    base: Annotated[
        Path | None,
        typer.Option(
            help="行中没有还原信息时(如从其他工具读回的人工标注),按 id 取自这份去标识结果", show_default=False
        ),
    ] = None,
) -> None:
    """用密钥还原;去标识后增改的标签随原文移回。"""
    from nlp.redaction import read_key_file
    from service.redactions import FIELD, restore_row

    opened = read_key_file(key)
    blocks = {} if base is None else {row["id"]: row.get(FIELD) for row in _rows(base, [])}

    def restored(row: Mapping[str, Any]) -> dict[str, Any]:
        return restore_row({**row, FIELD: row.get(FIELD) or blocks.get(row.get("id"))}, opened)

    _each(path, out, "已还原 {count} 份", restored)


@app.command("files")
def files(
    dest: Annotated[Path, typer.Argument(help="archive run --redact 的输出文件夹", show_default=False)],
    key: KeyOption,
) -> None:
    """列出文件代号与原文件名的对照,供查对失败清单。"""
    from nlp.reading.discover import display_name
    from nlp.redaction import read_key_file
    from service.archive.hiding import Hiding
    from service.archive.layout import Layout
    from service.archive.manifest.reading import ManifestReader

    hiding = Hiding(read_key_file(key).secret)
    with ManifestReader(Layout(dest)) as manifest:
        hiding.check(manifest.setting("redaction"), dest)
        for name, path in manifest.paths():
            typer.echo(f"{name}\t{display_name(os.fsdecode(hiding.path(path)))}")


def _print_finding(id: str, text: str, item: Finding, *, as_json: bool) -> None:
    if as_json:
        row = {"id": id, "start": item.start, "end": item.end, "quote": item.quote, "kind": item.kind}
        typer.echo(json.dumps(row, ensure_ascii=False))
        return
    around = f"{text[max(0, item.start - 10) : item.start]}【{item.quote}】{text[item.end : item.end + 10]}"
    typer.echo(f"{id}\t{_KINDS[item.kind]}\t{' '.join(around.split())}")


def _each(path: Path, out: Path, done: str, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> None:
    """Change every row; one that cannot be changed is listed, never written as it was."""
    from service.items import emit, report_failures

    failures: list[ReadingError] = []

    def lines() -> Iterator[str]:
        from nlp.errors import InvalidRecordError, RedactionError
        from service.progress import progress_bar

        with progress_bar("处理") as advance:
            for row in _rows(path, failures):
                try:
                    yield _line(change(row))
                except (InvalidRecordError, RedactionError) as error:
                    failures.append(InvalidRecordError(error.message, path=str(row.get("id")), hint=error.hint))
                advance(1)

    emit(lines(), out, done)
    report_failures(failures, out)


def _rows(path: Path, failures: list[ReadingError]) -> Iterator[dict[str, Any]]:
    from nlp.errors import InvalidRecordError
    from service.exports.annotations import read_rows

    for file, place, row in read_rows(path, failures):
        if isinstance(row, dict) and isinstance(row.get("text"), str):
            yield row
        else:
            failures.append(
                InvalidRecordError(
                    "the row has no text", path=str(file), place=place, expected="a JSON object with text"
                )
            )


def _shown(stream: ItemStream) -> Iterator[Any]:
    from service.progress import progress_bar

    with progress_bar("去标识") as advance:
        for document in stream:
            yield document
            advance(1)


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
