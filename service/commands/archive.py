"""``yanpan archive``: a folder of old reports → annotated records, resumable at any moment."""

from __future__ import annotations

import json
import signal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.annotate import FinderName

if TYPE_CHECKING:
    from service.archive.manifest.reading import Counts, Failure
    from service.archive.options import RunOptions
    from service.archive.run import Report

app = typer.Typer(help="整批档案:标注、续作、查看进度与失败清单。", no_args_is_help=True)

DestArg = Annotated[Path, typer.Argument(help="archive run 的输出文件夹", show_default=False)]


class EngineChoice(StrEnum):
    """Who works on the files."""

    local = "local"
    ray = "ray"


class PartFormat(StrEnum):
    """How records are written."""

    jsonl = "jsonl"
    parquet = "parquet"


@app.command("run")
def run(
    source: Annotated[Path, typer.Argument(help="档案文件夹(或单个文件)", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="输出文件夹;中断后用同一命令续作", show_default=False)],
    workers: Annotated[int | None, typer.Option(min=1, help="工作进程数;缺省按核数与内存决定")] = None,
    engine: Annotated[EngineChoice, typer.Option(help="local 本机进程;ray 集群")] = EngineChoice.local,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="由旧版程序、旧版编码本或另一种 finder 标注的,重新标注")
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="只重做失败和部分失败的文件")] = False,
    moved: Annotated[bool, typer.Option("--moved", help="档案文件夹只是换了位置或名字")] = False,
    finder: Annotated[FinderName, typer.Option(help="由谁找证据:词典、分类模型或两者")] = FinderName.both,
    format: Annotated[PartFormat, typer.Option(help="分卷格式")] = PartFormat.jsonl,
    max_memory: Annotated[
        str | None, typer.Option(metavar="大小", help="全部工作进程合计可用内存,如 4G;缺省每个进程 1900M")
    ] = None,
    file_seconds: Annotated[
        float, typer.Option(min=0.1, help="一份文件(含多份文书的,其中一份文书)最长处理秒数,超过即记为失败")
    ] = 300.0,
    recycle_files: Annotated[int, typer.Option(min=1, help="一个进程处理多少份文件后更换")] = 2000,
    address: Annotated[str | None, typer.Option(help="已有 Ray 集群的地址;缺省在本机启动")] = None,
    redact: Annotated[
        bool, typer.Option("--redact", help="去标识:姓名、身份证号、电话、住址、银行卡号等换成代号,凭密钥文件可还原")
    ] = False,
    redact_key: Annotated[
        Path | None,
        typer.Option(help="密钥文件,与 --redact 同用;缺省为输出文件夹旁的 <文件夹名>.redaction-key.json,没有则新建"),
    ] = None,
) -> None:
    """标注整批档案;只做尚未完成的。失败的文件不影响其余,清单见 errors.jsonl。"""
    from nlp.errors import ConfigurationError
    from service.archive.hiding import key_path
    from service.archive.options import RunOptions, WorkerLimits, parse_size
    from service.archive.run import run_archive
    from service.archive.stopping import StoppedAtOnceError

    if redact_key is not None and not redact:
        raise ConfigurationError("--redact-key has no meaning without --redact", expected="--redact --redact-key FILE")
    key = (redact_key or key_path(out)) if redact else None
    options = RunOptions(
        source=source,
        dest=out,
        workers=workers,
        engine=engine.value,
        upgrade=upgrade,
        retry_failed=retry_failed,
        moved=moved,
        finder=finder.value,
        format=format.value,
        max_memory=None if max_memory is None else parse_size(max_memory),
        limits=WorkerLimits(file_seconds=file_seconds, recycle_files=recycle_files),
        address=address,
        redaction_key=key,
    )
    try:
        report = run_archive(options, shown=True)
    except StoppedAtOnceError as stopped:
        typer.echo("已立即停止;已写入的分卷完好,未写入的下次续作", err=True)
        raise typer.Exit(128 + stopped.number) from None
    _print_report(report, options)
    if key is not None:
        _say(f"已去标识;还原用的密钥在 {key},请与输出分开保管")
    if report.signal is not None:
        raise typer.Exit(130 if report.signal == signal.SIGINT else 0)
    if report.tally.failed or report.tally.partly:
        raise typer.Exit(3)


