"""A dossier as headings, paragraphs, quotations and tables: the one order that every format lays out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from service.assessment.shapes import CaseOut, EvidenceOut
from service.decisions.measures import MEASURE_ZH
from service.dossier.content import CounterEvidence, Dossier

_ZONE = timezone(timedelta(hours=8))
_STATES = {"draft": "草稿", "submitted": "待批准", "approved": "已批准", "returned": "已退回"}
_SIDES = {"honest": "属失误、可容一侧", "wilful": "属违规、不可容一侧"}
_CHANGES = {"added": "增加", "removed": "删去", "changed": "改动"}
_WHATS = {"summary": "综述", "finding": "认定", "evidence": "证据", "case": "案例", "circumstance": "情形"}
_SIGNS = {"+": "正面", "-": "负面"}


@dataclass(frozen=True)
class Heading:
    """A heading; level 0 is the title."""

    text: str
    level: int


@dataclass(frozen=True)
class Paragraph:
    """Plain words."""

    text: str


@dataclass(frozen=True)
class Quotation:
    """Words of a record or a case, and where they stand."""

    quote: str
    source: str


@dataclass(frozen=True)
class Table:
    """Rows of cells, the first row being the heads."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Quotation | Table


def outline(dossier: Dossier) -> Iterator[Block]:
    """The parts of a dossier in order."""
    assessment, current = dossier.assessment, dossier.current
    yield Heading("研判卷宗", 0)
    yield Table(
        (
            ("项目", "内容"),
            ("对象", dossier.subject_code),
            ("单位", dossier.unit or "—"),
            ("事由", assessment.occasion),
            ("密级", dossier.level),
            ("状态", _STATES[assessment.state]),
            ("起草", dossier.people.get(current.author_id, current.author_id)),
            ("提交", _signed(dossier, assessment.submitted_by, assessment.submitted_at)),
            (
                "退回" if assessment.state == "returned" else "批准",
                _signed(dossier, assessment.decided_by, assessment.decided_at)
                if assessment.state in ("approved", "returned")
                else "—",
            ),
            ("版本", f"第{current.number}版，共{assessment.versions}版"),
        )
    )
    if assessment.return_reason and assessment.state != "approved":
        yield Paragraph(f"退回理由：{assessment.return_reason}")
    if dossier.withheld:
        yield Paragraph("注意：本研判所据的部分材料或案例不在制卷人的查阅范围内，本卷未列。")
    yield Heading("一、综述", 1)
    yield Paragraph(current.summary or "（无）")
    yield from _findings(dossier)
    yield from _circumstances(dossier)
    yield from _cases(dossier)
    yield from _decisions(dossier)
    yield from _history(dossier)
    yield Heading("七、制卷信息", 1)
    yield Paragraph(f"制卷：{dossier.made_by}，{_time(dossier.made_at)}。")
    yield Paragraph(f"审计日志末端：第{dossier.head[0]}条，{dossier.head[1]}")
    yield Paragraph("本卷只列证据及其出处，不对人作总体评分、排序。")


def _findings(dossier: Dossier) -> Iterator[Block]:
    yield Heading("二、认定及证据", 1)
    if not dossier.current.findings:
        yield Paragraph("（无）")
    for finding, counter in zip(dossier.current.findings, dossier.counter, strict=True):
        yield Heading(f"{finding.ordinal}. {finding.statement}", 2)
        if finding.label is not None:
            yield Paragraph(f"标签：{_label(dossier, finding.label, finding.polarity)}")
        for piece in finding.evidence:
            yield Quotation(piece.quote, _source(dossier, piece))
        if not finding.evidence:
            yield Paragraph("（所据材料不在查阅范围内）")
        if counter:
            yield Paragraph("同一标签的相反证据：")
            for against in counter:
                yield Quotation(against.quote, _counter_source(dossier, against))
        else:
            yield Paragraph("同一标签的相反证据：未见。")


def _circumstances(dossier: Dossier) -> Iterator[Block]:
    yield Heading("三、三个区分开来的情形", 1)
    if not dossier.current.circumstances:
        yield Paragraph("（未记录）")
    for said in dossier.current.circumstances:
        comment = f"；说明：{said.comment}" if said.comment else ""
        yield Quotation(said.quote, f"{said.zh}：{_SIDES[said.side]}；材料 {said.record_id}{comment}")


