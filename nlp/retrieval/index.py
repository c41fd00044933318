"""The embedded index of similar cases: files in one folder, no server."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np

from nlp.encoding import Encoder
from nlp.errors import IndexMismatchError, IndexTornError
from nlp.retrieval.access import Access
from nlp.retrieval.case import Case, CaseTag
from nlp.retrieval.changes import matching, mend, put_in_force, silent, untagged, whole
from nlp.retrieval.embedder import Embedder
from nlp.retrieval.facets import Facets, facets_of
from nlp.retrieval.filters import Filters
from nlp.retrieval.fusion import Fusion
from nlp.retrieval.generation import Generation
from nlp.retrieval.heads import content_of
from nlp.retrieval.hits import Hit
from nlp.retrieval.info import IndexInfo, read_info
from nlp.retrieval.layout import DenseSettings
from nlp.retrieval.learned import default_fusion
from nlp.retrieval.query import parse_query
from nlp.retrieval.ranking import take_apart
from nlp.retrieval.recovery import open_current
from nlp.retrieval.sayings import Meaning
from nlp.retrieval.searching import hits
from nlp.retrieval.show import Show
from nlp.retrieval.store import read_pointer, write_lock
from nlp.retrieval.tagmatch import Annotate
from nlp.retrieval.understanding import meanings_for, understand
from nlp.retrieval.view import Views
from nlp.retrieval.writing import Progress, Tools
from nlp.schema import Tag
from nlp.structure.words import Words, default_words, encodable

LOCK_TIMEOUT = 10.0
"""Seconds a writer waits for another one."""


class _State(NamedTuple):
    """What a search works with from its beginning to its end, whatever a writer puts in its place meanwhile."""

    generation: Generation
    embedder: Embedder


def _state(generation: Generation, embedder: Embedder) -> _State:
    return _State(generation, embedder.expecting(generation.manifest.encoder))


class CaseIndex:
    """An index of similar cases.

    Any number of threads and processes may search while one writes: a search goes on in the generation it started in.
    Every change is a new generation, so cases are best added and removed in batches. Made by ``build`` and ``open``.
    """

    def __init__(
        self, folder: Path, generation: Generation, embedder: Embedder, words: Words, annotate: Annotate | None
    ) -> None:
        self._folder = folder
        self._state = _state(generation, embedder)
        self._words = words
        self._annotate = annotate
        self._changing = threading.Lock()
        self._views = Views()

    @classmethod
    def build(
        cls,
        folder: Path | str,
        cases: Iterable[Case],
        *,
        encoder: Encoder | str,
        annotate: Annotate | None = None,
        dense: DenseSettings | None = None,
        words: Words | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Build an index; one that is already in the folder is replaced once the new one is whole.

        Args:
            folder: made when missing.
            cases: read once, one after another.
            encoder: a sentence encoder or the name of one.
            annotate: tags cases that come without tags, and queries.
            dense: how vectors are kept.
            words: another segmenter than the shipped one.
            progress: told how far the work is.

        Raises:
            DuplicateCaseError: an id is given twice; the folder keeps what it held.
            IndexLockedError: another process is writing to the folder.
            CaseIndexError: the annotator failed.
            EncoderError: the encoder failed.

        """
        folder = Path(folder)
        words = words or default_words()
        tools = Tools(Embedder(encoder), words, annotate, dense or DenseSettings(), progress or silent)
        with write_lock(folder, LOCK_TIMEOUT):
            generation = put_in_force(folder, cases, tools)
        return cls(folder, generation, tools.embedder, words, annotate)

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        encoder: Encoder | str | None = None,
        rebuild: bool = True,
        annotate: Annotate | None = None,
        verify: bool = True,
        words: Words | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """Open an index. The encoder is loaded only when a query or a repair needs it.

        Args:
            folder: of the index.
            encoder: a sentence encoder or the name of one; the one the index was built with by default.
            rebuild: mend an index that is torn, or was built with another encoder, tokenizer or layout, from the cases
                it holds; otherwise such an index is an error.
            annotate: tags added cases that come without tags, and queries.
            verify: compare every file with its hash; otherwise only sizes are compared.
            words: another segmenter than the shipped one.
            progress: told how far a repair is.

        Raises:
            IndexMissingError: there is no index.
            IndexTornError: files are missing or altered, and ``rebuild`` is off or the cases themselves are damaged.
            IndexMismatchError: built with something else, and ``rebuild`` is off.
            IndexLockedError: a repair is needed while another process is writing.

        """
        folder = Path(folder)
        words = words or default_words()
        try:
            generation = open_current(folder, tokenizer=words.version, verify=verify)
            embedder = matching(generation.manifest.encoder, encoder, folder)
        except (IndexTornError, IndexMismatchError):
            if not rebuild:
                raise
            with write_lock(folder, LOCK_TIMEOUT):
                generation, embedder = mend(folder, encoder, annotate, words, progress or silent)
        return cls(folder, generation, embedder, words, annotate)

    def __len__(self) -> int:
        return len(self._state.generation)

    def __contains__(self, id_: object) -> bool:
        return isinstance(id_, str) and self._state.generation.row(id_) is not None

    def get(self, id_: str) -> Case | None:
        """The case with this id, None when it is not in the index."""
        generation = self._state.generation
        row = generation.row(id_)
        return None if row is None else generation.case(row)

    @property
    def generation(self) -> str:
        """Name of the generation that a search begun now works with."""
        return self._state.generation.folder.name

    @property
    def next_key(self) -> int:
        """The key that the next case will get; keys rise and are never given again."""
        return self._state.generation.manifest.next_key

    def key_of(self, id_: str) -> int | None:
        """The key of a case, None when it is not in the index; a case that was replaced has a new one."""
        generation = self._state.generation
        row = generation.row(id_)
        return None if row is None else int(generation.keys[row])

    def cases(self) -> Iterator[Case]:
        """All cases, in the order in which they were added."""
        return self._state.generation.cases()

    def info(self) -> IndexInfo:
        """What the index holds."""
        return read_info(self._folder, self._state.generation)

    def add(self, cases: Iterable[Case], *, progress: Progress | None = None) -> int:
        """Add cases; one whose id is in the index takes the place of the old one.

        Returns:
            The number of cases given.

        Raises:
            DuplicateCaseError: an id is given twice; nothing is added.
            IndexLockedError, IndexTornError, IndexMismatchError, CaseIndexError, EncoderError: nothing is added.

        """
        batch = list(cases)
        if batch:
            self._change({case.id for case in batch}, batch, progress)
        return len(batch)

    def remove(self, ids: Iterable[str], *, progress: Progress | None = None) -> int:
        """Remove cases for good: their words, vectors and tags leave every file.

        Returns:
            The number of cases that were there.

        Raises:
            IndexLockedError, IndexTornError, IndexMismatchError: nothing is removed.

        """
        return self._change(set(ids), [], progress)

    def rebuild(self, *, progress: Progress | None = None) -> None:
        """Derive everything anew from the cases; tags an annotator gave are found anew when there is an annotator."""
        with self._changing, write_lock(self._folder, LOCK_TIMEOUT):
            self._refresh()
            generation, embedder = self._state
            cases = untagged(generation.cases(), self._annotate)
            # Whatever version of the encoder is at hand writes the new vectors.
            tools = self._tools(progress, embedder.expecting(None))
            self._state = _state(put_in_force(self._folder, cases, tools), embedder)

    def refresh(self) -> bool:
        """Take up changes another process has made; returns whether there were any."""
        with self._changing:
            return self._refresh()

    def count(self, filters: Filters | Mapping[str, Any] | None = None, access: Access | None = None) -> int:
        """Number of cases that pass filters, of those a reader may see.

        Raises:
            CaseIndexError: a filter is wrong.

        """
        generation = self._state.generation
        passing = Filters.of(filters).allowed(generation.heads)
        seen = access.mask(generation.heads) if access is not None else None
        masks = [mask for mask in (passing, seen) if mask is not None]
        return int(np.logical_and.reduce(masks).sum()) if masks else len(generation)

    def facets(self, filters: Filters | Mapping[str, Any] | None = None, access: Access | None = None) -> Facets:
        """Values to filter by, with the number of cases of each, among those a reader may see.

        Raises:
            CaseIndexError: a filter is wrong.

        """
        return facets_of(self._state.generation.heads, Filters.of(filters), access)

    def contents(self) -> Iterator[tuple[str, str]]:
        """Id and content fingerprint of every case, in the order in which they were added."""
        generation = self._state.generation
        for row, head in enumerate(generation.heads):
            yield head.id, head.content or content_of(generation.case(row))

    def search(
        self,
        text: str,
        k: int = 10,
        *,
        tags: Sequence[Tag | CaseTag] | None = None,
        annotate: Annotate | None = None,
        filters: Filters | Mapping[str, Any] | None = None,
        explain: bool = True,
        fusion: Fusion | None = None,
        collapse: bool = True,
        per_source: int | None = None,
        diverse: float | None = None,
        access: Access | None = None,
        sayings: bool = True,
    ) -> list[Hit]:
        """Find the ``k`` cases most like a text, best first, ties by id.

        Args:
            text: a question, a passage or a whole narrative; spans of the hits' query side count in it. Quoted parts
                are conditions (``nlp.retrieval.query``).
            k: at least 0; any number up to that of the cases is honoured.
            tags: what the text shows; found by ``annotate`` when not given, or by the annotator of the index.
            annotate: finds the tags of the text.
            filters: which cases may be found; applied before ranking.
            explain: whether hits carry matched pairs and tags.
            fusion: how channels are fused; what was learned for the encoder and the kind of query by default.
            collapse: show cases with nearly the same text as one hit; ``k`` counts hits.
            per_source: most hits of one ``source``; None for no limit.
            diverse: how much relevance counts against novelty, above 0 and at most 1 (``nlp.retrieval.diversity``);
                None to leave the ranking as it is.
            access: of the reader; the others' cases take no part in the search, None for a search over everything.
            sayings: whether a phrase that is a saying is searched with its meaning too (``meanings``).

        Returns:
            At most ``k`` hits; fewer, down to none, when no channel has anything to say of more cases.

        Raises:
            IndexMismatchError: the encoder is not the one the index was built with.
            EncoderError: the encoder cannot be loaded.
            CaseIndexError: ``k``, ``diverse`` or a filter is wrong, or the annotator failed.

        """
        show = Show(k, explain, collapse, per_source, diverse)
        parsed = parse_query(encodable(text))
        generation, embedder = self._state
        view = self._views.of(generation, access)
        allowed = view.allowed(Filters.of(filters).allowed(generation.heads))
        if parsed.conditions:
            allowed = view.meeting(parsed.conditions, allowed)
        if k == 0 or len(generation) == 0 or (allowed is not None and not allowed.any()):
            return []
        fusion = fusion or default_fusion(generation.manifest.encoder.name, parsed.text)
        understood = understand(parsed, tags, annotate or self._annotate, fusion, sayings)
        query = take_apart(parsed, understood, self._words, embedder, fusion)
        return hits(view, query, fusion, allowed, self._words, show)

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What a search for a text understands it as, beside its words; nothing for most texts."""
        return meanings_for(self._state.generation.manifest.encoder.name, text)

    def _change(self, ids: set[str], new: list[Case], progress: Progress | None) -> int:
        with self._changing, write_lock(self._folder, LOCK_TIMEOUT):
            self._refresh()
            generation, embedder = self._state
            drop = frozenset(head.key for head in generation.heads if head.id in ids)
            if drop or new:
                tools = self._tools(progress, embedder)
                self._state = _state(put_in_force(self._folder, new, tools, whole(generation), drop), embedder)
            return len(drop)

    def _tools(self, progress: Progress | None, embedder: Embedder) -> Tools:
        dense = self._state.generation.manifest.dense
        return Tools(embedder, self._words, self._annotate, dense, progress or silent)

    def _refresh(self) -> bool:
        generation, embedder = self._state
        if read_pointer(self._folder).generation == generation.folder.name:
            return False
        self._state = _state(open_current(self._folder, tokenizer=self._words.version, verify=True), embedder)
        return True
