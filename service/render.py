"""How annotations and ledgers look on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nlp.codebook import Codebook
from nlp.profile import Ledger, LedgerLine, build_ledger
from nlp.schema import Annotation, Tag

STATUS_ZH = {"observed": "直接表现", "advised": "建议改进", "reported": "据反映", "normative": "要求/计划"}
SUBJECT_ZH = {"target": "本人", "team": "班子/单位", "other": "他人"}
KIND_ZH = {"fact": "事例", "judgement": "评价"}
DOC_TYPE_ZH = {
    "inspection": "考察材料",
    "annual": "年度考核",
    "self_report": "述职述廉",
    "talk_note": "谈话记录",
    "verification": "走访核查",
    "survey": "专项调研",
    "poll": "民主测评意见",
    "policy": "方案公示会议",
    None: "未识别",
}
_STYLE = {"+": "bold green", "-": "bold red"}


@contextmanager
def table_console(out: Path | None) -> Iterator[Console]:
    """A console on stdout, or on the file ``out`` without colours."""
    if out is None:
        yield Console(highlight=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8") as stream:
        yield Console(file=stream, width=120, highlight=False)


def print_annotation(console: Console, annotation: Annotation, codebook: Codebook) -> None:
    """One document: its name, and a table with one row a tag."""
    name = annotation.id + (f"({DOC_TYPE_ZH[annotation.doc_type]})")
    if not annotation.tags:
        console.print(Text(f"{name}:没有可标注的行为表现"))
        return
    table = Table(title=name, title_justify="left", show_lines=False)
    for column in ("位置", "标签", "极性", "状态", "对象", "类型", "证据", "依据词"):
        table.add_column(column, overflow="fold")
    for tag in annotation.tags:
        table.add_row(
            f"{tag.start}-{tag.end}",
            codebook.label(tag.label).zh,
            Text(tag.polarity, style=_STYLE[tag.polarity]),
            STATUS_ZH[tag.status],
            SUBJECT_ZH[tag.subject],
            KIND_ZH[tag.kind],
            Text(tag.quote),
            Text("、".join(cue.quote for cue in tag.cues)),
        )
    console.print(table)


def highlighted(annotation: Annotation) -> Text:
    """The text with evidence coloured by polarity and underlined, so that colour is not the only signal."""
    text = Text(annotation.text)
    for tag in annotation.tags:
        style = _STYLE[tag.polarity] + (" underline" if tag.polarity == "-" else "")
        text.stylize(style, tag.start, tag.end)
    return text


def print_ledger(console: Console, ledger: Ledger, codebook: Codebook) -> None:
    """The two lists 实绩清单 and 负面表现清单, and what was said of others; counts with sources, never a score."""
    for title, lines in (("实绩清单", ledger.positive), ("负面表现清单", ledger.negative)):
        table = Table(title=f"{title}({len(lines)} 条)", title_justify="left")
        for column in ("标签", "状态", "对象", "类型", "证据原文", "出处"):
            table.add_column(column, overflow="fold")
        for line in lines:
            table.add_row(*_ledger_row(line, codebook))
        console.print(table)
    if ledger.others:
        console.print(Text(f"另有 {len(ledger.others)} 条说的是他人,不计入被评价人。"))


def _ledger_row(line: LedgerLine, codebook: Codebook) -> tuple[Text, ...]:
    tag: Tag = line.tag
    return (
        Text(codebook.label(tag.label).zh),
        Text(STATUS_ZH[tag.status]),
        Text(SUBJECT_ZH[tag.subject]),
        Text(KIND_ZH[tag.kind]),
        Text(tag.quote),
        Text(f"{line.document} {tag.start}-{tag.end}" + (f" {line.speaker}" if line.speaker else "")),
    )


def print_document(console: Console, annotation: Annotation, codebook: Codebook) -> None:
    """The whole text with evidence marked, then its ledger."""
    title = f"{annotation.id}({DOC_TYPE_ZH[annotation.doc_type]}) 绿=正面 红+下划线=负面"
    console.print(Panel(highlighted(annotation), title=title, title_align="left"))
    print_ledger(console, build_ledger([annotation]), codebook)
