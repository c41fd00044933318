"""Every request gets an id, a line in the log and a place in the metrics; too many at once are told to come back."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.operation.metrics import Metrics
from service.operation.tracing import request_span
from service.problems import LANGUAGE, MEDIA_TYPE
from service.wording.chinese import value
from service.wording.titles import title_of

log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_API = "/v1"
_HEAVY = re.compile(r"/v1/(annotate|segment|search|records|records/uploads|records/[^/]+/(annotation|versions))")
"""Paths a POST to which loads the processor for long: these are bounded."""
RETRY_AFTER_S = 1


class Requests:
    """ASGI middleware.

    Args:
        app: to pass requests on to.
        metrics: to count in.
        max_in_flight: requests to heavy paths let in at once, those that wait for a turn among them.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, max_in_flight: int) -> None:
        self.app = app
        self._metrics = metrics
        self._most = max_in_flight
        self._now = 0  # of the event loop only, so no lock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        id_ = given if _ID.fullmatch(given) else secrets.token_hex(16)
        scope.setdefault("state", {})["request_id"] = id_
        status, began = 500, time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", id_.encode())]
            await send(message)

        heavy = _heavy(scope)
        try:
            with request_span(scope["method"], headers) as span:
                if heavy and self._now >= self._most:
                    self._metrics.refused.inc()
                    await _refuse(scope, noted)
                else:
                    await self._pass(scope, receive, noted, heavy)
                span.name(_route(scope), status)
        finally:
            self._tell(scope, status, time.perf_counter() - began, id_)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, heavy: bool) -> None:
        self._now += heavy
        self._metrics.in_flight.set(self._now)
        try:
            await self.app(scope, receive, send)
        finally:
            self._now -= heavy
            self._metrics.in_flight.set(self._now)

    def _tell(self, scope: Scope, status: int, seconds: float, id_: str) -> None:
        # The route's pattern, never the path: what somebody typed there may be a name.
        route, method = _route(scope), _method(scope)
        self._metrics.requests.labels(method, route, str(status)).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        fields = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        log.info("request", extra={**fields, "request_id": id_})


def _route(scope: Scope) -> str:
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if path is None:
        # Refused before it was routed: the shape of the path, as an id in it is nobody's business.
        return re.sub(r"(?<=/records/)[^/]+(?=/)", "{id}", scope["path"]) if _heavy(scope) else "(none)"
    # A route knows its path below the router that it was put in.
    below = scope["path"].startswith(f"{_API}/") and not str(path).startswith(f"{_API}/")
    return f"{_API}{path}" if below else str(path)


def _heavy(scope: Scope) -> bool:
    return scope["method"] == "POST" and _HEAVY.fullmatch(scope["path"]) is not None


def _method(scope: Scope) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return scope["method"] if scope["method"] in known else "OTHER"


async def _refuse(scope: Scope, send: Send) -> None:
    status = HTTPStatus.TOO_MANY_REQUESTS
    body = {
        "type": "urn:yanpan:problem:overloaded",
        "title": title_of("overloaded"),
        "status": int(status),
        "detail": value("too many requests are at work; try again shortly"),
        "instance": scope["path"],
        "errors": [],
    }
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-language", LANGUAGE.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"retry-after", str(RETRY_AFTER_S).encode()),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": content})
