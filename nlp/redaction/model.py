"""What is found in a text, and what took its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

Kind = Literal["person", "identity_number", "phone", "address", "bank_card", "plate", "email", "passport"]
"""``person``: a name, or the surname in 张局长. ``identity_number``: of a citizen's identity card (GB 11643, or 15 digits).
``plate``: of a car. The others are what they say."""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that tells who somebody is.

    Attributes:
        start: first code point in the text.
        end: one past the last code point.
        quote: ``text[start:end]``.
        kind: what it is.
        identity: equal for what means the same within a run: the folded full name of a person, a number without blanks
            and hyphens. For a surname alone, whose bearer no full name tells, the surname.
        local: whether ``identity`` means something in this text only; two unknown 老张 of two texts are not one person.
    """

    start: int
    end: int
    quote: str
    kind: Kind
    identity: str
    local: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """A finding and its pseudonym.

    Attributes:
        start: first code point in the text as it was.
        end: one past the last code point in the text as it was.
        new_start: first code point of the pseudonym in the de-identified text.
        new_end: one past its last code point.
        original: what stood there.
        pseudonym: what stands there now.
        kind: what it is.
    """

    start: int
    end: int
    new_start: int
    new_end: int
    original: str
    pseudonym: str
    kind: Kind
