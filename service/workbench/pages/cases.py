"""Similar cases: the search, one case, two cases side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from nlp.codebook import Codebook
from nlp.retrieval import Case, Hit
from nlp.retrieval.case import CaseTag
from nlp.retrieval.circumstances import compare_circumstances
from nlp.retrieval.hits import Quote
from service.api.deps import Caller, EngineDep
from service.render import DOC_TYPE_ZH, STATUS_ZH, SUBJECT_ZH
from service.review.labels import codebook
from service.searching import cases as searching
from service.workbench.marked_text import paragraphs
from service.workbench.rendering import allowed, render
from service.workbench.words import CHANNELS, label_classes, label_names

router = APIRouter()
CaseId = Annotated[str, Query(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class MatchedPassage:
    """One side of a matched pair: its place in the text, and the number both sides carry."""

    number: int
    start: int
    end: int


@router.get("/cases")
def search(request: Request, engine: EngineDep, caller: Caller = allowed("case.search")) -> HTMLResponse:
    """The form; its script asks the API, since words searched for must not stand in an address."""
    book = codebook(engine.settings.codebook)
    return render(request, caller, "cases/search.html", words=words_for_script(book))


@router.get("/cases/compare")
def compare(
    request: Request, engine: EngineDep, a: CaseId, b: CaseId, caller: Caller = allowed("case.search")
) -> HTMLResponse:
    """Two cases side by side, with what is alike and what differs."""
    access = caller.repository.search_access(caller.principal)
    with caller.read() as session:
        found = searching.compare_cases(session, engine, access, a, b)
    book = codebook(engine.settings.codebook)
    pairs = found.likeness.pairs if found.likeness else []
    return render(
        request,
        caller,
        "cases/compare.html",
        found=found,
        sides=[
            (found.first, paragraphs(found.first.text, _numbered([pair.query for pair in pairs]))),
            (found.second, paragraphs(found.second.text, _numbered([pair.case for pair in pairs]))),
        ],
        pairs=pairs,
        tag_rows=_tag_rows(found.likeness, found.first) if found.likeness else [],
        **_shared_words(book),
    )


@router.get("/cases/{id:path}")
def case(
    id: Annotated[str, Path(max_length=1000)],
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("case.search"),
) -> HTMLResponse:
    """One case: its text with the evidence marked, what it shows, and how it was handled."""
    access = caller.repository.search_access(caller.principal)
    with caller.read() as session:
        found = searching.view_case(session, engine, access, id)
    book = codebook(engine.settings.codebook)
    return render(
        request,
        caller,
        "cases/view.html",
        case=found,
        paragraphs=paragraphs(found.text, found.tags or ()),
        tags=_by_label(found, book),
        circumstances=compare_circumstances("", found.text),
        more={key: value for key, value in found.meta.items() if key not in _OWN_PLACE and _is_text(value)},
        **_shared_words(book),
    )


_OWN_PLACE = {"handling", "findings", "measure", "decision_id"}
"""Keys of ``meta`` that the page shows in a place of their own."""


def words_for_script(book: Codebook) -> dict[str, Any]:
    """What the script says in Chinese, in the order in which it offers it."""
    css = label_classes(book)
    return {
        "docTypes": {key: zh for key, zh in DOC_TYPE_ZH.items() if key},
        "labels": {label.id: {"zh": label.zh, "css": css[label.id]} for label in book.labels},
        "channels": CHANNELS,
        "statuses": STATUS_ZH,
    }


def _shared_words(book: Codebook) -> dict[str, Any]:
    return {
        "doc_types": DOC_TYPE_ZH,
        "label_zh": label_names(book),
        "label_css": label_classes(book),
        "statuses": STATUS_ZH,
        "subjects": SUBJECT_ZH,
        "channels": CHANNELS,
    }


def _numbered(quotes: Sequence[Quote]) -> list[MatchedPassage]:
    return [MatchedPassage(number, quote.start, quote.end) for number, quote in enumerate(quotes, 1)]


def _tag_rows(hit: Hit, first: Case) -> list[tuple[str, str, Any]]:
    """Kind of likeness, its class, and the evidence on both sides."""
    left = {(tag.label, tag.polarity) for tag in first.tags or ()}
    return [
        (zh, css, tag)
        for zh, css, tags in (
            ("表现相反", "bad", hit.opposite_tags),
            ("表现相同", "good", hit.shared_tags),
            ("说的是他人", "warn", hit.other_subject_tags),
            ("右边独有", "", [tag for tag in hit.differing_tags if (tag.label, tag.polarity) not in left]),
            ("左边独有", "", [tag for tag in hit.differing_tags if (tag.label, tag.polarity) in left]),
        )
        for tag in tags
    ]


def _by_label(found: Case, book: Codebook) -> list[tuple[str, list[CaseTag]]]:
    """Label ids with their tags, in the codebook's order."""
    place = {label: number for number, label in enumerate(book.ids)}
    labels = sorted({tag.label for tag in found.tags or ()}, key=lambda one: (place.get(one, len(place)), one))
    return [(label, [tag for tag in found.tags or () if tag.label == label]) for label in labels]


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip() != ""
