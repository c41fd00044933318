"""The workbench as part of the application."""

from __future__ import annotations

from fastapi import FastAPI

from service.workbench import failures, static_files
from service.workbench.pages import account, home

PAGES = (
    account,
    home,
)


def install(app: FastAPI) -> None:
    """Add the pages, their files and their error pages; after the API and its error handlers."""
    static_files.mount(app)
    for module in PAGES:
        app.include_router(module.router, include_in_schema=False)
    failures.install(app)
