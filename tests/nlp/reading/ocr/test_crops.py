import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("cv2", reason="needs the extra ocr")

from nlp.reading.ocr.crops import cut, side_by_side  # noqa: E402
from nlp.reading.ocr.fragments import grown, joined  # noqa: E402


def quad(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_a_line_is_cut_out():
    page = np.full((100, 200, 3), 255, np.uint8)
    page[20:40, 50:150] = 7
    line = cut(page, np.array(quad(50, 20, 150, 40), np.float32))
    assert line.shape == (20, 100, 3)
    assert line.mean() < 20
    assert cut(page, np.zeros((4, 2), np.float32)).shape == (1, 1, 3)


def test_characters_below_one_another_are_put_side_by_side():
    column = np.full((160, 40, 3), 255, np.uint8)
    for number in range(4):
        column[40 * number + 5 : 40 * number + 35, 5:35] = 60 * number
    row = side_by_side(column)
    assert row.shape[1] == 160
    darkest = [int(row[:, 40 * number : 40 * number + 40].min()) for number in range(4)]
    assert darkest == [0, 60, 120, 180]
    wide = np.full((40, 160, 3), 255, np.uint8)
    assert side_by_side(wide) is wide


def test_a_mark_at_the_end_of_a_line_belongs_to_it():
    lines = np.array([quad(100, 100, 600, 140), quad(605, 98, 625, 115), quad(100, 200, 600, 240)], np.float32)
    found = joined(lines, 40)
    assert found.tolist() == [quad(100, 100, 625, 140), quad(100, 200, 600, 240)]
    far = np.array([quad(100, 100, 600, 140), quad(700, 98, 720, 115)], np.float32)
    assert joined(far, 40).tolist() == far.tolist()


def test_a_mark_that_was_not_found_is_taken_in():
    page = np.full((300, 700, 3), 255, np.uint8)
    page[102:112, 606:618] = 0
    page[202:238, 610:613] = 0
    lines = np.array([quad(100, 100, 600, 140), quad(100, 200, 600, 240)], np.float32)
    above, below = grown(page, lines, 40).tolist()
    assert above[0] == [100, 100]
    assert 618 <= above[1][0] <= 626
    # A rule is left where it is.
    assert below == quad(100, 200, 600, 240)
    beside = np.array([quad(100, 100, 600, 140), quad(604, 100, 690, 140)], np.float32)
    assert grown(page, beside, 40).tolist() == beside.tolist()
