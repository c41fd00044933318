"""Similar cases that a note attaches, with the reasons as they were shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nlp.errors import InvalidInputError, NotFoundError
from nlp.retrieval import Case
from nlp.retrieval.access import Access
from nlp.retrieval.hits import Hit, Quote
from service.assessment.shapes import CaseIn
from service.store.models import AssessmentCase

Lookup = Callable[[str], Case | None]
"""The case of an id in the index, whoever may see it."""


def attached(given: CaseIn, lookup: Lookup, access: Access, place: str) -> AssessmentCase:
    """A row for a case, without the note that it belongs to.

    Unit and level are those of the index, never those of the request.

    Raises:
        NotFoundError: there is no such case for them.
        InvalidInputError: what the hit quotes is not in the case.
    """
    case = lookup(given.hit.id)
    if case is None or not access.permits(case):
        raise NotFoundError("no such case", path=given.hit.id, place=place)
    for quote in _quoted(given.hit):
        if case.text[quote.start : quote.end] != quote.quote:
            raise InvalidInputError(
                "the case does not say what the hit quotes", path=case.id, place=place, hint="search again"
            )
    return AssessmentCase(
        case_id=case.id,
        case_unit=case.unit,
        case_confidentiality=case.confidentiality,
        reasons=given.hit.model_dump(mode="json"),
        comment=given.comment,
    )


def _quoted(hit: Hit) -> Iterator[Quote]:
    for pair in hit.pairs:
        yield pair.case
    for tags in (hit.shared_tags, hit.differing_tags, hit.opposite_tags, hit.other_subject_tags):
        for tag in tags:
            yield from tag.case
    for said in hit.circumstances:
        yield from (*said.case_honest, *said.case_wilful)
    for match in hit.phrases:
        yield from match.text
