"""Cases as they come into an index: tagged, each id once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nlp.errors import DuplicateCaseError
from nlp.retrieval.case import Case
from nlp.retrieval.leaning import packed, read_scale
from nlp.retrieval.tagmatch import Annotate, judged


def tagged(cases: Iterable[Case], annotate: Annotate | None) -> Iterator[Case]:
    """The cases, with tags and a leaning where they came without tags and there is an annotator.

    Raises:
        DuplicateCaseError: an id is given twice.
        CaseIndexError: the annotator failed.
    """
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise DuplicateCaseError(
                f"case {case.id} is given twice in one batch", path=case.id, hint="give every case its own id"
            )
        seen.add(case.id)
        if case.tags is None and annotate is not None:
            found, scale = judged(annotate, case.text, case.id), read_scale()
            leaning = packed(scale.leaning(found.peaks, "record")) if scale else None
            yield case.model_copy(update={"tags": found.tags, "tags_by": "annotate", "leaning": leaning})
        else:
            yield case
