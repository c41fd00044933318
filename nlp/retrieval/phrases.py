"""Where a case meets the conditions of a query, and which terms of the index lead to it.

Characters are compared as the index compares them: NFKC-folded, one by one, and lower-cased. Blanks and line breaks
count as one blank, however many there are.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise

from nlp.retrieval.query import Condition
from nlp.structure.words import HAN_RUN

Span = tuple[int, int]

_MOST_SPANS = 20


class _Folding(dict[int, str]):
    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).lower()
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text as phrases are compared."""
    return text.translate(_FOLDING)


def required_terms(conditions: Iterable[Condition]) -> list[str]:
    """Terms of the lexical channel that every case that meets the conditions holds: its pairs of Han characters."""
    terms: dict[str, None] = {}
    for condition in conditions:
        for word in condition.words:
            for run in HAN_RUN.findall(fold(word)):
                terms |= dict.fromkeys(first + second for first, second in pairwise(run))
    return list(terms)


def settled_by_terms(conditions: Sequence[Condition]) -> bool:
    """Whether the required terms decide alone: phrases of two Han characters."""
    return all(
        condition.within is None and len(fold(condition.words[0])) == 2 and HAN_RUN.fullmatch(fold(condition.words[0]))
        for condition in conditions
    )


def meets(conditions: Iterable[Condition], title: str | None, text: str) -> bool:
    """Whether title or text meets each of the conditions."""
    folded = [fold(part) for part in (title, text) if part]
    return all(any(next(_matches(condition, part), None) for part in folded) for condition in conditions)


def spans(condition: Condition, text: str) -> list[Span]:
    """Where the words of a condition stand in a text that meets it, in text order, none twice; the first 20 at most."""
    folded = fold(text)
    found: dict[Span, None] = {}
    starts: list[int] | None = None
    for match in _matches(condition, folded):
        if starts is None:
            # Where each character's folded form starts: one may fold to several, as … to three dots.
            starts = list(accumulate((len(char.translate(_FOLDING)) for char in text), initial=0))
        for start, end in match:
            found[bisect_right(starts, start) - 1, bisect_right(starts, end - 1)] = None
        if len(found) >= _MOST_SPANS:
            break
    return sorted(found)[:_MOST_SPANS]


def _matches(condition: Condition, folded: str) -> Iterator[tuple[Span, ...]]:
    if condition.within is None:
        for match in _pattern(condition.words[0]).finditer(folded):
            yield (match.span(),)
        return
    yield from _near(condition.words, folded, condition.within)


def _near(words: Sequence[str], folded: str, within: int) -> Iterator[tuple[Span, ...]]:
    """Windows that hold every word as often as the condition does, without overlap, and few enough other characters."""
    wanted = Counter(map(fold, words))
    places: list[tuple[int, int, str]] = []
    for word in wanted:
        found = [(*match.span(), word) for match in _pattern(word).finditer(folded)]
        if len(found) < wanted[word]:
            return
        places += found
    places.sort()
    for first in range(len(places)):
        left, taken, free, end = wanted.copy(), [], within, places[first][0]
        for start, stop, word in places[first:]:
            if start - end > free:
                break
            if start < end or not left[word]:
                continue
            free -= start - end
            end = stop
            left[word] -= 1
            taken.append((start, stop))
            if len(taken) == len(words):
                yield tuple(taken)
                break


@lru_cache(maxsize=256)
def _pattern(word: str) -> re.Pattern[str]:
    # A letter with an accent may be written as one character or as two.
    forms = {fold(unicodedata.normalize(form, word)) for form in ("NFC", "NFD")}
    return re.compile("|".join(sorted(r"\s+".join(map(re.escape, form.split())) for form in forms)))
