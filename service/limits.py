"""A bound on request bodies, enforced while they arrive, whether or not they declare their length.

Who sends a body is asked before it is read: a stranger cannot make the service take in more than a sign-in needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nlp.errors import UnauthenticatedError, YanpanError
from service.access import Principal
from service.problems import answer_to, problem

MAX_ANONYMOUS_BYTES = 64 * 1024
_CLOSE = {"Connection": "close"}
_MOST_DIGITS = 15


class BodyTooLargeError(Exception):
    """Raised inside ``receive`` once the body has grown past the bound."""


@dataclass(frozen=True, slots=True)
class Larger:
    """A larger bound of some paths, for those who hold a permission."""

    max_bytes: int
    permission: str


class BodyLimit:
    """ASGI middleware that answers 413 to bodies that are too large, and 401 to larger bodies of strangers.

    Args:
        app: to pass requests on to.
        max_bytes: of a body.
        sender_of: who sends a request, by its headers; blocks.
        larger: other bounds by path prefix.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        sender_of: Callable[[Request], Principal | None],
        larger: Mapping[str, Larger] | None = None,
    ) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self._sender_of = sender_of
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        declared = _declared(request)
        max_bytes, known = min(self.max_bytes, MAX_ANONYMOUS_BYTES), False
        if declared is None or declared > max_bytes:
            try:
                principal = await run_in_threadpool(self._sender_of, request)
            except YanpanError as error:
                await answer_to(request, error)(scope, receive, send)
                return
            if principal is not None:
                max_bytes, known = self._bound(scope["path"], principal), True
        if declared is not None and declared > max_bytes:
            await _refusal(request, max_bytes, known)(scope, receive, send)
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
            if seen > max_bytes and not answered:
                return
            answered = True
            await send(message)

        with suppress(BodyTooLargeError):
            await self.app(scope, counted, watched)
        if seen > max_bytes and not answered:
            await _refusal(request, max_bytes, known)(scope, receive, send)

    def _bound(self, path: str, principal: Principal) -> int:
        fitting = [
            one.max_bytes
            for prefix, one in self._larger.items()
            if path.startswith(prefix) and principal.may(one.permission)
        ]
        return max([self.max_bytes, *fitting])


def _declared(request: Request) -> int | None:
    """Bytes of the body as the headers say; None when it comes in pieces of which nobody says how many."""
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        return int(length) if len(length) <= _MOST_DIGITS else 10**_MOST_DIGITS
    return None if "transfer-encoding" in request.headers else 0


def _refusal(request: Request, max_bytes: int, known: bool) -> Response:
    if known or max_bytes < MAX_ANONYMOUS_BYTES:
        answer = problem(request, 413, "too_large", f"the body is larger than {max_bytes:,} bytes")
    else:
        error = UnauthenticatedError(
            f"not signed in, and the body is larger than {max_bytes:,} bytes",
            hint="send Authorization: Bearer yp_…, or sign in",
        )
        answer = answer_to(request, error)
    answer.headers.update(_CLOSE)
    return answer
