"""One Aho-Corasick pass over a text finds everything that starts with a known word: evidence anchors and cues.

Aho & Corasick 1975; the automaton is the Rust implementation behind ``ahocorasick_rs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.tagging.cues import CueGroup
from nlp.tagging.lexicon import Entry, Lexicon


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

    matches: list[tuple[int, int, Entry]]
    cues: list[CueHit]


class Scanner:
    """Finds lexicon entries and cues in folded text. Picklable: the automaton is rebuilt on load."""

    def __init__(self, lexicon: Lexicon, groups: Sequence[CueGroup]) -> None:
        self._lexicon = lexicon
        self._groups = tuple(groups)
        self._build()

    def _build(self) -> None:
        self._entries: dict[str, list[Entry]] = {}
        for entry in self._lexicon.entries:
            for anchor in entry.pattern.anchors:
                self._entries.setdefault(anchor, []).append(entry)
        self._cues: dict[str, list[tuple[str, CueGroup | None]]] = {}
        for group in self._groups:
            for cue in group.cues:
                self._cues.setdefault(cue, []).append((group.attribute, group))
            for word, _ in group.pseudo:
                self._cues.setdefault(word, []).append((group.attribute, None))
        self._words = list(dict.fromkeys([*self._entries, *self._cues]))
        self._automaton = AhoCorasick(self._words, matchkind=MatchKind.Standard) if self._words else None

    def __getstate__(self) -> dict[str, Any]:
        return {"_lexicon": self._lexicon, "_groups": self._groups}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._build()

    def scan(self, folded: str) -> Scan:
        """All lexicon matches and all cues that are not hidden inside a longer cue or pseudo cue of their attribute."""
        matches: list[tuple[int, int, Entry]] = []
        raw: list[CueHit] = []
        if self._automaton is None or not folded:
            return Scan(matches, raw)
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            word = self._words[index]
            for entry in self._entries.get(word, ()):
                stop = entry.pattern.match_end(folded, start, end)
                if stop is not None:
                    matches.append((start, stop, entry))
            for attribute, group in self._cues.get(word, ()):
                raw.append(CueHit(start, end, attribute, group))
        matches.sort(key=lambda match: (match[0], -match[1]))
        return Scan(_longest_per_label(matches), _visible(raw))


def _longest_per_label(matches: list[tuple[int, int, Entry]]) -> list[tuple[int, int, Entry]]:
    """Drop matches that lie inside a longer match of the same label; of equal ranges the valued entry wins."""
    kept: list[tuple[int, int, Entry]] = []
    reach: dict[str, tuple[int, int, Entry]] = {}
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
