"""Lines in which nobody's behaviour is described: titles, form fields, CV lines, votes, signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.schema import DocType
from nlp.structure.rules import structure_rules
from nlp.structure.turns import TalkHeader, is_closing_line

_DATE = r"\d{4}(?:年|[.\-/])\d{0,2}月?"
_CV_LINE = re.compile(rf"[ \t]*{_DATE}[ \t]*(?:[-—–~～至到]+[ \t]*(?:{_DATE}|今|现在)?|[起任])")
_VOTES = re.compile(
    r"参加(?:民主)?(?:推荐|测评|投票|谈话)[^。\n]{0,30}\d+人|得(?:票|推荐票)?[ \t]*\d+[ \t]*票|(?:优秀|称职|合格|同意)[票]?\d+票|发放测评表|收回(?:有效)?(?:测评)?[表票]"
)
_BASIC_FACTS = re.compile(
    r"^[^。\n]{1,8}，(?:男|女)，[^。\n]{0,120}(?:出生|生|入党|参加工作|学历|文化|现任)|^(?:出生|入党|参加工作|毕业于)"
)
_SIGNATURE = re.compile(
    rf"^(?:[^，。；：\n]{{0,24}}[ \t]*)?{_DATE}(?:\d{{1,2}}日)?$|^(?:考察人|记录人|签名|签字|填表人|核查人|谈话人)[员]?(?:[：\s（]|$)"
)
_TITLE_END = re.compile(
    "(?:材料|记录|报告|意见|汇总|摘录|摘要|鉴定|总结|方案|公示|通知|表|情况|纪要|笔录|决定|决议|记实|剪影|侧记|札记|说明|函|书)[)）]?$"
)
_MAX_TITLE = 45
_TITLE_ZONE = 3
_CELL = re.compile(r"[\t\u3000]| {2,}")


def muted_ranges(folded: str, header: TalkHeader, doc_type: DocType | None) -> list[tuple[int, int]]:
    """Ranges of the folded text that never hold evidence, ascending.

    A sentence inside a line may be muted alone (votes, basic facts); the rest of the line stays readable.
    """
    if doc_type == "policy":
        return [(0, len(folded))] if folded else []
    ranges = list(_header_ranges(folded, header))
    position = 0
    shown = 0
    for line in folded.split("\n"):
        stripped = line.strip()
        if stripped:
            shown += 1
            if (shown <= _TITLE_ZONE and _is_title(stripped)) or _is_form_line(stripped):
                ranges.append((position, position + len(line)))
            else:
                ranges.extend(_muted_sentences(line, position))
        position += len(line) + 1
    return sorted(ranges)


def _header_ranges(folded: str, header: TalkHeader) -> Iterator[tuple[int, int]]:
    for start, end in header.ranges:
        # A long value is prose behind a field name, not a form field.
        if end - start <= 2 * _MAX_TITLE or "。" not in folded[start:end]:
            yield start, end


def _is_title(line: str) -> bool:
    return len(line) <= _MAX_TITLE and not re.search("[，。；！？]", line) and bool(_TITLE_END.search(line))


def _is_form_line(line: str) -> bool:
    if _CV_LINE.match(line) and len(line) <= 2 * _MAX_TITLE and not re.search("[，。；]", line[12:]):
        return True
    if _SIGNATURE.match(line) and len(line) <= _MAX_TITLE:
        return True
    if is_closing_line(line) and len(line) <= _MAX_TITLE:
        return True
    return _is_field_row(line)


def _is_field_row(line: str) -> bool:
    """A table row of form fields: 姓名 李某 性别 男 …"""
    cells = [cell.strip("：: ") for cell in _CELL.split(line) if cell.strip()]
    if len(cells) < 2:
        return False
    fields = structure_rules().turns.header_fields
    return sum(cell.replace(" ", "") in fields for cell in cells) >= len(cells) / 3 and max(map(len, cells)) <= 30


def _muted_sentences(line: str, offset: int) -> Iterator[tuple[int, int]]:
    if not (_VOTES.search(line) or _BASIC_FACTS.match(line.strip())):
        return
    position = 0
    for index, sentence in enumerate(re.split("(?<=[。！？；])", line)):
        if _VOTES.search(sentence) or (index == 0 and _BASIC_FACTS.match(sentence.strip())):
            yield offset + position, offset + position + len(sentence)
        position += len(sentence)
