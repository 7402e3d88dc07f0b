"""What is asked: models, reports, and how the process is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, Field

from monitoring import cli
from monitoring.catalog import catalog
from monitoring.commands import run
from monitoring.document import document
from monitoring.errors import InvalidInput, one_of
from monitoring.process import held_store
from monitoring.reports import REPORTS
from monitoring.server.metrics import HELD, WAITING, exposition
from monitoring.server.security import Caller, needs
from monitoring.server.state import STATE
from monitoring.windows import Grain

router = APIRouter()
Reading = Annotated[Caller, Depends(needs("read"))]

_DOES = {name: f"{does[:1].upper()}{does[1:]}" for name, does in cli.REPORTS.items()}


@router.get("/health")
async def health() -> dict[str, str]:
    """Whether the process lives. Needs no token."""
    return {"status": "ok"}


@router.get("/health/ready")
def ready() -> Response:
    """Whether the process can take in rows and answer: 200, or 503 with what is not there. Needs no token."""
    parts = {
        "writer": STATE.writer is not None and STATE.writer.lives,
        "refresher": STATE.refresher is not None and STATE.refresher.lives,
        "store": STATE.writer is not None and _store_answers(),
    }
    is_ready = all(parts.values())
    content = {"status": "ok" if is_ready else "not ready", "parts": parts}
    return JSONResponse(content, 200 if is_ready else 503)


def _store_answers() -> bool:
    with held_store().read() as cursor:
        return cursor.execute("select 1").fetchall() == [(1,)]


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(_: Reading) -> Response:
    """What the process counts, for Prometheus."""
    gauges = {WAITING: STATE.writer.waiting if STATE.writer else 0, HELD: STATE.admission.bytes}
    return Response(exposition(STATE.counters, gauges), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/models")
def models(caller: Reading) -> Response:
    """All models that are open to the caller, with their versions."""
    return JSONResponse(
        {"models": document([entry for entry in catalog(held_store()) if caller.sees(entry.slug)])}
    )


class Question(BaseModel):
    """What a report is asked: the options of the command line. Without any, all inferences of the latest version."""

    version: str | None = None
    start: str | None = Field(None, alias="from")
    end: str | None = Field(None, alias="to")
    window: Grain | None = None
    segment: str | None = Field(None, description="COLUMN=VALUE")
    against: str = "reference"


class ExplainQuestion(Question):
    """With an id, why that inference came out as it did."""

    id: str | None = None


def _answer(request: Request, name: str, model: str, question: Question) -> Response:
    allowed = [field.alias or key for key, field in type(question).model_fields.items()]
    for key in request.query_params:
        if key not in allowed:
            raise InvalidInput(f"The report {name!r} has no parameter {key!r}.", one_of(key, allowed))
    options = argparse.Namespace(command=name, json=True, model=model, **question.model_dump())
    found = run(held_store(), options, lambda progress: None, Path())
    return Response(found.text, media_type="application/json")


def _add_report(name: str, does: str) -> None:
    def report(request: Request, model: str, question: Annotated[Question, Query()], _: Reading) -> Response:
        return _answer(request, name, model, question)

    router.add_api_route(f"/models/{{model}}/{name}", report, summary=does, name=name)


@router.get("/models/{model}/explain", summary=_DOES["explain"])
def explain(
    request: Request, model: str, question: Annotated[ExplainQuestion, Query()], _: Reading
) -> Response:
    """Exactly what the command line prints with --json."""
    return _answer(request, "explain", model, question)


for _name in REPORTS:
    if _name != "explain":
        _add_report(_name, _DOES[_name])
