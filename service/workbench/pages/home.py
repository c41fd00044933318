"""The first page: what waits for one."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from service.workbench.rendering import PageCaller, render

router = APIRouter()


@router.get("/")
def home(request: Request, caller: PageCaller) -> HTMLResponse:
    """What waits for the caller, and where to go."""
    return render(request, caller, "home.html")
