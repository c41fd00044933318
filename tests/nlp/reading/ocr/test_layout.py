from hypothesis import given
from hypothesis import strategies as st

from nlp.reading.ocr.layout import INDENT, Piece, arrange
from nlp.reading.ocr.rules import Box

EM = 30.0


def piece(left, top, text, em=EM):
    return Piece(Box(left, top, left + em * len(text), top + 40), text, 0.9)


def lines(pieces, tables=()):
    rows = arrange(pieces, tables, 40)
    return ["".join(before + (found.text if found else "") for before, found in row) for row in rows]


def test_lines_from_top_to_bottom_with_indents():
    pieces = [
        piece(100, 160, "乙" * 20),
        piece(160, 100, "甲" * 18),
        piece(100, 220, "丙" * 5),
        piece(160, 280, "丁" * 18),
    ]
    assert lines(pieces) == [INDENT + "甲" * 18, "乙" * 20, "丙" * 5, INDENT + "丁" * 18]


def test_a_stamp_at_the_margin_is_not_the_edge_of_the_text():
    pieces = [piece(100, 100 + 60 * n, "甲" * 20) for n in range(4)] + [piece(40, 400, "第三页")]
    assert lines(pieces) == [*["甲" * 20] * 4, "第三页"]


def test_a_centred_title_is_not_indented():
    pieces = [piece(400, 20, "考察材料"), *(piece(100, 100 + 60 * n, "甲" * 20) for n in range(3))]
    assert lines(pieces)[0] == "考察材料"


def test_a_gap_in_a_line_is_kept():
    pieces = [piece(100, 100, "谈话人：张某"), piece(400, 102, "记录人：李某"), piece(100, 160, "甲" * 20)]
    assert lines(pieces) == ["谈话人：张某  记录人：李某", "甲" * 20]


def test_aligned_pieces_are_cells():
    pieces = [
        piece(x, y, text)
        for y, row in ((100, "姓名 李某"), (160, "职务 书记"), (220, "单位 某镇"))
        for x, text in zip((100, 400), row.split(), strict=True)
    ]
    assert lines(pieces) == ["姓名\t李某", "职务\t书记", "单位\t某镇"]


def column(left, top, text, count):
    return [piece(left, top + 60 * n, f"{text}{n}" + "字" * 12) for n in range(count)]


def order(found):
    return [line.strip()[:2] for line in found]


def test_two_columns_below_a_title():
    title = piece(300, 20, "关于李某的考察材料")
    found = lines([title, *column(600, 100, "右", 5), *column(100, 105, "左", 5)])
    assert order(found) == ["关于", *(f"左{n}" for n in range(5)), *(f"右{n}" for n in range(5))]


def test_a_column_of_many_short_paragraphs():
    left = [piece(100, 100 + 60 * n, f"左{n}" + "字" * (12 if n % 3 == 0 else 2)) for n in range(9)]
    assert order(lines([*column(600, 100, "右", 9), *left])) == [f"{name}{n}" for name in "左右" for n in range(9)]


def test_wide_lines_part_bands_of_columns():
    wide = [piece(100, 500 + 60 * n, f"宽{n}" + "字" * 30) for n in range(2)]
    found = lines(
        [
            *column(100, 100, "左", 4),
            *column(600, 100, "右", 4),
            *wide,
            *column(100, 700, "下", 4),
            *column(600, 700, "末", 4),
        ]
    )
    assert order(found) == [
        f"{name}{n}" for name, count in (("左", 4), ("右", 4), ("宽", 2), ("下", 4), ("末", 4)) for n in range(count)
    ]


def test_three_columns():
    found = lines([*column(1100, 100, "丙", 5), *column(600, 100, "乙", 5), *column(100, 100, "甲", 5)])
    assert order(found) == [f"{name}{n}" for name in "甲乙丙" for n in range(5)]


def test_short_entries_side_by_side_are_read_by_row():
    pieces = [piece(x, 100 + 60 * n, f"{name}{n}") for n in range(6) for x, name in ((100, "姓"), (600, "职"))]
    assert lines(pieces) == [f"姓{n}\t职{n}" for n in range(6)]


CELLS = [
    Box(100, 100, 200, 200),
    Box(200, 100, 800, 200),
    Box(100, 200, 200, 400),
    Box(200, 200, 800, 300),
    Box(200, 300, 800, 400),
]


def test_cells_of_a_row_are_parted_by_tabs_and_their_lines_joined():
    pieces = [
        piece(210, 150, "第二行。"),
        piece(210, 105, "第一行" + "字" * 15),
        piece(110, 130, "表现"),
        piece(110, 250, "不足"),
        piece(210, 230, "没有"),
        piece(100, 20, "考察表"),
        piece(100, 420, "以上属实"),
    ]
    assert lines(pieces, [CELLS]) == ["考察表", "表现\t第一行" + "字" * 15 + "第二行。", "不足\t没有", "以上属实"]


def test_empty_cells_keep_their_place():
    assert lines([piece(110, 250, "不足"), piece(210, 330, "下")], [CELLS]) == ["不足\t", "下"]


def test_short_lines_in_a_cell_stay_lines():
    pieces = [piece(210, 105, "优秀票三十张，占九成，其余称职"), piece(210, 150, "称职三票"), piece(210, 195, "无")]
    cell = [Box(100, 100, 200, 300), Box(200, 100, 800, 300)]
    assert lines(pieces, [cell]) == ["\t优秀票三十张，占九成，其余称职称职三票\n无"]


def test_a_table_in_a_cell():
    inner = [Box(220, 110, 400, 190), Box(400, 110, 600, 190)]
    found = lines([piece(230, 130, "甲"), piece(410, 130, "乙"), piece(110, 130, "外")], [CELLS, inner])
    assert sorted("".join(found).replace("\t", "")) == ["乙", "外", "甲"]
    assert "甲\t乙" in found


@given(
    st.lists(
        st.tuples(st.integers(0, 1200), st.integers(0, 1800), st.text("甲乙丙丁", min_size=1, max_size=20)), max_size=40
    ),
    st.booleans(),
)
def test_every_piece_is_read_once(places, ruled):
    pieces = [piece(left, top, text) for left, top, text in places]
    rows = arrange(pieces, [CELLS] if ruled else [], 40)
    found = [item for row in rows for _, item in row if item]
    assert sorted(map(id, found)) == sorted(map(id, pieces))