def _cases(dossier: Dossier) -> Iterator[Block]:
    yield Heading("四、相似案例及理由", 1)
    if not dossier.current.cases:
        yield Paragraph("（未附）")
    for number, case in enumerate(dossier.current.cases, 1):
        yield Heading(f"{number}. {case.reasons.get('title') or case.case_id}", 2)
        known = [("编号", case.case_id), ("单位", case.unit), ("时间", case.reasons.get("date"))]
        known += [("结果", case.reasons.get("outcome")), ("处理", case.reasons.get("handling"))]
        yield Paragraph("；".join(f"{name}：{value}" for name, value in known if value) + "。")
        if case.comment:
            yield Paragraph(f"附入说明：{case.comment}")
        yield from _reasons(dossier, case)


def _reasons(dossier: Dossier, case: CaseOut) -> Iterator[Block]:
    for pair in case.reasons.get("pairs", ()):
        shared = "、".join(pair.get("shared_words", ()))
        words = f"；共有词：{shared}" if shared else ""
        yield Quotation(pair["case"]["quote"], f"与“{pair['query']['quote']}”相近{words}")
    for key, name in (
        ("shared_tags", "双方都有"),
        ("opposite_tags", "双方相反"),
        ("differing_tags", "只有一方有"),
        ("other_subject_tags", "案例中属他人"),
    ):
        tags = case.reasons.get(key, ())
        if tags:
            yield Paragraph(f"{name}：" + "、".join(_label(dossier, tag["label"], tag["polarity"]) for tag in tags))
    for said in case.reasons.get("circumstances", ()):
        yield Paragraph(f"{said['zh']}：{_sides(said)}")


def _sides(said: dict[str, Any]) -> str:
    parts = []
    for who, name in (("query", "本件"), ("case", "案例")):
        for side, side_name in (("honest", "失误一侧"), ("wilful", "违规一侧")):
            quotes = said.get(f"{who}_{side}", ())
            if quotes:
                parts.append(f"{name}{side_name}" + "".join(f"“{quote['quote']}”" for quote in quotes))
    return "；".join(parts) + ("。两者不同。" if said.get("differs") else "。")


def _decisions(dossier: Dossier) -> Iterator[Block]:
    yield Heading("五、运用", 1)
    if not dossier.decisions:
        yield Paragraph("（尚无决定）")
        return
    rows = [("决定", "决定者", "日期", "回访", "说明", "结果")]
    rows += [
        (
            MEASURE_ZH[one.measure],
            one.decided_by,
            one.decided_on.isoformat(),
            one.follow_up_on.isoformat() if one.follow_up_on else "—",
            one.note or "—",
            (one.outcome or "—") + (f"（已了结，案例 {one.case_id}）" if one.case_id else ""),
        )
        for one in dossier.decisions
    ]
    yield Table(tuple(rows))


def _history(dossier: Dossier) -> Iterator[Block]:
    yield Heading("六、版本", 1)
    for line in dossier.history:
        yield Paragraph(f"第{line.number}版，{line.author}，{_time(line.created_at)}。")
        for change in line.changes:
            before = f"原：{change.before}" if change.before else ""
            after = f"今：{change.after}" if change.after else ""
            words = "；".join(part for part in (before, after) if part)
            yield Paragraph(f"　{_CHANGES[change.change]}{_WHATS[change.what]}——{words}")


def _label(dossier: Dossier, label: str, polarity: str | None) -> str:
    sign = f"（{_SIGNS[polarity]}）" if polarity else ""
    return dossier.labels.get(label, label) + sign


def _source(dossier: Dossier, piece: EvidenceOut) -> str:
    parts = [
        f"《{piece.title}》" if piece.title else "",
        piece.document_date or "",
        piece.place or f"字符{piece.start}–{piece.end}",
        f"{piece.speaker}述" if piece.speaker else "",
        piece.source or "",
        f"材料 {piece.record_id}",
        _label(dossier, piece.label, piece.polarity),
        "事实" if piece.kind == "fact" else "评价",
        "" if piece.standing else "★该标注或材料其后已改动",
    ]
    return "，".join(part for part in parts if part)


def _counter_source(dossier: Dossier, against: CounterEvidence) -> str:
    parts = [
        f"《{against.title}》" if against.title else "",
        against.document_date or "",
        against.place or "",
        f"材料 {against.record_id}",
        _label(dossier, against.label, against.polarity),
    ]
    return "，".join(part for part in parts if part)


def _signed(dossier: Dossier, user_id: str | None, at: datetime | None) -> str:
    if user_id is None or at is None:
        return "—"
    return f"{dossier.people.get(user_id, user_id)}，{_time(at)}"


def _time(at: datetime) -> str:
    return at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M")
