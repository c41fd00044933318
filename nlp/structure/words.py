"""Words of a text: jieba with the project's dictionary, and the terms of the lexical search channel.

The maximum-probability path over jieba's dictionary is used without the HMM for unknown words, because only then do
jieba and its Rust port rjieba agree piece for piece. rjieba runs when it is installed and jieba otherwise; the pieces
are the same.

Search terms are the union of jieba's search-mode words and Han character bigrams: the bigrams find what the
dictionary does not know and would cut into single characters.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

from nlp.errors import ConfigurationError
from nlp.resources import corpora_path

Engine = Literal["auto", "rjieba", "jieba"]
Offsets = tuple[int, int]

_SCHEME = "jieba-search+han-bigrams/1"
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
HAN_RUN = re.compile(f"[{_HAN}]+")
"""Runs of Han characters, of whose neighbours the search terms are made."""

_HALF = re.compile("[\ud800-\udfff]")
_LOADING = threading.RLock()


class _Entry(NamedTuple):
    word: str
    frequency: int | None


class Words:
    """A word segmenter with offsets. Safe to share between threads, picklable (it reloads where it is unpickled).

    Args:
        dictionary: file of ``word [frequency]`` lines, ``#`` starts a comment line; the shipped one by default.
        engine: ``rjieba`` or ``jieba`` forces one; ``auto`` takes rjieba when it can be imported.

    Raises:
        ConfigurationError: a dictionary line is malformed or a word is given twice; ``place`` holds the line.
        ImportError: ``engine="rjieba"`` and rjieba is not installed.

    """

    def __init__(self, dictionary: Path | None = None, *, engine: Engine = "auto") -> None:
        self._dictionary = dictionary or corpora_path("dictionary.txt")
        self._wanted = engine
        entries = _read(self._dictionary)
        self.engine, self._cutter = _load(entries, engine)
        shape = "\n".join(f"{entry.word} {entry.frequency}" for entry in entries)
        self.version = f"{_SCHEME}/{hashlib.sha256(shape.encode()).hexdigest()[:12]}"
        """Changes whenever the terms of a text could change; every index stores it."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_reload, (self._dictionary, self._wanted))

    def cut(self, text: str) -> list[Offsets]:
        """Offsets of jieba's pieces in code points; together they tile the text, spaces and punctuation included."""
        return list(_offsets(self._cutter.cut(text)))

    def search(self, text: str) -> list[Offsets]:
        """Offsets of jieba's search-mode pieces: words, and the two- and three-character words inside longer ones.

        Pieces overlap; inner words come before the word that holds them.
        """
        return self._cutter.search(text)

    def search_terms(self, text: str) -> list[str]:
        """Terms of the lexical channel, in order of appearance, repeated as often as they occur.

        NFKC-folded and lower-cased; pieces without a letter or digit are dropped. A two-character word appears twice,
        as a word and as a bigram, which lifts words over accidental neighbours.
        """
        folded = unicodedata.normalize("NFKC", text).lower()
        terms = [folded[start:end] for start, end in self._cutter.search(folded)]
        terms = [term for term in terms if any(map(str.isalnum, term))]
        for run in HAN_RUN.findall(folded):
            terms.extend(first + second for first, second in pairwise(run))
        return terms


@lru_cache(maxsize=1)
def _shared() -> Words:
    return Words()


def default_words() -> Words:
    """The segmenter with the shipped dictionary, loaded once a process."""
    with _LOADING:
        return _shared()


def cut(text: str) -> list[Offsets]:
    """``default_words().cut(text)``."""
    return default_words().cut(text)


def search_terms(text: str) -> list[str]:
    """``default_words().search_terms(text)``."""
    return default_words().search_terms(text)


def encodable(text: str) -> str:
    """The text with half surrogate pairs, which neither UTF-8 nor Rust strings can hold, replaced one for one."""
    return _HALF.sub("\ufffd", text)


def _reload(dictionary: Path, engine: Engine) -> Words:
    return Words(dictionary, engine=engine)


def _read(path: Path) -> list[_Entry]:
    entries: dict[str, _Entry] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, count = line.strip().partition(" ")
        if word in entries or (count and not (count.isascii() and count.isdigit() and int(count) > 0)):
            raise ConfigurationError(
                "a word is given twice" if word in entries else f"{count!r} is no frequency",
                path=str(path),
                place=f"line {number}",
                expected="one new word a line, then optionally a space and a whole number above 0",
            )
        entries[word] = _Entry(word, int(count) if count else None)
    return list(entries.values())


def _offsets(pieces: list[str]) -> Iterator[Offsets]:
    start = 0
    for piece in pieces:
        end = start + len(piece)
        yield start, end
        start = end


class _Rjieba:
    def __init__(self, entries: list[_Entry]) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        for word, frequency in entries:
            # One above the suggestion: the suggestion itself can tie with the parts through rounding.
            self._jieba.add_word(word, frequency or self._jieba.suggest_freq(word) + 1, None)

    def cut(self, text: str) -> list[str]:
        pieces: list[str] = self._jieba.cut(encodable(text), hmm=False)
        return pieces

    def search(self, text: str) -> list[Offsets]:
        return [(start, end) for _, start, end in self._jieba.tokenize(encodable(text), mode="search", hmm=False)]


class _Jieba:
    def __init__(self, entries: list[_Entry]) -> None:
        self._jieba: Any = _plain_tokenizer()
        for word, frequency in entries:
            old = self._jieba.FREQ.get(word, 0)
            self._jieba.add_word(word, frequency or self._jieba.suggest_freq(word) + 1)
            # jieba counts a replaced word twice, rjieba does not; the total weighs in every decision.
            self._jieba.total -= old

    def cut(self, text: str) -> list[str]:
        pieces: list[str] = self._jieba.lcut(text, HMM=False)
        return pieces

    def search(self, text: str) -> list[Offsets]:
        return [(start, end) for _, start, end in self._jieba.tokenize(text, mode="search", HMM=False)]


def _plain_tokenizer() -> Any:
    """A jieba tokenizer that logs nothing and leaves no cache file.

    jieba's own start-up writes ``jieba.cache`` into the shared temporary folder and later trusts whatever lies there,
    so the dictionary is read directly (about half a second).
    """
    with _LOADING, warnings.catch_warnings():
        # Importing jieba compiles invalid escapes and imports pkg_resources; neither is ours to mend.
        warnings.simplefilter("ignore")
        import jieba

    logging.getLogger("jieba").setLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return tokenizer


def _load(entries: list[_Entry], engine: Engine) -> tuple[str, _Rjieba | _Jieba]:
    if engine != "jieba":
        try:
            return "rjieba", _Rjieba(entries)
        except ImportError:
            if engine == "rjieba":
                raise
    return "jieba", _Jieba(entries)
