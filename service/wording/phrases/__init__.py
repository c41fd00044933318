"""Chinese for the English wordings of errors, by what they are about."""

from __future__ import annotations

from typing import Final

from service.wording.phrases import access, judging, operating, reading, records, reviewing

ALL: Final[dict[str, str]] = {
    **access.PHRASES,
    **records.PHRASES,
    **reviewing.PHRASES,
    **judging.PHRASES,
    **operating.PHRASES,
    **reading.PHRASES,
}
