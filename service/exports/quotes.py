"""Comparing what a file says with the text it speaks of."""

from __future__ import annotations

from nlp.errors import InvalidRecordError

_AROUND = 12


def require_range(start: object, end: object, size: int) -> tuple[int, int]:
    """The two offsets, if they enclose at least one character of a text.

    Args:
        start: 0-based, of any type the file may hold.
        end: exclusive.
        size: length of the text, in the unit of the offsets.

    Raises:
        InvalidRecordError: they are no integers, or lie outside 0..size, or enclose nothing.
    """
    whole = all(isinstance(offset, int) and not isinstance(offset, bool) for offset in (start, end))
    if not whole or not 0 <= start < end <= size:  # type: ignore[operator]  # whole says they are integers
        raise InvalidRecordError(
            f"the span {start}-{end} does not fit the text", expected=f"0 <= start < end <= {size}, whole numbers"
        )
    return start, end  # type: ignore[return-value]


def require_quote(text: str, start: int, end: int, quote: str) -> None:
    """Refuse a quote that is not the text at its place.

    Raises:
        InvalidRecordError: with the expected quote and the one found.
    """
    found = text[start:end]
    if found != quote:
        raise InvalidRecordError(f"the text at {start}-{end} is {found!r}", expected=repr(quote))


def require_text(found: str, wanted: str) -> None:
    """Refuse a text that is not the annotated one: its offsets would mean something else.

    Raises:
        InvalidRecordError: with the first place where the two part.
    """
    if found == wanted:
        return
    pairs = zip(found, wanted, strict=False)
    place = next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(found), len(wanted)))
    shown = slice(max(0, place - _AROUND), place + _AROUND)
    raise InvalidRecordError(
        f"the text is not that of the base: from character {place} on it reads {found[shown]!r}",
        expected=repr(wanted[shown]),
        hint="import the file with the annotations it was exported from (--base)",
    )
