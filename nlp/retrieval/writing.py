"""Writing a generation: the cases first, then what is derived from them, reusing what an older generation has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from nlp.retrieval.ann import ANN, update_lists, write_lists
from nlp.retrieval.case import Case
from nlp.retrieval.embedder import Embedder
from nlp.retrieval.heads import Head, head_of, write_heads
from nlp.retrieval.layout import CASES, HEADS, LAYOUT, LEXICAL, PASSAGES_VERSION, DenseSettings, Manifest, parts_of
from nlp.retrieval.lexical import LexicalIndex, link_lexical, write_lexical
from nlp.retrieval.tagging import tagged
from nlp.retrieval.tagmatch import Annotate
from nlp.retrieval.vectors import VectorStore, write_vectors
from nlp.structure.words import Words

Progress = Callable[[str, int, int], None]
"""Called with a stage, the number done and the total (0 when unknown).

Stages in order: cases, lexical, dense, lists (large indexes only), sealed, switched, cleaned.
"""


@dataclass(frozen=True)
class Tools:
    """What a writer works with."""

    embedder: Embedder
    words: Words
    annotate: Annotate | None
    dense: DenseSettings
    progress: Progress


@dataclass(frozen=True)
class Base:
    """What may be taken over from an older generation.

    Attributes:
        folder: of the older generation; its cases file and heads are sound.
        manifest: of the older generation.
        heads: of all its cases.
        lexical: its lexical part, None when terms are to be cut anew.
        store: its vectors, None when texts are to be encoded anew.
        lists: whether its inverted lists may be taken over.

    """

    folder: Path
    manifest: Manifest
    heads: list[Head]
    lexical: LexicalIndex | None
    store: VectorStore | None
    lists: bool


class GenerationWriter:
    """Fills an empty folder with a generation.

    Args:
        target: the folder.
        number: of the generation.
        tools: what to work with.
        base: older generation whose cases are kept.
        drop: keys of the base's cases that are not kept.

    """

    def __init__(
        self, target: Path, number: int, tools: Tools, *, base: Base | None = None, drop: frozenset[int] = frozenset()
    ) -> None:
        self._target = target
        self._number = number
        self._tools = tools
        self._base = base
        self._kept = [head for head in base.heads if head.key not in drop] if base else []
        self._next_key = base.manifest.next_key if base else 0

    def write(self, new: Iterable[Case]) -> Manifest:
        """Write the kept cases and the new ones; new ones without tags are annotated when there is an annotator.

        Returns:
            The manifest, not yet written.

        Raises:
            DuplicateCaseError: an id is given twice.
            CaseIndexError: the annotator failed.
            EncoderError: the encoder failed.

        """
        heads = self._write_cases(new)
        added = heads[len(self._kept) :]
        write_heads(self._target / HEADS, heads)
        self._write_terms(heads, added)
        next_passage = self._write_vectors(heads, added)
        # Vectors that are taken over keep their encoder's stamp; new ones among them were checked against it.
        stamp = self._base.manifest.encoder if self._base and self._base.store else self._tools.embedder.stamp
        store = VectorStore.open(self._target, dimension=stamp.dimension, dtype=self._tools.dense.dtype)
        return Manifest(
            layout=LAYOUT,
            generation=self._number,
            encoder=stamp,
            tokenizer=self._tools.words.version,
            splitter=PASSAGES_VERSION,
            cases=len(heads),
            passages=len(store),
            next_key=added[-1].key + 1 if added else self._next_key,
            next_passage=next_passage,
            dense=self._tools.dense,
            trained_on=self._write_lists(store),
            parts=parts_of(self._target),
        )

    def _write_cases(self, new: Iterable[Case]) -> list[Head]:
        heads: list[Head] = []
        offset = 0
        with (self._target / CASES).open("wb") as file:
            if self._base is not None:
                with (self._base.folder / CASES).open("rb") as old:
                    for head in self._kept:
                        old.seek(head.offset)
                        file.write(old.read(head.length))
                        heads.append(head.moved(offset))
                        offset += head.length
            for key, case in enumerate(tagged(new, self._tools.annotate), start=self._next_key):
                line = case.model_dump_json().encode() + b"\n"
                file.write(line)
                heads.append(head_of(case, key=key, offset=offset, length=len(line)))
                offset += len(line)
                self._tools.progress("cases", len(heads), 0)
        return heads

    def _texts(self, heads: list[Head], stage: str) -> Iterator[tuple[int, str | None, str]]:
        """(key, title, text) of the heads, telling the progress of what is made of them."""
        with (self._target / CASES).open("rb") as file:
            for done, head in enumerate(heads, start=1):
                file.seek(head.offset)
                record = json.loads(file.read(head.length))
                yield head.key, record["title"], record["text"]
                self._tools.progress(stage, done, len(heads))

    def _write_terms(self, heads: list[Head], added: list[Head]) -> None:
        folder = self._target / LEXICAL
        old = self._base.lexical if self._base else None
        fresh = (
            (key, self._tools.words.search_terms(f"{title}\n{text}" if title else text))
            for key, title, text in self._texts(heads if old is None else added, "lexical")
        )
        if self._base is not None and old is not None and len(self._kept) == len(self._base.heads):
            link_lexical(self._base.folder / LEXICAL, folder)
            write_lexical(folder, fresh)
            return
        folder.mkdir()
        kept = {head.key for head in self._kept}
        stored = (item for item in old.terms() if item[0] in kept) if old is not None else iter(())
        write_lexical(folder, chain(stored, fresh))

    def _write_vectors(self, heads: list[Head], added: list[Head]) -> int:
        """Returns the next free passage id."""
        old = self._base.store if self._base else None
        keys = np.array([head.key for head in self._kept], dtype=np.int64)
        texts = self._texts(heads if old is None else added, "dense")
        return write_vectors(
            self._target,
            source=old,
            keep=np.isin(old.table[:, 1], keys) if old is not None else None,
            cases=((key, text) for key, _, text in texts),
            embedder=self._tools.embedder,
            dtype=self._tools.dense.dtype,
            next_id=self._base.manifest.next_passage if self._base else 0,
        )

    def _write_lists(self, store: VectorStore) -> int:
        """Returns the number of passages the lists were trained on, 0 for none."""
        if len(store) < max(1, self._tools.dense.flat_below):
            return 0
        tick = partial(self._tools.progress, "lists")
        base = self._base
        if base is not None and base.lists and base.store is not None:
            trained = base.manifest.trained_on
            # Lists trained on a quarter or four times as many passages still cut the space well enough.
            if trained and trained <= 4 * len(store) <= 16 * trained:
                update_lists(self._target / ANN, base.folder / ANN, base.store, store, tick)
                return trained
        return write_lists(self._target / ANN, store, tick)
