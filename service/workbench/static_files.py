"""Scripts, styles and plotly's own files, under addresses that change with their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.workbench.headers import GUARDING

FOLDER = Path(__file__).parent / "static"


class _Lasting(StaticFiles):
    """Files whose address holds a digest of their content may be kept for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers.update(GUARDING)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


@lru_cache(maxsize=1)
def digest() -> str:
    """Of all static files; part of their addresses, so that modules which import each other change together."""
    made = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            made.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return made.hexdigest()[:12]


def static_url(name: str) -> str:
    """The address of a file below ``static/``."""
    return f"/static/{digest()}/{name}"


def plotly_url() -> str:
    """The address of plotly's script, as its wheel ships it."""
    from plotly import __version__

    return f"/static/plotly-{__version__}/plotly.min.js"


def mount(app: FastAPI) -> None:
    """Serve the static files."""
    from plotly import __version__

    spec = find_spec("plotly")
    assert spec is not None, "plotly is a dependency"
    assert spec.origin is not None
    plotly = Path(spec.origin).parent / "package_data"
    app.mount(f"/static/plotly-{__version__}", _Lasting(directory=plotly), name="plotly")
    app.mount(f"/static/{digest()}", _Lasting(directory=FOLDER), name="static")
