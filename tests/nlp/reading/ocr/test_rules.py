import numpy as np
import pytest

cv2 = pytest.importorskip("cv2", reason="needs the extra ocr")

from nlp.reading.ocr.rules import Box, rows_of, tables  # noqa: E402


def page(*boxes, noise=0.0):
    image = np.full((900, 1200, 3), 255, np.uint8)
    for left, top, right, bottom in boxes:
        cv2.rectangle(image, (left, top), (right, bottom), (0, 0, 0), 2)
    if noise:
        image = np.clip(image + np.random.default_rng(1).normal(0, noise, image.shape), 0, 255).astype(np.uint8)
    return image


GRID = [(100 + 200 * x, 100 + 80 * y, 300 + 200 * x, 180 + 80 * y) for y in range(3) for x in range(4)]


@pytest.mark.parametrize("noise", [0.0, 15.0])
def test_cells_by_row_and_column(noise):
    (cells,) = tables(page(*GRID, noise=noise), 40)
    assert len(cells) == 12
    for cell, (left, top, right, bottom) in zip(cells, GRID, strict=True):
        assert abs(cell.left - left) < 10
        assert abs(cell.top - top) < 10
        assert abs(cell.right - right) < 10
        assert abs(cell.bottom - bottom) < 10


def test_merged_cells():
    (cells,) = tables(page((100, 100, 300, 400), (300, 100, 700, 200), (300, 200, 500, 400), (500, 200, 700, 400)), 40)
    assert [len(row) for row in rows_of(cells, 20)] == [2, 2]


def test_two_tables_from_top_to_bottom():
    first, second = tables(
        page((100, 500, 300, 600), (300, 500, 500, 600), *((x, 100, x + 200, 180) for x in (300, 500))), 40
    )
    assert first[0].top < second[0].top


def test_frames_lines_and_letters_are_no_tables():
    image = page((50, 50, 1150, 850))
    cv2.line(image, (100, 300), (900, 300), (0, 0, 0), 2)
    cv2.putText(image, "BOX 100%", (200, 600), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
    assert tables(image, 40) == []
    assert tables(page(), 40) == []


def test_a_box_holds_its_upper_left_edge_only():
    box = Box(10, 20, 30, 40)
    assert box.holds((10, 20))
    assert not box.holds((30, 30))
    assert (box.width, box.height, box.middle) == (20, 20, (20, 30))
