"""A bound on request bodies, enforced while they arrive, whether or not they declare their length."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import MEDIA_TYPE


class BodyTooLargeError(Exception):
    """Raised inside ``receive`` once the body has grown past the bound."""


class BodyLimit:
    """ASGI middleware that answers 413 to bodies over ``max_bytes``; ``larger`` holds other bounds by path prefix."""

    def __init__(self, app: ASGIApp, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        fitting = [bound for prefix, bound in self.larger.items() if scope["path"].startswith(prefix)]
        max_bytes = max([self.max_bytes, *fitting])
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > max_bytes:
            await self._refuse(scope, send, max_bytes)
            return
        seen = 0
        answered = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > max_bytes:
                raise BodyTooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal answered
            # Frameworks may turn the exception into an answer of their own (400); the bound's answer takes its place.
            if seen > max_bytes:
                return
            answered = True
            await send(message)

        with suppress(BodyTooLargeError):
            await self.app(scope, counted, watched)
        if seen > max_bytes and not answered:
            await self._refuse(scope, send, max_bytes)

    async def _refuse(self, scope: Scope, send: Send, max_bytes: int) -> None:
        body = {
            "type": "urn:yanpan:problem:too_large",
            "title": "Request Entity Too Large",
            "status": 413,
            "detail": f"the body is larger than {max_bytes:,} bytes",
            "instance": scope["path"],
            "errors": [],
        }
        content = json.dumps(body).encode()
        headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": content})
