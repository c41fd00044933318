"""The workbench as part of the application."""

from __future__ import annotations

from fastapi import FastAPI

from service.workbench import failures, static_files
from service.workbench.pages import (
    account,
    administration,
    assessment_editor,
    assessments,
    audit,
    batches,
    cases,
    codebook,
    decisions,
    dossiers,
    home,
    jobs,
    quality,
    records,
    review,
    searches,
    subjects,
    teams,
)

PAGES = (
    account,
    home,
    records,
    review,
    subjects,
    teams,
    assessment_editor,  # before assessments, whose /assessments/{id} would take its path
    assessments,
    dossiers,
    decisions,
    administration,
    jobs,
    audit,
    codebook,
    cases,
    batches,
    searches,
    quality,
)


def install(app: FastAPI) -> None:
    """Add the pages, their files and their error pages; after the API and its error handlers."""
    static_files.mount(app)
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    failures.install(app)
