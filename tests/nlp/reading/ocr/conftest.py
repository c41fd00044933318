"""Small rendered pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.archives.page_texts import LINES
from tests.archives.pages import Sheet


def sheet(*lines: str, size: tuple[int, int] = (800, 620)) -> Sheet:
    """A small page of short lines."""
    page = Sheet(size)
    page.y = 100
    for line in lines or LINES:
        page.paragraph(line, left=60, width=size[0] - 100, indent=False)
    return page


@pytest.fixture(scope="session")
def small() -> Callable[..., Sheet]:
    return sheet
