"""How likely words and names are: jieba's dictionary, and how often its tagger's corpus used characters in names.

Costs are negative natural logarithms of probabilities, so that they add up along a line. The emission table of jieba's
part-of-speech tagger says with what probability a character is the first, a middle or the last one of a person's name in
the People's Daily corpus it was trained on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from nlp.errors import ConfigurationError
from nlp.redaction.names.lists import name_lists
from nlp.resources import corpora_path
from nlp.structure.folding import fold

LONGEST: Final = 6
"""Words longer than this are cut into shorter ones; no name is confused with one."""

UNKNOWN: Final = 17.0
"""Of a character no dictionary knows: 𠮷, 㐂."""

PERSON: Final = 3.8
"""Of a full name, without its characters: about one word in eighty of a report is one."""

_TWO: Final = 1.2
_THREE: Final = 0.4
_COMPOUND: Final = 3.5
_COMMON_WORD: Final = 11.25
_GIVEN: Final = 1.5
_RARE_SURNAME: Final = 10.5
_RARE_GIVEN: Final = 10.5


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Costs of words and of the parts of names.

    Attributes:
        words: of the words of the dictionary that are no certain names of persons.
        names: of all it calls names of persons, which many are not (文明, 阳光).
        given: of the words of two characters it calls names that begin with no surname (淑英).
        surname: of a character as the first of a name.
        middle: as a middle one.
        last: as the last one.
    """

    words: dict[str, float]
    names: dict[str, float]
    given: dict[str, float]
    surname: dict[str, float]
    middle: dict[str, float]
    last: dict[str, float]

    def word(self, piece: str) -> float:
        """Of a word or a single character."""
        known = self.words.get(piece)
        return known if known is not None else UNKNOWN if len(piece) == 1 else math.inf

    def surname_cost(self, surname: str) -> float:
        """Of a surname."""
        if len(surname) == 2:
            # 司马 and 欧阳 are hardly anything else; 东方 and 西门 are words.
            return _COMPOUND if self.words.get(surname, math.inf) > _COMMON_WORD else _COMPOUND + 4.5
        return self.surname.get(surname, _RARE_SURNAME)

    def full_name(self, surname: str, given: str) -> float:
        """Of a surname with one or two characters behind it."""
        last = self.last.get(given[-1], _RARE_GIVEN)
        if len(given) == 1:
            return PERSON + self.surname_cost(surname) + _TWO + last
        cost = PERSON + self.surname_cost(surname) + _THREE + self.middle.get(given[0], _RARE_GIVEN) + last
        return min(cost, _GIVEN + self.surname_cost(surname) + self.given.get(given, math.inf))


@lru_cache(maxsize=1)
def likelihood() -> Likelihood:
    """Load the tables once: about a second and 60 MB.

    Raises:
        ConfigurationError: jieba is not installed, or lacks its tables.
    """
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise ConfigurationError("jieba is not installed", hint="pip install jieba")
    folder = Path(spec.origin).parent
    words, names, given = _dictionary(folder / "dict.txt")
    emission = _emission(folder / "posseg" / "prob_emit.py")
    parts = [_costs(emission[place, "nr"]) for place in ("B", "M", "E")]
    return Likelihood(words, names, given, *parts)


def _dictionary(path: Path) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    lists = name_lists()
    counts: dict[str, int] = {}
    people: set[str] = set()
    given: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, tag = line.split(" ")
        if len(word) > LONGEST:
            continue
        counts[word] = int(count)
        starts = word[0] in lists.single or word[:2] in lists.compound
        if tag in ("nr", "nrt", "nrfg") and len(word) > 1 and word not in lists.not_names:
            (people if starts else given).add(word)
    total = math.log(sum(counts.values()))
    for word in _own_words():
        counts[word] = max(counts.get(word, 0), 300)
        people.discard(word)
        given.discard(word)
    costs = {word: total - math.log(count or 1) for word, count in counts.items()}
    # Behind a plain surname the dictionary's word for it is trusted; elsewhere its word and the name compete.
    certain = {word for word in people if word[0] in lists.plain}
    return (
        {word: cost for word, cost in costs.items() if word not in certain},
        {word: costs[word] for word in people},
        {word: costs[word] for word in given if len(word) == 2},
    )


def _own_words() -> set[str]:
    """Words of this field: the project's dictionary and the lists of what is no name."""
    lists = name_lists()
    path = corpora_path("dictionary.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    words = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    return {fold(word) for word in words | lists.not_names | lists.not_nicknames if 2 <= len(word) <= LONGEST}


def _emission(path: Path) -> dict[tuple[str, str], dict[str, float]]:
    # The module alone: importing its package would load jieba itself, with a second copy of the dictionary.
    spec = spec_from_file_location("jieba_prob_emit", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ConfigurationError("jieba lacks its table of characters in names", path=str(path), hint="install it anew")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    table: Any = module
    return {place: table.P[place] for place in (("B", "nr"), ("M", "nr"), ("E", "nr"))}


def _costs(logarithms: dict[str, float]) -> dict[str, float]:
    return {character: -value for character, value in logarithms.items()}
