"""Workbooks → grids by calamine. The text of formulas is their last result, as the file keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nlp.errors import CorruptFileError, EncryptedFileError, ReadingError, TooLargeError
from nlp.reading.container import AGAIN
from nlp.reading.tables.grid import Grid, make_grid
from nlp.reading.tables.xlsx_scan import SheetScan

if TYPE_CHECKING:
    import python_calamine

_LOCKED: Final = "the workbook is protected by a password"
_UNLOCK: Final = "open it with the password and save it without one"


def grids(source: bytes | Path, scans: dict[str, SheetScan] | None = None) -> Iterator[Grid | ReadingError]:
    """The sheets of a workbook.

    Args:
        source: the file's bytes, or a file whose suffix tells the format; only the latter says what is wrong with it.
        scans: which cells show a percentage, by sheet.

    Yields:
        A grid for each worksheet (charts and macro sheets hold no text), an error for a sheet that is broken.

    Raises:
        EncryptedFileError: a password is needed.
        CorruptFileError: it cannot be opened.
        TooLargeError: the parser finds a sheet too large.
    """
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(BytesIO(source) if isinstance(source, bytes) else source)
    except python_calamine.PasswordError as exc:
        raise EncryptedFileError(_LOCKED, hint=_UNLOCK) from exc
    except (python_calamine.CalamineError, OSError, ValueError) as exc:
        if "assword" in str(exc):
            raise EncryptedFileError(_LOCKED, hint=_UNLOCK) from exc
        if "limit exceeded" in str(exc):
            raise TooLargeError(
                f"a sheet is too large ({exc})", hint="delete stray cells far from the table, or split the workbook"
            ) from exc
        raise CorruptFileError(f"the workbook is truncated or broken ({exc})", hint=AGAIN) from exc
    with workbook:
        for at, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            try:
                found = (scans or {}).get(sheet.name)
                yield _grid(workbook, at, sheet, found)
            except (python_calamine.CalamineError, ValueError) as exc:
                yield CorruptFileError(f"the sheet is broken ({exc})", place=sheet.name, hint=AGAIN)


def _grid(
    workbook: python_calamine.CalamineWorkbook, at: int, about: python_calamine.SheetMetadata, found: SheetScan | None
) -> Grid:
    import python_calamine

    sheet = workbook.get_sheet_by_index(at)
    hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
    if sheet.start is None:
        return Grid(about.name, hidden, ())
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    percents = found.percents if found else None
    # Rows are taken one by one, since a list of all of them would hold every empty cell as a Python object.
    rows = enumerate(sheet.iter_rows())
    return make_grid(
        about.name,
        hidden=hidden,
        cells=[row if number >= sheet.start[0] and any(cell != "" for cell in row) else () for number, row in rows],
        first=(0, sheet.start[1]),
        merged=merged,
        percents=percents,
    )
