"""``yanpan demo``: the main job on the shipped samples and cases."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

_QUERY = (
    "新来的主任一上任就把前任定的改造方案全推倒重来，前任签的合同一概不认，施工队堵了三回门，群众看着半截子楼叹气。"
)


def demo(
    folder: Annotated[Path | None, typer.Option(help="结果写到哪里;缺省为临时文件夹")] = None,
) -> None:
    """用随附样例走一遍:标注、清单、相似案例。"""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from nlp.pipeline import default_pipeline
    from nlp.resources import corpora_path
    from nlp.retrieval import CaseIndex, read_cases
    from service.items import ItemStream, source_of, write_lines
    from service.render import DOC_TYPE_ZH, print_document
    from service.render_hits import print_hits
    from service.settings import load_settings

    console = Console(highlight=False)
    target = folder or Path(tempfile.mkdtemp(prefix="yanpan-demo-"))
    pipeline = default_pipeline()

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
        console.print(Text(f"未能读取:{error}"))
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

    console.rule("四、接下来")
    console.print(Text(f"启动服务:yanpan serve --index {index_folder}(或 make serve),然后打开 /docs"))
