"""Errors as the API says them: one shape, and a status for each kind."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from monitoring.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    StoreHeld,
    Unauthorized,
    VigieError,
)

_log = logging.getLogger("vigie")


class TooLarge(VigieError):
    """The body has more bytes than are read."""

    code: ClassVar[str] = "too_large"


class UnsupportedMedia(VigieError):
    """The body is in a format or an encoding that is not read."""

    code: ClassVar[str] = "unsupported_media_type"


class TooSlow(VigieError):
    """The body did not arrive in time."""

    code: ClassVar[str] = "timeout"


class Overloaded(VigieError):
    """There is more to do than can wait; the same request is welcome later."""

    code: ClassVar[str] = "overloaded"


STATUS: Mapping[type[VigieError], HTTPStatus] = {
    VigieError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Unauthorized: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    StoreHeld: HTTPStatus.SERVICE_UNAVAILABLE,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedMedia: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    TooSlow: HTTPStatus.REQUEST_TIMEOUT,
    Overloaded: HTTPStatus.SERVICE_UNAVAILABLE,
}
_HEADERS: Mapping[HTTPStatus, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "1"},
}
_CODES = {HTTPStatus.NOT_FOUND: "not_found", HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed"}


def error_body(code: str, message: str, hint: str = "") -> dict[str, dict[str, str]]:
    """The one shape of every error."""
    return {"error": {"code": code, "message": message, "hint": hint}}


def answer(error: VigieError) -> JSONResponse:
    """The response that says what was wrong."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    return JSONResponse(error_body(error.code, error.message, error.hint), status, _HEADERS.get(status))


def nothing_here(path: str) -> JSONResponse:
    """The response for a path that means nothing."""
    return answer(NotFound(f"There is nothing at {path!r}.", "See /api/v1/openapi.json."))


def explain_errors(api: FastAPI) -> None:
    """Let the API say every error in the one shape."""
    api.add_exception_handler(VigieError, _known)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(RequestValidationError, _request)
    api.add_exception_handler(Exception, _bug)


def _known(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VigieError)  # registered for this type only
    return answer(error)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # registered for this type only
    if error.status_code == HTTPStatus.NOT_FOUND:
        return nothing_here(request.url.path)
    code = _CODES.get(HTTPStatus(error.status_code), "error")
    message = f"{request.method} {request.url.path}: {error.detail}."
    return JSONResponse(error_body(code, message), error.status_code, error.headers)


def _request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # registered for this type only
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return answer(InvalidInput(f"{place}: {first['msg']}."))


def _bug(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s %s failed.", request.method, request.url.path, exc_info=error)
    message = "Something went wrong here. The log of the server says what."
    return JSONResponse(error_body("bug", message), HTTPStatus.INTERNAL_SERVER_ERROR)
