"""A generation as a reader sees it: the cases access permits, and statistics that rest on them alone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.retrieval.access import Access
from nlp.retrieval.case import Case
from nlp.retrieval.dense import DenseIndex
from nlp.retrieval.generation import Generation
from nlp.retrieval.heads import Head
from nlp.retrieval.leaning import LeaningIndex
from nlp.retrieval.lexical import LexicalIndex, LexicalPart
from nlp.retrieval.phrases import meets, required_terms, settled_by_terms
from nlp.retrieval.query import Condition
from nlp.retrieval.tagmatch import TagIndex

KEPT = 8
"""Views kept ready; one holds the terms of its cases in memory."""


class View:
    """What one reader's search works with; rows are those of the generation. Safe to share between threads.

    Args:
        generation: holds the cases.
        mask: rows the reader may see, None for all.
        lexical: of these cases.
        tags: of these cases.

    """

    def __init__(
        self, generation: Generation, mask: NDArray[np.bool_] | None, lexical: LexicalIndex, tags: TagIndex
    ) -> None:
        self.generation = generation
        self.mask = mask
        self.lexical = lexical
        self.tags = tags

    @property
    def heads(self) -> Sequence[Head]:
        """One a case, hidden ones included."""
        return self.generation.heads

    @property
    def keys(self) -> NDArray[np.int64]:
        """Key of every row."""
        return self.generation.keys

    @property
    def order(self) -> NDArray[np.int64]:
        """Place of every row's id; settles ties."""
        return self.generation.order

    @property
    def dense(self) -> DenseIndex:
        """Passages and vectors; no statistic over cases goes into them."""
        return self.generation.dense

    def leanings(self, cells: int) -> LeaningIndex:
        """Leanings of ``cells`` numbers; each depends on its case alone."""
        return self.generation.leanings(cells)

    def __len__(self) -> int:
        return len(self.generation) if self.mask is None else int(self.mask.sum())

    def case(self, row: int) -> Case:
        """The whole case of a row."""
        return self.generation.case(row)

    def meeting(self, conditions: Sequence[Condition], among: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
        """Which of some rows (None for all the reader may see) meet the conditions of a query.

        Terms of the index lead to the candidates, whose texts then decide. Conditions without two Han characters in a
        row lead nowhere: every text is looked at.
        """
        candidates = np.ones(len(self.heads), dtype=bool) if among is None else among.copy()
        terms = required_terms(conditions)
        if terms:
            candidates &= np.isin(self.keys, self.lexical.holding(terms))
        if not settled_by_terms(conditions):
            for row in np.flatnonzero(candidates).tolist():
                candidates[row] = meets(conditions, *self.generation.words(row))
        return candidates

    def allowed(self, more: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
        """Rows that the reader may see and that a further mask marks, None for all."""
        if self.mask is None or more is None:
            return self.mask if more is None else more
        return self.mask & more


class Views:
    """Views by access; the last few stay ready. Safe to share between threads.

    The first search with an access cuts out the terms of what it permits, which takes time in proportion to them; the
    next generation only adds to that, unless a case has left.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[Access, View] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, generation: Generation, access: Access | None) -> View:
        """The view of a generation."""
        whole = View(generation, None, generation.lexical, generation.tags)
        if access is None or access.everything:
            return whole
        with self._lock:
            last = self._kept.pop(access, None)
            if last is None or last.generation is not generation:
                last = _narrowed(whole, access, last)
            self._kept[access] = last
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return last


def _narrowed(whole: View, access: Access, last: View | None) -> View:
    mask = access.mask(whole.heads)
    if mask is None:
        return whole
    keys = whole.keys[mask]
    lexical: LexicalIndex | None = None
    if last is not None and isinstance(last.lexical, LexicalPart) and _only_grew(last, whole, mask):
        lexical = last.lexical.grown(whole.lexical, keys)
    return View(whole.generation, mask, lexical or LexicalPart(whole.lexical, keys), TagIndex(whole.heads, mask))


def _only_grew(last: View, whole: View, mask: NDArray[np.bool_]) -> bool:
    """Whether all cases of a view are still there. Keys alone do not tell: those of an index built anew begin again."""
    if last.generation.manifest.tokenizer != whole.generation.manifest.tokenizer or last.mask is None:
        return False
    now = {whole.heads[row].key: whole.heads[row].content for row in np.flatnonzero(mask).tolist()}
    before = (last.heads[row] for row in np.flatnonzero(last.mask).tolist())
    return all(head.content and now.get(head.key) == head.content for head in before)
