"""Where the table of a sheet begins, and what its columns hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from nlp.reading.tables.grid import Grid

ColumnKind = Literal["remark", "count", "subject", "field"]
Row = tuple[int, tuple[str, ...]]

_SEARCHED_ROWS: Final = 15
_MAX_LEVELS: Final = 3
_MAX_HEADER: Final = 30
_MAX_NAME: Final = 15
_BLANK: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"[-+]?[\d,]*\.?\d+\s*(?:%|％|票|人|分|次|个)?")
_HAN: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_SUBJECT: Final = re.compile(
    r"(?:被(?:测评|评议|评价|考核|推荐|考察|谈话)(?:人|人员|对象|干部)?|(?:测评|评议|评价|考核|考察|推荐)对象|对象)(?:姓名)?"
    r"|(?:干部|人员|同志|班子成员)?姓名|班子成员|干部"
)
_COUNT: Final = re.compile(
    r"优秀|良好|称职|胜任|合格|满意|同意|弃权|反对|赞成|不了解|较好|一般|较差|票|(?:^|[^爱特喜])好$|差$|^优$|^良$|^中$|率$|比例"
    r"|占比|百分比|得分|分数|均分|总分"
)
_REMARK: Final = re.compile(
    r"意见|评语|评价|建议|评议|反映|优点|缺点|优势|短板|不足|特点|表现|看法|印象|问题|留言|鉴定|评鉴|综述|画像|小结|总结"
)
_WEAK_REMARK: Final = re.compile(r"备注|说明|事例|理由|依据")
_NO_REMARK: Final = re.compile(
    r"(?:人|人员|姓名|者|时间|日期|等次|等级|档次|结果|结论|编号|序号|类别|类型|对象|单位|部门|主体|层级|方式)$"
)
_FIELD: Final = re.compile(
    r"序号|编号|姓名|性别|民族|年龄|出生.{0,3}|籍贯|出生地|政治面貌|入党时间|参加工作.{0,3}|学历.{0,3}|学位.{0,3}|职务|现任职务|拟任职务|职称|职级"
    r"|(?:工作|所在)?单位|部门|科室|处室|岗位|电话|联系.{0,3}|身份证.{0,3}|日期|时间|考核等次|等次|备注|评价人|填表人|类别|类型"
)
_MIN_REMARK: Final = 4
_MIN_WEAK_REMARK: Final = 6
TOTALS: Final = re.compile(r"(?:合计|总计|小计|平均.{0,3}|汇总|总数)")
"""What the first cells of a row that sums up others say."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; ``header`` joins the levels of its header, ``row`` is the number of the last of them."""

    index: int
    header: str
    kind: ColumnKind
    row: int


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a sheet.

    Attributes:
        titles: rows above the header.
        columns: those that have a header or any content; empty for a sheet without a header.
        body: rows below the header, merged cells of subject and field columns filled downwards.
        notes: rows below the header with nothing but one text at their start: footers, separators.
    """

    titles: tuple[Row, ...]
    columns: tuple[Column, ...]
    body: tuple[Row, ...]
    notes: tuple[Row, ...]

    def of_kind(self, kind: ColumnKind) -> tuple[Column, ...]:
        """Columns of a kind, from left to right."""
        return tuple(column for column in self.columns if column.kind == kind)


def find_table(grid: Grid) -> Table:
    """The table of a sheet.

    A header is the first row near the top that holds several short texts and no number, some of them words that
    headers use. Forms, in which labels and values take turns, have none.
    """
    at = _header_at(grid)
    if at is None:
        return Table((), (), grid.rows, ())
    width = max(len(cells) for _, cells in grid.rows)
    headers, levels = _headers(grid, at, width)
    number = grid.rows[at + levels - 1][0]
    below = _filled(grid, grid.rows[at + levels :], width)
    body = [row for row in below if not _is_note(row, headers)]
    columns = tuple(
        Column(index, header, _kind(header, [cells[index] for _, cells in body]), number)
        for index, header in enumerate(headers)
        if header or any(cells[index] for _, cells in body)
    )
    notes = tuple(row for row in below if _is_note(row, headers))
    return Table(grid.rows[:at], columns, tuple(body), notes)


def is_number(text: str) -> bool:
    """Whether a cell shows a count, a share or a mark: ``31``, ``31票``, ``95.4%``."""
    return bool(_NUMBER.fullmatch(text))


def _header_at(grid: Grid) -> int | None:
    if _is_form(grid):
        return None
    for at, (_, cells) in enumerate(grid.rows[:_SEARCHED_ROWS]):
        texts = [_plain(cell) for cell in cells if cell]
        if not texts or any(len(text) > _MAX_HEADER or is_number(text) for text in texts):
            continue
        known = sum(_is_header_word(text) for text in texts)
        alone = len(texts) == 1 and known and len(texts[0]) <= 12 and not _spans_table(grid, at)
        if (alone or (len(texts) > 1 and known >= max(1, len(texts) / 4))) and at + 1 < len(grid.rows):
            return at
    return None


def _is_form(grid: Grid) -> bool:
    """Labels in the first column of several rows, with values beside them: 姓名 李某 性别 男 / 单位 A镇 职务 镇长."""
    firsts = [_plain(cells[0]) for _, cells in grid.rows[:_SEARCHED_ROWS] if sum(map(bool, cells)) > 1]
    return sum(bool(_FIELD.fullmatch(text)) for text in firsts) >= 2


def _spans_table(grid: Grid, at: int) -> bool:
    """Whether a lone text is a title: merged over several columns, or above rows that are wider."""
    number = grid.rows[at][0] - 1
    if any(top <= number <= bottom and right > left for top, left, bottom, right in grid.merged):
        return True
    return any(sum(map(bool, cells)) > 1 for _, cells in grid.rows[at + 1 : at + 4])


def _headers(grid: Grid, at: int, width: int) -> tuple[list[str], int]:
    """The header of every column, and over how many rows it reaches."""
    names = [""] * width
    levels = 0
    open_columns = set(range(width))
    for row, cells in grid.rows[at : at + _MAX_LEVELS]:
        texts = [_plain(cell) for cell in (*cells, *[""] * (width - len(cells)))]
        if levels and not _is_sub_header(texts, open_columns):
            break
        spread = _spread(grid, row - 1, texts)
        following = grid.rows[at + levels + 1 : at + levels + 2]
        if not levels and not grid.merged and following:
            spread = _spread_over_blanks(texts, following[0][1])
        for index, text in enumerate(spread):
            if text and index in open_columns and not names[index].endswith(text):
                names[index] += text
        levels += 1
        open_columns = {
            index for index in range(width) if spread[index] != texts[index] or _begins_span(index, texts, spread)
        }
        if not open_columns:
            break
    return names, levels


def _is_sub_header(texts: Sequence[str], open_columns: set[int]) -> bool:
    filled = {index for index, text in enumerate(texts) if text}
    short = all(len(texts[index]) <= _MAX_HEADER and not is_number(texts[index]) for index in filled)
    return bool(filled) and filled <= open_columns and short


def _spread(grid: Grid, row: int, texts: Sequence[str]) -> list[str]:
    """Texts of cells merged over several columns, repeated in each of them."""
    spread = list(texts)
    for top, left, bottom, right in grid.merged:
        if top <= row <= bottom and right > left and left < len(texts) and texts[left]:
            spread[left : right + 1] = [texts[left]] * (min(right + 1, len(texts)) - left)
    return spread


def _spread_over_blanks(texts: Sequence[str], below: Sequence[str]) -> list[str]:
    """The same for formats that do not tell merged cells: a blank header above a short text continues its neighbour."""
    spread = list(texts)
    for index in range(1, len(spread)):
        if not spread[index] and index < len(below) and below[index] and not is_number(below[index]):
            spread[index] = spread[index - 1]
    return spread


def _begins_span(index: int, texts: Sequence[str], spread: Sequence[str]) -> bool:
    return (
        index + 1 < len(texts) and bool(spread[index]) and not texts[index + 1] and spread[index + 1] == spread[index]
    )


def _filled(grid: Grid, rows: Sequence[Row], width: int) -> list[Row]:
    """Rows of full width; a cell merged downwards stands in each of its rows."""
    full = {number: [*cells, *[""] * (width - len(cells))] for number, cells in rows}
    for top, left, bottom, right in grid.merged:
        if bottom > top and left == right and left < width and top + 1 in full:
            text = full[top + 1][left]
            # Long texts merged downwards are one remark, not one for each row.
            if len(text) <= _MAX_HEADER and "。" not in text:
                for number in range(top + 2, bottom + 2):
                    if number in full:
                        full[number][left] = text
    return [(number, tuple(cells)) for number, cells in full.items()]


def _is_note(row: Row, headers: Sequence[str]) -> bool:
    filled = [index for index, cell in enumerate(row[1]) if cell]
    if len(filled) != 1 or sum(map(bool, headers)) < 2:
        return False
    header, text = headers[filled[0]], row[1][filled[0]]
    if _SUBJECT.fullmatch(header):
        return len(text) > _MAX_NAME or bool(re.search("[：:，。；]", text))
    return filled[0] == 0 and not (_REMARK.search(header) or _WEAK_REMARK.search(header))


def _kind(header: str, cells: Sequence[str]) -> ColumnKind:
    texts = [cell for cell in cells if cell]
    bare = re.sub(r"[（(].*?[)）]", "", header)
    if _SUBJECT.fullmatch(bare):
        return "subject"
    numbers = sum(is_number(text) for text in texts)
    if _COUNT.search(header) and texts and numbers >= 0.6 * len(texts):
        return "count"
    if not texts or _NO_REMARK.search(bare) or numbers >= 0.6 * len(texts):
        return "field"
    han = [len(_HAN.findall(text)) for text in texts]
    if _REMARK.search(bare) and max(han) >= _MIN_REMARK:
        # Grades and votes written as words are no remarks: 优秀 / 称职, 同意 / 不同意.
        graded = sum(bool(_COUNT.search(text)) and len(text) <= 5 for text in texts)
        return "field" if graded >= 0.6 * len(texts) else "remark"
    if _WEAK_REMARK.search(bare) and 2 * sum(size >= _MIN_WEAK_REMARK for size in han) >= len(han):
        return "remark"
    return "field"


def _is_header_word(text: str) -> bool:
    return bool(
        _FIELD.fullmatch(text)
        or _SUBJECT.fullmatch(text)
        or (len(text) <= 14 and (_COUNT.search(text) or _REMARK.search(text) or _WEAK_REMARK.search(text)))
    )


def _plain(text: str) -> str:
    return _BLANK.sub("", text)
