"""The routes under /api/v1."""

from __future__ import annotations

import json
import queue
import secrets
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount

from monitoring.cli import parser
from monitoring.commands import run
from monitoring.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized, VigieError
from monitoring.process import held_store
from monitoring.server.lifetime import STATE

_HTTP_STATUS: dict[type[VigieError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    Unauthorized: 401,
    Forbidden: 403,
}

api = FastAPI(title="Vigie", version="1", docs_url=None, redoc_url=None)


def routes() -> list[BaseRoute]:
    """What the app serves beside its pages."""
    return [Mount("/api/v1", app=api)]


def error_body(code: str, message: str, hint: str = "") -> dict[str, dict[str, str]]:
    """The one shape of every error."""
    return {"error": {"code": code, "message": message, "hint": hint}}


@api.exception_handler(VigieError)
def _explain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, VigieError)  # registered for this type only
    status = _HTTP_STATUS.get(type(error), 500)
    return JSONResponse(error_body(error.code, error.message, error.hint), status)


@api.exception_handler(HTTPException)
def _explain_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # registered for this type only
    code = "not_found" if error.status_code == HTTPStatus.NOT_FOUND else "error"
    return JSONResponse(error_body(code, f"{request.url.path}: {error.detail}."), error.status_code)


@api.exception_handler(RequestValidationError)
def _explain_request(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # registered for this type only
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return JSONResponse(error_body("invalid_input", f"{place}: {first['msg']}."), 422)


def _own_secret(request: Request) -> None:
    """Let only those in who can read the file beside the store."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = STATE.link.secret if STATE.link else ""
    if scheme.lower() != "bearer" or not given:
        raise Unauthorized(
            "The request carries no bearer token.", "Send the header Authorization: Bearer TOKEN."
        )
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise Unauthorized("The bearer token is not known.")


class Command(BaseModel):
    """A command line, and the directory it was typed in."""

    arguments: list[str]
    directory: str


@api.get("/health")
def health() -> dict[str, str]:
    """Whether the process lives and its store answers."""
    with held_store().read() as cursor:
        cursor.execute("select 1")
    return {"status": "ok"}


@api.post("/commands")
def commands(command: Command, _: Annotated[None, Depends(_own_secret)]) -> StreamingResponse:
    """Run a command of the command line on the store that this process holds, and stream what it says."""
    return StreamingResponse(_events(command), media_type="application/x-ndjson")


def _events(command: Command) -> Iterator[str]:
    messages: queue.Queue[dict[str, object] | None] = queue.Queue()

    def work() -> None:
        try:
            options = parser().parse_args(command.arguments)
            answer = run(
                held_store(), options, lambda text: messages.put({"progress": text}), Path(command.directory)
            )
            messages.put({"text": answer.text, "exit_code": answer.exit_code})
        except VigieError as error:
            messages.put(error_body(error.code, error.message, error.hint))  # type: ignore[arg-type]
        except (
            Exception
        ) as error:  # the door of the process: whoever waits on the other side has to hear of it
            messages.put(error_body("bug", f"{type(error).__name__}: {error}"))  # type: ignore[arg-type]
            raise
        finally:
            messages.put(None)

    threading.Thread(target=work, name="command", daemon=True).start()
    while (event := messages.get()) is not None:
        yield json.dumps(event) + "\n"
