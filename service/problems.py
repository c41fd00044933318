"""Errors of the API as problem details (RFC 9457, ``application/problem+json``)."""

from __future__ import annotations

import errno
import logging
from copy import deepcopy
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.constants import REF_PREFIX
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from nlp.errors import TooManyAttemptsError, YanpanError
from service.wording import validation
from service.wording.chinese import told, value
from service.wording.titles import STATUSES, title_of

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
LANGUAGE = "zh-CN"

_STATUS = {
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "reading": HTTPStatus.UNPROCESSABLE_ENTITY,
    "undecodable_text": HTTPStatus.UNPROCESSABLE_ENTITY,
    "corrupt_file": HTTPStatus.UNPROCESSABLE_ENTITY,
    "encrypted_file": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_record": HTTPStatus.UNPROCESSABLE_ENTITY,
    "duplicate_case": HTTPStatus.CONFLICT,
    "index_missing": HTTPStatus.NOT_FOUND,
    "index_mismatch": HTTPStatus.CONFLICT,
    "index_locked": HTTPStatus.SERVICE_UNAVAILABLE,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "access_denied": HTTPStatus.FORBIDDEN,
    "too_many_attempts": HTTPStatus.TOO_MANY_REQUESTS,
    "not_found": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "invalid_input": HTTPStatus.UNPROCESSABLE_ENTITY,
    "version_conflict": HTTPStatus.PRECONDITION_FAILED,
    "precondition_missing": HTTPStatus.PRECONDITION_REQUIRED,
    "idempotency_conflict": HTTPStatus.UNPROCESSABLE_ENTITY,
    "invalid_cursor": HTTPStatus.BAD_REQUEST,
    "store_busy": HTTPStatus.SERVICE_UNAVAILABLE,
    "store_unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
    "storage_full": HTTPStatus.INSUFFICIENT_STORAGE,
}
_RETRY_AFTER_S = {"store_busy": 1, "store_unavailable": 5}


class Problem(BaseModel):
    """The body of every error answer."""

    type: str = Field(description="urn:yanpan:problem:<code>")
    title: str = Field(description="the kind of problem, in Chinese")
    status: int
    detail: str = Field(description="what is wrong in this case, in Chinese")
    instance: str = Field(description="the path asked for")
    errors: list[dict[str, Any]] = Field(default=[], description="for invalid requests: where, and what is wrong")


def problem(
    request: Request, status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None
) -> JSONResponse:
    """An answer that carries a problem; ``detail`` in the code's words or in Chinese already."""
    body = Problem(
        type=f"urn:yanpan:problem:{code}",
        title=STATUSES.get(status, HTTPStatus(status).phrase) if code == "http" else title_of(code),
        status=status,
        detail=value(detail),
        instance=request.url.path,
        errors=errors or [],
    )
    return JSONResponse(
        body.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers={"Content-Language": LANGUAGE}
    )


def answer_to(request: Request, exc: YanpanError) -> JSONResponse:
    """The problem that an error of the product is to a caller."""
    status = _STATUS.get(exc.code, HTTPStatus.INTERNAL_SERVER_ERROR)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # Paths and values stay out of the answer, and out of the log too: a file may be named after a person.
        log.error("problem", extra={"code": exc.code, "request_id": _request_id(request)}, exc_info=exc)
        return problem(request, status, exc.code, exc.message)
    answer = problem(request, status, exc.code, told(exc))
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="yanpan"'
    elif isinstance(exc, TooManyAttemptsError):
        answer.headers["Retry-After"] = str(exc.retry_after)
    elif exc.code in _RETRY_AFTER_S:
        answer.headers["Retry-After"] = str(_RETRY_AFTER_S[exc.code])
    return answer


async def _on_product_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, YanpanError)
    return answer_to(request, exc)


async def _on_http_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, HTTPException)
    answer = problem(request, exc.status_code, "http", str(exc.detail))
    answer.headers.update(exc.headers or {})
    return answer


async def _on_invalid_request(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, RequestValidationError)
    # The rejected input is left out: it may be personal text.
    # Names of fields are the caller's as well, and may hold half of a surrogate pair.
    errors = [
        {"at": [_encodable(str(part)) for part in item["loc"]], "message": _encodable(validation.told(item))}
        for item in exc.errors()
    ]
    return problem(request, 422, "invalid_request", "the request does not fit the schema", errors)


async def _on_os_error(request: Request, exc: Exception) -> JSONResponse:
    assert isinstance(exc, OSError)
    if exc.errno not in (errno.ENOSPC, errno.EDQUOT):
        return await _on_anything(request, exc)
    log.error("storage_full", extra={"error_type": type(exc).__name__})
    return problem(request, HTTPStatus.INSUFFICIENT_STORAGE, "storage_full", "the disk of the service is full")


async def _on_anything(request: Request, exc: Exception) -> JSONResponse:
    log.error("unexpected", extra={"request_id": _request_id(request)}, exc_info=exc)
    return problem(request, 500, "internal", "an unexpected error; the log of the service has the details")


def _request_id(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def describe(app: FastAPI) -> None:
    """Say in the OpenAPI document of ``app`` that every operation may answer with a problem, and in which media type.

    FastAPI describes a model always as ``application/json``.
    """
    made = app.openapi
    answers = {
        "4XX": "the request cannot be met (RFC 9457 problem)",
        "5XX": "the service cannot meet it now (RFC 9457 problem)",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": f"{REF_PREFIX}Problem"}}}
    described: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described:
            document = deepcopy(made())
            schemas = document["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema(mode="serialization", ref_template=REF_PREFIX + "{model}")
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            for operation in (one for path in document["paths"].values() for one in path.values()):
                own = {code: answer for code, answer in operation["responses"].items() if code != "422"}
                common = {code: {"description": words, "content": content} for code, words in answers.items()}
                operation["responses"] = own | common
            described.update(document)
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem."""
    describe(app)
    app.add_exception_handler(YanpanError, _on_product_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(OSError, _on_os_error)
    app.add_exception_handler(Exception, _on_anything)
