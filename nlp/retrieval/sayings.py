"""What sayings mean: 新官不理旧账 in the plain words of a record.

Who searches with a saying means an episode, and records tell the episode without the saying. A dictionary (``corpora/
sayings``) says in plain words what each one stands for; a short query that is one of its sayings, or close to one, is
searched with these words too. What was understood is shown with the hits, and can be turned off.

Closeness is the cosine of TF-IDF weighted character n-grams (1 to 3), as for OCR'd or varied catch-words; a saying that
stands in the query as it is counts as closest.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import InvalidRecordError, ReadingError
from nlp.resources import corpora_path

LEAST = 0.28
"""Closeness below which a saying is another one."""

_CONTAINED = 3
"""Characters of the shortest saying: from here on one that stands inside a longer query counts as said there."""


_NEGATIONS = frozenset("不没无别未莫勿")


class Saying(BaseModel):
    """An entry of the dictionary.

    Attributes:
        saying: as people say it.
        variants: other ways to say the same.
        means: what it stands for, told in plain words in different circumstances.
        sense: whether it praises (+), criticises (-) or either.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    saying: str = Field(min_length=3)
    variants: tuple[str, ...] = ()
    means: tuple[str, ...] = Field(min_length=1)
    sense: Literal["+", "-", "±"]


class Meaning(BaseModel):
    """How a query was understood.

    Attributes:
        saying: the entry.
        form: its saying or variant that is close to the query.
        means: plain words for it.
        closeness: of the form to the query, ``LEAST`` to 1.
    """

    model_config = ConfigDict(frozen=True)

    saying: str
    form: str
    means: tuple[str, ...]
    closeness: float


class Sayings:
    """A dictionary, ready to be looked up in. Safe to share between threads."""

    def __init__(self, rows: Iterable[Saying]) -> None:
        self.rows = tuple(rows)
        forms = [(form, row) for row in self.rows for form in (row.saying, *row.variants)]
        grams = [_grams(form) for form, _ in forms]
        counts = Counter(gram for one in grams for gram in one)
        self._unknown = math.log(1 + len(forms))
        self._idf = {gram: math.log((1 + len(forms)) / (1 + count)) + 0.1 for gram, count in counts.items()}
        self._forms = forms
        self._lengths = [self._length(one) for one in grams]
        self._where: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, one in enumerate(grams):
            for gram, count in one.items():
                self._where[gram].append((number, self._weight(gram, count)))

    def find(self, text: str, most: int = 1) -> list[Meaning]:
        """The entries closest to a short text, closest first, each once; none when none is close."""
        asked = _grams(text)
        if len(_plain(text)) < _CONTAINED:
            return []
        products: defaultdict[int, float] = defaultdict(float)
        for gram, count in asked.items():
            weight = self._weight(gram, count)
            for number, other in self._where.get(gram, ()):
                products[number] += weight * other
        length, plain = self._length(asked), _plain(text)
        found: dict[str, Meaning] = {}
        for number, product in products.items():
            form, row = self._forms[number]
            bare = _plain(form)
            inside = len(bare) >= _CONTAINED and _said(bare, plain)
            if not inside and len(bare) >= _CONTAINED and bare in plain:
                continue
            closeness = 1.0 if inside else round(product / (length * self._lengths[number]), 4)
            best = found.get(row.saying)
            if closeness >= LEAST and (best is None or closeness > best.closeness):
                found[row.saying] = Meaning(saying=row.saying, form=form, means=row.means, closeness=closeness)
        return sorted(found.values(), key=lambda one: (-one.closeness, -len(one.form), one.saying))[:most]

    def _weight(self, gram: str, count: int) -> float:
        return (1 + math.log(count)) * self._idf.get(gram, self._unknown)

    def _length(self, grams: Counter[str]) -> float:
        return math.sqrt(sum(self._weight(gram, count) ** 2 for gram, count in grams.items())) or 1.0


def read_sayings(folder: Path) -> list[Saying]:
    """The entries of all ``*.jsonl`` files of a folder; of one saying in two files, both meanings.

    Raises:
        ReadingError: a file cannot be read.
        InvalidRecordError: a line is no entry; the message names it.
    """
    rows: dict[str, Saying] = {}
    for path in sorted(folder.glob("*.jsonl")):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ReadingError(f"cannot be read: {error}", path=str(path), expected="a UTF-8 JSONL file") from error
        for number, line in enumerate(lines, 1):
            try:
                row = Saying.model_validate_json(line)
            except ValidationError as error:
                raise InvalidRecordError(
                    error.errors()[0]["msg"], path=str(path), place=f"line {number}", expected="saying, means, sense"
                ) from error
            before = rows.get(row.saying)
            rows[row.saying] = row if before is None else _joined(before, row)
    return list(rows.values())


@lru_cache(maxsize=1)
def shipped_sayings() -> Sayings:
    """The dictionary that ships."""
    return Sayings(read_sayings(corpora_path("sayings")))


def _joined(one: Saying, other: Saying) -> Saying:
    variants = tuple(dict.fromkeys((*one.variants, *other.variants)))
    sense = one.sense if one.sense == other.sense else "±"
    return Saying(saying=one.saying, variants=variants, means=(*one.means, *other.means), sense=sense)


def _said(form: str, text: str) -> bool:
    """Whether a form stands in a text without a negation right before it: 不捂盖子 says the opposite of 捂盖子."""
    place = text.find(form)
    return place >= 0 and text[:place][-1:] not in _NEGATIONS


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _grams(text: str) -> Counter[str]:
    plain = _plain(text)
    return Counter(plain[at : at + size] for size in (1, 2, 3) for at in range(len(plain) - size + 1))


def all_means(meanings: Sequence[Meaning]) -> list[str]:
    """Every meaning of what was understood."""
    return [text for meaning in meanings for text in meaning.means]
