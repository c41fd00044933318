"""``yanpan demo``: the main job on the shipped samples and cases, then a service with demo data, walked through step by step."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from nlp.pipeline import Pipeline
    from service.demo import Loaded

_QUERY = (
    "新来的主任一上任就把前任定的改造方案全推倒重来，前任签的合同一概不认，施工队堵了三回门，群众看着半截子楼叹气。"
)


def demo(
    folder: Annotated[Path | None, typer.Option(help="结果和服务的数据写到哪里;缺省为临时文件夹")] = None,
    finder: Annotated[str, typer.Option(help="证据由谁找:both 词典和模型,lexicon 只用词典(不装模型,快)")] = "both",
    port: Annotated[int, typer.Option(min=0, max=65535, help="服务的端口;0 为任一空闲端口")] = 0,
    serve: Annotated[
        bool | None,
        typer.Option("--serve/--exit", help="走完后服务一直开着,或者结束;缺省在终端里开着", show_default=False),
    ] = None,
) -> None:
    """用随附样例走一遍:标注、清单、相似案例;再起一个服务,装入演示材料,走完记实、观测、研判、运用。"""
    from rich.console import Console

    from nlp.errors import DemoError, InvalidInputError
    from nlp.pipeline import load

    if finder not in ("both", "lexicon"):
        raise InvalidInputError("no such finder", place="--finder", expected="both or lexicon")
    console = Console(highlight=False)
    target = folder or Path(tempfile.mkdtemp(prefix="yanpan-demo-"))
    if (target / "service").exists():
        raise DemoError("an earlier demo lies here", path=str(target), hint="choose another folder, or remove it")
    pipeline = load(finder="lexicon") if finder == "lexicon" else load()
    index = _main_job(console, target, pipeline)
    _service(console, target, pipeline, index, port, sys.stdout.isatty() if serve is None else serve)


def _main_job(console: Console, target: Path, pipeline: Pipeline) -> Path:
    """Tag the samples, show one of them, find similar cases; returns the folder of the index."""
    from rich.table import Table
    from rich.text import Text

    from nlp.resources import corpora_path
    from nlp.retrieval import CaseIndex, read_cases
    from service.items import ItemStream, source_of, write_lines
    from service.render import DOC_TYPE_ZH, print_document
    from service.render_hits import print_hits
    from service.settings import load_settings
    from service.wording.chinese import on_terminal

    console.rule("一、标注随附样例(均为虚构)")
    stream = ItemStream([corpora_path("samples")])
    samples = [document for document in stream if not document.id.endswith("README.md")]
    annotations = [
        pipeline.annotate(document.text, id=Path(document.id).name, source=source_of(document)) for document in samples
    ]
    table = Table()
    for column in ("文件", "文种", "字数", "正面", "负面"):
        table.add_column(column, justify="left" if column in ("文件", "文种") else "right")
    for annotation in annotations:
        signs = [tag.polarity for tag in annotation.tags]
        table.add_row(
            Text(annotation.id),
            DOC_TYPE_ZH[annotation.doc_type],
            str(len(annotation.text)),
            str(signs.count("+")),
            str(signs.count("-")),
        )
    console.print(table)
    for error in stream.failures:
        console.print(Text(f"未能读取：{on_terminal(error)}"))
    out = target / "samples.jsonl"
    write_lines(out, (annotation.model_dump_json() for annotation in annotations))
    console.print(Text(f"全部标注已写入 {out}"))

    console.rule("二、一份材料的证据与清单")
    shown = max(annotations, key=lambda annotation: len({tag.label for tag in annotation.tags}))
    print_document(console, shown, pipeline.codebook)

    console.rule("三、相似历史案例")
    index_folder = target / "index"
    cases = list(read_cases(corpora_path("cases", "cases.jsonl")))
    index = CaseIndex.build(index_folder, cases, encoder=load_settings().encoder, annotate=pipeline.annotate)
    console.print(Text(f"已为 {len(index)} 个案例建立索引:{index_folder}"))
    console.print(Text(f"查询:{_QUERY}"))
    print_hits(console, index.search(_QUERY, 3), pipeline.codebook)
    return index_folder


def _service(console: Console, target: Path, pipeline: Pipeline, index: Path, port: int, stay: bool) -> None:
    """Start the service, put the demo in, walk through it, and keep it open where that is wanted."""
    from rich.text import Text

    from service.demo import load
    from service.demo.running import running
    from service.demo.walk import Walk

    console.rule("四、记实、观测、研判、运用:一个装好演示材料的服务")
    data = target / "service"
    with running(data, index=index, pipeline=pipeline, port=port) as service:
        console.print(Text(f"服务已启动:{service.url},数据在 {data};以下材料全部经 HTTP 接口装入,人物单位均为虚构"))
        # The sixty cases are in the index already; a second time would only cost time.
        with load(
            service.url, service.password, cases=False, progress=lambda words: console.print(Text(f"  {words}"))
        ) as made:
            Walk(made, console).run()
            console.print()
            console.rule("五、工作台")
            _people(console, made, made.passwords())
        if stay:
            console.print(Text(f"工作台:{service.url}/ (登录页 {service.url}/sign-in),Ctrl-C 结束"))
            _until_stopped()
            console.print(Text("演示服务已结束"))
    command = f"YANPAN_DATA_DIR={data} yanpan serve --index {index}"
    console.print(Text(f"再次打开这个工作台:{command},然后访问 http://127.0.0.1:8017/"))


def _people(console: Console, made: Loaded, passwords: dict[str, str]) -> None:
    from rich.table import Table

    from service.access.roles import LEVELS, ROLE_ZH

    units = {unit.key: unit.name for unit in made.material.cast.units}
    table = Table(title="一次性密码,首次登录须修改", title_justify="left")
    for column in ("用户名", "姓名", "角色", "单位", "可阅级别", "一次性密码"):
        table.add_column(column, no_wrap=column in ("用户名", "一次性密码"))
    for user in made.material.cast.users:
        roles = "、".join(ROLE_ZH[role] for role in user.roles)
        table.add_row(user.login, user.name, roles, units[user.unit], LEVELS[user.clearance], passwords[user.login])
    console.print(table)


def _until_stopped() -> None:
    import signal
    from threading import Event

    ended = Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
