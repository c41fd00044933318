"""Observe (观测): what the reviewed records of a unit say of its team (班子)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from nlp.profile import voice_name
from nlp.profile.voices import VOICES
from service.api.deps import Caller, EngineDep
from service.observation.observing import observe_unit
from service.render import KIND_ZH
from service.review.labels import codebook
from service.workbench.names import tree
from service.workbench.observation_tables import signs, sources, timeline
from service.workbench.pages.subjects import Date, record_titles
from service.workbench.rendering import allowed, render
from service.workbench.words import label_classes, label_names

router = APIRouter()


@router.get("/units/{id}")
def observed(
    id: str,
    request: Request,
    engine: EngineDep,
    caller: Caller = allowed("record.read"),
    below: Annotated[bool, Query()] = False,
    date_from: Date = None,
    date_to: Date = None,
) -> HTMLResponse:
    """Both ledgers of the team, and what an analyst looks at beside them."""
    book = codebook(engine.settings.codebook)
    with caller.read() as session:
        observation = observe_unit(
            session, caller.principal, book, id, below=below, date_from=date_from or None, date_to=date_to or None
        )
        return render(
            request,
            caller,
            "teams/view.html",
            observation=observation,
            timeline=timeline(observation, book),
            sources=sources(observation, book),
            signs=signs(observation),
            titles=record_titles(session, observation.records_without_review),
            units=tree(session),
            chosen={"below": below, "date_from": date_from or "", "date_to": date_to or ""},
            voices={voice: voice_name(voice) for voice in VOICES},
            kinds=KIND_ZH,
            label_zh=label_names(book),
            label_css=label_classes(book),
        )
