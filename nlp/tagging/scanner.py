"""One Aho-Corasick pass over a text finds everything that starts with a known word: evidence anchors and cues.

Aho & Corasick 1975; the automaton is the Rust implementation behind ``ahocorasick_rs``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.tagging.cues import CueGroup
from nlp.tagging.lexicon import Entry, Lexicon

_Hit = tuple[int, int, int]
"""Number of a word in the automaton, start, end."""
Match = tuple[int, int, Entry]
"""Start, end and the entry that matched there."""

_Lead = tuple[int, int, Entry]
"""Number of an entry, how far its sign may lie from its start (-1 when it has no sign), and the entry."""


@dataclass(frozen=True)
class CueHit:
    """A cue found in the text. ``group`` is None for a pseudo cue, which only hides cues inside it."""

    start: int
    end: int
    attribute: str
    group: CueGroup | None


@dataclass(frozen=True)
class Scan:
    """Hits of one text, each list ascending by start."""

    matches: list[Match]
    cues: list[CueHit]


class Scanner:
    """Finds lexicon entries and cues in folded text. Picklable: the automaton is rebuilt on load."""

    def __init__(self, lexicon: Lexicon, groups: Sequence[CueGroup]) -> None:
        self._lexicon = lexicon
        self._groups = tuple(groups)
        self._build()

    def _build(self) -> None:
        leads: dict[str, list[_Lead]] = {}
        signs: dict[str, list[int]] = {}
        for number, entry in enumerate(self._lexicon.entries):
            pattern = entry.pattern
            for word in pattern.leads:
                leads.setdefault(word, []).append((number, pattern.reach if pattern.signs else -1, entry))
            for word in pattern.signs:
                signs.setdefault(word, []).append(number)
        cues: dict[str, list[tuple[str, CueGroup | None]]] = {}
        for group in self._groups:
            for cue in group.cues:
                cues.setdefault(cue, []).append((group.attribute, group))
            for word, _ in group.pseudo:
                cues.setdefault(word, []).append((group.attribute, None))
        words = list(dict.fromkeys([*leads, *signs, *cues]))
        # What a word may begin, by its number in the automaton: lists are looked up a million times a second.
        self._leads = [leads.get(word, []) for word in words]
        self._signs = [signs.get(word, []) for word in words]
        self._cues = [cues.get(word, []) for word in words]
        self._automaton = AhoCorasick(words, matchkind=MatchKind.Standard) if words else None

    def __getstate__(self) -> dict[str, Any]:
        return {"_lexicon": self._lexicon, "_groups": self._groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._build()

    def scan(self, folded: str) -> Scan:
        """All lexicon matches and all cues that are not hidden inside a longer cue or pseudo cue of their attribute."""
        if self._automaton is None or not folded:
            return Scan([], [])
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        # A match that is found by its sign may be found twice.
        found = (match for line in _lines(folded, hits) for match in self._matches(folded, line))
        matches = sorted(dict.fromkeys(found), key=lambda match: (match[0], -match[1]))
        cues = [
            CueHit(start, end, attribute, group) for index, start, end in hits for attribute, group in self._cues[index]
        ]
        return Scan(_longest_per_label(matches), _visible(cues))

    def _matches(self, folded: str, hits: list[_Hit]) -> Iterator[Match]:
        """Entries that match among the hits of one line; evidence never crosses a line break."""
        places: dict[int, list[int]] = {}
        for index, start, _ in hits:
            for number in self._signs[index]:
                if number in places:
                    places[number].append(start)
                else:
                    places[number] = [start]
        for starts in places.values():
            starts.sort()
        for index, start, end in hits:
            for number, reach, entry in self._leads[index]:
                if reach >= 0 and (number not in places or not _any_between(places[number], start, start + reach)):
                    continue
                found = entry.pattern.find(folded, start, end)
                if found:
                    yield *found, entry


def _lines(folded: str, hits: list[_Hit]) -> Iterator[list[_Hit]]:
    """The hits line by line: they come in order of their ends, and no word holds a line break."""
    first = 0
    while first < len(hits):
        stop = folded.find("\n", hits[first][2])
        last = bisect_left(hits, stop, lo=first, key=lambda hit: hit[2]) if stop >= 0 else len(hits)
        # A word may end right at the line break.
        while last < len(hits) and hits[last][2] == stop:
            last += 1
        yield hits[first:last]
        first = last


def _any_between(places: list[int], first: int, last: int) -> bool:
    index = bisect_left(places, first)
    return index < len(places) and places[index] <= last


def _longest_per_label(matches: list[Match]) -> list[Match]:
    """Drop matches that lie inside a longer match of the same label; of equal ranges the valued entry wins."""
    kept: list[Match] = []
    reach: dict[str, Match] = {}
    for start, end, entry in matches:
        last = reach.get(entry.label)
        if last and end <= last[1]:
            if (start, end) == last[:2] and last[2].polarity is None and entry.polarity is not None:
                kept[kept.index(last)] = reach[entry.label] = (start, end, entry)
            continue
        reach[entry.label] = (start, end, entry)
        kept.append((start, end, entry))
    return kept


def _visible(hits: list[CueHit]) -> list[CueHit]:
    """Longest match wins within an attribute: 从不 hides 不, the pseudo cue 不断 hides 不 and then goes itself."""
    hits.sort(key=lambda hit: (hit.start, -hit.end, hit.group is not None))
    reach: dict[str, tuple[int, int]] = {}
    kept: list[CueHit] = []
    for hit in hits:
        start, end = reach.get(hit.attribute, (-1, -1))
        same = (start, end) == (hit.start, hit.end)
        if hit.end <= end and not same:
            continue
        if hit.end > end:
            reach[hit.attribute] = (hit.start, hit.end)
        if hit.group is not None:
            kept.append(hit)
    pseudo = {(hit.start, hit.end, hit.attribute) for hit in hits if hit.group is None}
    return [hit for hit in kept if (hit.start, hit.end, hit.attribute) not in pseudo]
