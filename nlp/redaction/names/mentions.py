"""Who the names of a text mean, and where else those persons are mentioned."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nlp.redaction.names.candidates import Shape
from nlp.redaction.names.likelihood import likelihood
from nlp.redaction.names.lists import name_lists
from nlp.structure.words import encodable

_GAP: Final = 3
"""Most blanks and line breaks between two characters of one name."""

_TITLED_GIVEN: Final = re.compile("(?=(..)(?:同志|书记|主任|局长))")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a folded text.

    Attributes:
        start: of the name.
        end: of the name.
        shape: of the name.
    """

    start: int
    end: int
    shape: Shape


def without_blanks(name: str) -> str:
    """A name without the blanks and line breaks inside it."""
    return "".join(name.split())


def settle(text: str, mentions: Iterable[Mention]) -> list[Mention]:
    """Correct the length of full names by what the whole text says.

    Where 贾如 is read twice and 贾如说 once, the third character is no part of the name.

    Args:
        text: folded.
        mentions: as they were read line by line.
    """
    found = list(mentions)
    counts = Counter(text[m.start : m.end] for m in found if m.shape == "full")
    settled = []
    for mention in found:
        name = text[mention.start : mention.end]
        shorter = name[:-1]
        if mention.shape == "full" and len(name) >= 3 and counts[shorter] >= 2 and counts[shorter] > counts[name]:
            settled.append(Mention(mention.start, mention.end - 1, "full"))
        else:
            settled.append(mention)
    return settled


def find_again(text: str, names: Iterable[str]) -> Iterator[Mention]:
    """Every place a known name stands at, also with blanks or a line break between its characters.

    Args:
        text: folded.
        names: full and masked names, folded and without blanks.
    """
    wanted = sorted({name for name in names if len(name) >= 2})
    if not wanted:
        return
    from ahocorasick_rs import AhoCorasick, MatchKind

    lists = name_lists()
    places = [place for place, character in enumerate(text) if character not in " \n"]
    bare = "".join(text[place] for place in places)
    finder = AhoCorasick([encodable(name) for name in wanted], matchkind=MatchKind.LeftmostLongest)
    for _, first, behind in finder.find_matches_as_indexes(encodable(bare)):
        start, end = places[first], places[behind - 1] + 1
        if any(later - earlier - 1 > _GAP for earlier, later in pairwise(places[first:behind])):
            continue
        name = bare[first:behind]
        masked = "某" in name
        # 任某 is a name, 任某局局长 is none; and 张某 is the beginning of 张某某.
        if masked and lists.is_no_mask(surname_of(name), text, end):
            continue
        if masked and text[end : end + 1] == "某":
            continue
        if not masked and _crosses_words(name, text, end) and not lists.title.match(text, end):
            continue
        yield Mention(start, end, "masked" if masked else "full")


def _crosses_words(name: str, text: str, end: int) -> bool:
    """Whether two words of the text only look like a name at their seam: 方案成 in 方案成熟."""
    lists, words = name_lists(), likelihood().words
    return name[:2] in lists.not_names and len(name) == 3 and text[end - 1 : end + 1] in words


def find_partial(text: str, names: Iterable[str], surnames: Iterable[str]) -> Iterator[Mention]:
    """Places of 老张, 小李, 王局, 俊义同志, where a person of that name is known from the text.

    Args:
        text: folded.
        names: known full names, without blanks.
        surnames: of the known persons.
    """
    lists = name_lists()
    known = sorted(set(surnames), key=lambda name: (-len(name), name))
    if known:
        either = "|".join(map(re.escape, known))
        for match in re.finditer(rf"(?<![长不最很太更又好])(?P<nick>[老小](?:{either}))|(?P<surname>{either})", text):
            end = match.end()
            if match["nick"]:
                if match[0] not in lists.not_nicknames and match[0] + text[end : end + 1] not in lists.not_nicknames:
                    yield Mention(match.start(), end, "nickname")
            elif _stands_alone(text, match.start()) and (
                lists.title.match(text, end) or lists.short_title.match(text, end)
            ):
                yield Mention(match.start(), end, "surname")
    given = {name[len(surname_of(name)) :] for name in names}
    for match in _TITLED_GIVEN.finditer(text):
        if match[1] in given:
            yield Mention(match.start(1), match.end(1), "given")


def surname_of(name: str) -> str:
    """The surname of a full, masked or nicknamed name, folded."""
    lists = name_lists()
    bare = name[1:] if name[0] in "老小" and len(name) in (2, 3) and name[:2] not in lists.compound else name
    return bare[:2] if bare[:2] in lists.compound else bare[:1]


def _stands_alone(text: str, start: int) -> bool:
    """Whether the surname is not the end of a name or word that was read otherwise: 老|张 is looked at elsewhere."""
    return start == 0 or text[start - 1] not in "老小"


def group(text: str, mentions: Iterable[Mention]) -> dict[Mention, tuple[str, bool]]:
    """Which person each mention means.

    Args:
        text: folded.
        mentions: of the text.

    Returns:
        For each mention the person's name, and whether it is only a surname that means something in this text alone. 老张 and
        张局长 are 张三丰 where he is the only 张 the text names in full; where it names two, or none, nobody is guessed.
    """
    found = list(mentions)
    full: dict[str, set[str]] = defaultdict(set)
    given: dict[str, set[str]] = defaultdict(set)
    for mention in found:
        name = without_blanks(text[mention.start : mention.end])
        if mention.shape in ("full", "masked") and surname_of(name) != name:
            full[surname_of(name)].add(name)
    for names in full.values():
        for name in names:
            given[name[len(surname_of(name)) :]].add(name)
    people: dict[Mention, tuple[str, bool]] = {}
    for mention in found:
        name = without_blanks(text[mention.start : mention.end])
        if mention.shape == "given":
            owners = given[name]
            people[mention] = (next(iter(owners)), False) if len(owners) == 1 else (name, True)
        elif mention.shape in ("full", "masked"):
            people[mention] = (name, False)
        else:
            named = full.get(surname_of(name), set())
            people[mention] = (next(iter(named)), False) if len(named) == 1 else (surname_of(name), True)
    return people
