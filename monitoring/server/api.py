"""The application under /api/v1, and what answers beside it."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from monitoring.server import reads, remote, writes
from monitoring.server.failures import explain_errors, nothing_here
from monitoring.server.metrics import CountRequests
from monitoring.server.state import STATE

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

api = FastAPI(
    title="Vigie",
    version="1",
    description="Inferences and truth in, reports out. Every call but health and this page needs a bearer token.",
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
)
for _part in (writes, reads, remote):
    api.include_router(_part.router)
explain_errors(api)
api.add_middleware(CountRequests, counters=STATE.counters)


def routes() -> list[BaseRoute]:
    """What the app serves beside its pages. Nothing under /api is ever left to the pages, which answer in HTML."""
    return [
        Mount("/api/v1", app=api),
        Route("/api", _elsewhere, methods=METHODS),
        Route("/api/{path:path}", _elsewhere, methods=METHODS),
    ]


async def _elsewhere(request: Request) -> Response:
    return nothing_here(request.url.path)
