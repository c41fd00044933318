"""The models and the index of one process, loaded once and shared by all requests."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from threading import Lock, RLock
from typing import TYPE_CHECKING

from nlp.errors import IndexMissingError
from service.operation.memory import FreeMemory
from service.settings import Settings
from service.turns import Turns

if TYPE_CHECKING:
    from nlp.encoding import Encoder
    from nlp.pipeline import Pipeline
    from nlp.retrieval import Case, CaseIndex, Filters, Hit
    from nlp.retrieval.access import Access
    from nlp.retrieval.sayings import Meaning
    from nlp.schema import Annotation


class Engine:
    """Everything a request needs. Methods block and belong in worker threads, never on the event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.turns = Turns(settings.computing_at_once, after=FreeMemory().give_back)
        self._lock = RLock()  # held only while something is loaded
        self._writing = Lock()  # held as long as cases are added; nobody waits for it but another writer
        self._index: CaseIndex | None = None

    @cached_property
    def pipeline(self) -> Pipeline:
        """The default pipeline."""
        from nlp.pipeline import load

        return load(codebook=self.settings.codebook)

    @cached_property
    def _normative_pipeline(self) -> Pipeline:
        from nlp.pipeline import load

        return load(codebook=self.settings.codebook, keep_normative=True)

    @cached_property
    def encoder(self) -> Encoder:
        """The sentence encoder."""
        from nlp.encoding import load_encoder

        return load_encoder(self.settings.encoder)

    def warm_up(self) -> None:
        """Load pipeline, encoder and, where there is one, the index."""
        with self._lock:
            self.pipeline.annotate("")
            _ = self.encoder
            self.index()

    def annotate(self, text: str, *, id: str | None = None, keep_normative: bool = False) -> Annotation:
        """Annotate one text, in turn."""
        with self._lock:
            pipeline = self._normative_pipeline if keep_normative else self.pipeline
        with self.turns.taken():
            return pipeline.annotate(text, id=id)

    def index(self) -> CaseIndex | None:
        """The case index, or None while no case was added."""
        from nlp.retrieval import CaseIndex

        with self._lock:
            if self._index is None:
                try:
                    self._index = CaseIndex.open(self.settings.index_dir, encoder=self.encoder, annotate=self._annotate)
                except IndexMissingError:
                    return None
                return self._index
            index = self._index
        # yanpan index add may have changed it beside the service; while this process adds cases itself there is
        # nothing to take up, and a search must not wait for the end of it.
        if self._writing.acquire(blocking=False):
            try:
                index.refresh()
            finally:
                self._writing.release()
        return index

    def add_cases(self, cases: Sequence[Case]) -> int:
        """Add or replace cases; returns how many the index holds then.

        Raises:
            DuplicateCaseError: two of them carry one id.
        """
        from nlp.retrieval import CaseIndex

        with self._writing:
            # Looked up under the lock: of two first imports the later one must add to what the earlier one built.
            index = self.index()
            if index is not None:
                index.add(cases)
                return len(index)
            index = CaseIndex.build(self.settings.index_dir, cases, encoder=self.encoder, annotate=self._annotate)
            with self._lock:
                self._index = index
            return len(index)

    def remove_cases(self, ids: Sequence[str]) -> int:
        """Remove cases for good; returns how many of them were there."""
        with self._writing:
            index = self.index()
            return 0 if index is None else index.remove(ids)

    def search(
        self,
        text: str,
        k: int,
        filters: Filters | None = None,
        *,
        collapse: bool = True,
        per_source: int | None = None,
        diverse: float | None = None,
        access: Access | None = None,
        sayings: bool = True,
    ) -> list[Hit]:
        """Similar cases, best first, among those that ``access`` permits; computed in turn.

        Raises:
            IndexMissingError: no case was added yet.
        """
        index = self.index()
        if index is None:
            raise IndexMissingError("there is no case yet", hint="add cases with POST /v1/cases or yanpan index build")
        with self.turns.taken():
            return index.search(
                text,
                k,
                filters=filters,
                collapse=collapse,
                per_source=per_source,
                diverse=diverse,
                access=access,
                sayings=sayings,
            )

    def meanings(self, text: str) -> tuple[Meaning, ...]:
        """What a search for a text understands it as, beside its words; nothing while there is no case."""
        index = self.index()
        return () if index is None else index.meanings(text)

    def _annotate(self, text: str) -> Annotation:
        # For the index, which annotates while it searches: whoever searches has a turn already.
        return self.pipeline.annotate(text)