@app.command("status")
def status(
    dest: DestArg,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """显示进度:各状态文件数、文书数、版本、错误种类、上次运行。"""
    from dataclasses import asdict

    from service.archive.layout import Layout
    from service.archive.lock import is_locked
    from service.archive.manifest.reading import ManifestReader

    layout = Layout(dest)
    with ManifestReader(layout) as manifest:
        counts = manifest.counts()
    running = is_locked(layout.lock)
    if as_json:
        versions = [
            {"pipeline": pipeline, "codebook": codebook, "finder": finder, "files": files}
            for (pipeline, codebook, finder), files in counts.versions.items()
        ]
        typer.echo(json.dumps({**asdict(counts), "versions": versions, "running": running}, ensure_ascii=False))
        return
    for line in _status_lines(counts, running=running):
        typer.echo(line)


@app.command("failures")
def failures(
    dest: DestArg,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个文件的 JSON")] = False,
) -> None:
    """列出失败和部分失败的文件及原因;archive run --retry-failed 可单独重做。"""
    from dataclasses import asdict

    from service.archive.layout import Layout
    from service.archive.manifest.reading import ManifestReader

    count = 0
    with ManifestReader(Layout(dest)) as manifest:
        for failure in manifest.failures():
            count += 1
            if as_json:
                typer.echo(json.dumps(asdict(failure), ensure_ascii=False))
            else:
                _print_failure(failure)
    if not as_json:
        typer.echo(f"共 {count} 份文件" if count else "没有失败的文件", err=True)


_STATES = {"found": "待处理", "running": "处理中", "done": "完成", "failed": "失败", "duplicate": "重复"}


def _print_failure(failure: Failure) -> None:
    kind = "失败" if failure.state == "failed" else "部分失败"
    typer.echo(f"{failure.name}\t{kind}\t试过 {failure.tries} 次")
    for error in failure.errors:
        where = " ".join(part for part in (error["path"], error["place"]) if part and part != failure.name)
        hint = f";{error['hint']}" if error["hint"] else ""
        typer.echo(f"  [{error['code']}] {where + ': ' if where else ''}{error['message']}{hint}")


def _status_lines(counts: Counts, *, running: bool) -> list[str]:
    total = sum(counts.states.values())
    states = "、".join(f"{name} {counts.states.get(state, 0)}" for state, name in _STATES.items())
    lines = [
        f"来源:{counts.source or '(未知)'}",
        f"文件:{total}({states};完成的中部分失败 {counts.partly})",
        f"文书:{counts.documents},{counts.characters:,} 字;分卷 {counts.parts} 个,{counts.bytes / 1024**2:,.1f} MiB",
    ]
    lines += [
        f"版本:程序 {pipeline}、编码本 {codebook}、{finder}:{files} 份文件"
        for (pipeline, codebook, finder), files in counts.versions.items()
    ]
    if counts.errors:
        lines.append("错误:" + "、".join(f"{code} {files}" for code, files in counts.errors.items()))
    last = counts.last_run
    if last is not None:
        ended = {"finished": "做完", "stopped": "中途停止", "broken off": "因故中断"}.get(
            str(last["ended"]), "未正常结束"
        )
        lines.append(
            f"上次运行:{last['started']} 起,{last['engine']},{last['workers']} 个进程,"
            + ("正在进行" if running else f"{ended},{last['files']} 份文件,{last['seconds']:.0f} 秒")
        )
    return lines


def _print_report(report: Report, options: RunOptions) -> None:
    tally, recovered = report.tally, report.recovered
    say = _say
    if recovered.interrupted or recovered.orphans:
        say(f"上次未正常结束:{recovered.interrupted} 份文件重做,清除未登记的分卷 {len(recovered.orphans)} 个")
    if recovered.damaged:
        say(f"分卷缺失或损坏:{'、'.join(recovered.damaged)};其中 {recovered.redone} 份文件重做")
    if report.ended == "finished":
        say((tally.total and tally.line()) or "没有需要处理的文件")
    else:
        say(f"已停止,在手的文件已做完:{tally.line()}")
        say(f"还有 {report.waiting} 份待处理,用同一命令续作")
    if tally.files:
        worked = report.worked
        busy = max(report.workers * report.seconds, 1e-6)
        say(
            f"用时 {report.seconds:.0f} 秒,{report.workers} 个进程;进程时间:读取 {worked.reading / busy:.0%}、"
            f"标注 {worked.annotating / busy:.0%}、写出 {worked.writing / busy:.0%};"
            f"合卷 {report.joining:.1f} 秒"
            + (f";内存最高 {report.peak_bytes / 1024**2:,.0f} MiB" if report.peak_bytes else "")
        )
    if report.groups:
        say(f"内容近乎相同的文书 {report.groups} 组,见 {options.dest / 'groups.jsonl'}")
    if tally.failed or tally.partly:
        say(
            f"失败 {tally.failed} 份、部分失败 {tally.partly} 份,见 {options.dest / 'errors.jsonl'} 或 yanpan archive failures"
        )


def _say(text: str) -> None:
    typer.echo(text, err=True)
