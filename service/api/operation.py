"""``/readyz`` and ``/metrics``: for the machines that watch the service; outside ``/v1`` and its document."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.api.deps import EngineDep, get_caller
from service.operation.metrics import CONTENT_TYPE, Metrics
from service.operation.readiness import Readiness
from service.settings import is_loopback

router = APIRouter(tags=["运行"], include_in_schema=False)
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@router.get("/readyz", summary="就绪检查")
def ready(request: Request, engine: EngineDep) -> JSONResponse:
    """503 while database, schema, models or index are not usable; else 200, ``degraded`` with a full disk or no worker."""
    state: Readiness = request.app.state.readiness
    found = state.report(engine)
    body = {"status": found.status, "checks": found.checks}
    status = 503 if found.status == "unready" else 200
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


@router.get("/metrics", summary="Prometheus 指标")
def metrics(request: Request) -> Response:
    """The metrics, for callers who hold ``operation.read`` and, unless set otherwise, for this machine itself."""
    open_here = request.app.state.engine.settings.metrics_access == "loopback"
    if not (open_here and _from_this_machine(request)):
        _require_permission(request)
    made: Metrics = request.app.state.metrics
    return Response(made.text(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def _from_this_machine(request: Request) -> bool:
    # A proxy on this machine speaks for others, which it says in these headers.
    if any(name in request.headers for name in _FORWARDED):
        return False
    return request.client is not None and is_loopback(request.client.host)


def _require_permission(request: Request) -> None:
    from fastapi.security import HTTPAuthorizationCredentials

    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    bearer = HTTPAuthorizationCredentials(scheme=scheme, credentials=token) if scheme.lower() == "bearer" else None
    get_caller(request, Response(), bearer, None).principal.require("operation.read")
