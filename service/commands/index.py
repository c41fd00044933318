"""``yanpan index``: build and keep the case index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.case_index import BackendOpt, IndexOpt, IndexPlace
from service.items import report_failures
from service.progress import stage_progress

if TYPE_CHECKING:
    from nlp.errors import ReadingError
    from nlp.retrieval import Case

app = typer.Typer(help="历史案例索引:建立、增加、移除、查看。", no_args_is_help=True)

CasesArg = Annotated[Path, typer.Argument(help='案例 JSONL:{"id","text",…}', show_default=False)]
EncoderOpt = Annotated[str | None, typer.Option(help="句向量模型名或路径;缺省 yanpan-joined-v1")]


@app.command("build")
def build(cases: CasesArg, index: IndexOpt = None, encoder: EncoderOpt = None, backend: BackendOpt = None) -> None:
    """由案例文件建立索引(已有的会被整体替换)。"""
    place = IndexPlace(index, backend)
    found, failures = _read(cases)
    with stage_progress() as progress:
        built = place.build(found, encoder, progress)
    typer.echo(f"已建立索引 {place}:{len(built)} 个案例", err=True)
    report_failures(failures, cases)


@app.command("add")
def add(cases: CasesArg, index: IndexOpt = None, backend: BackendOpt = None) -> None:
    """加入案例;编号相同的以新换旧。保存的检索若有新命中,随即列出。"""
    from nlp.retrieval.saved import SavedSearches
    from service.commands.alert import print_alerts

    place = IndexPlace(index, backend)
    found, failures = _read(cases)
    opened = place.open()
    opened.add(found)
    typer.echo(f"已加入 {len(found)} 个案例,索引现有 {len(opened)} 个", err=True)
    # Alerts first: lines that failed end the command, and the cases of the others are in.
    print_alerts(SavedSearches(place.folder, opened))
    report_failures(failures, cases)


@app.command("remove")
def remove(
    ids: Annotated[list[str], typer.Argument(help="案例编号", show_default=False)],
    index: IndexOpt = None,
    backend: BackendOpt = None,
) -> None:
    """按编号移除案例。"""
    opened = IndexPlace(index, backend).open()
    known = [case_id for case_id in dict.fromkeys(ids) if case_id in opened]
    removed = opened.remove(known)
    for case_id in dict.fromkeys(ids):
        if case_id not in known:
            typer.echo(f"索引中没有案例 {case_id}", err=True)
    typer.echo(f"已移除 {removed} 个案例,索引现有 {len(opened)} 个", err=True)
    if removed < len(set(ids)):
        raise typer.Exit(3)


@app.command("info")
def info(index: IndexOpt = None, backend: BackendOpt = None) -> None:
    """显示索引的版本、模型与规模。"""
    typer.echo(IndexPlace(index, backend).open().info().model_dump_json(indent=2))


def _read(path: Path) -> tuple[list[Case], list[ReadingError]]:
    """The valid cases of a file and the lines that are none."""
    from nlp.errors import InvalidRecordError, ReadingError
    from nlp.retrieval.case import parse_case

    cases: list[Case] = []
    failures: list[ReadingError] = []
    if not path.is_file():
        raise ReadingError("the case file does not exist", path=str(path), hint="check the path")
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                cases.append(parse_case(line, path=str(path), number=number))
            except InvalidRecordError as error:
                failures.append(error)
    return cases, failures
