"""Hooks for OpenTelemetry. Without an SDK in the process, or without its API installed, they do nothing.

Spans carry method, route and status. An operator who wants them exported starts the service under an SDK of their choice;
the product sends nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class RequestSpan:
    """The span of one request; nothing without OpenTelemetry."""

    def __init__(self, span: Any = None, method: str = "") -> None:
        self._span = span
        self._method = method

    def name(self, route: str, status: int) -> None:
        """Say which route answered and how."""
        if self._span is not None:
            self._span.update_name(f"{self._method} {route}")
            self._span.set_attribute("http.route", route)
            self._span.set_attribute("http.response.status_code", status)


@contextmanager
def request_span(method: str, headers: Mapping[bytes, bytes]) -> Iterator[RequestSpan]:
    """A span around a request; a ``traceparent`` of the caller is its parent."""
    try:
        from opentelemetry import propagate, trace
    except ImportError:
        yield RequestSpan()
        return
    carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
    tracer = trace.get_tracer("yanpan")
    with tracer.start_as_current_span(
        method,
        context=propagate.extract(carrier),
        kind=trace.SpanKind.SERVER,
        attributes={"http.request.method": method},
        record_exception=False,  # its message may quote a document
    ) as span:
        yield RequestSpan(span, method)
