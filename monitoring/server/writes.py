"""What comes in: inferences, truth, and new versions. Each answer is sent once what it says is on disk."""

from __future__ import annotations

import asyncio
import functools
import shutil
import tempfile
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path, PurePath
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from monitoring.document import document
from monitoring.errors import Forbidden, InvalidInput
from monitoring.ingest.intake import Receipt, prepare_inferences, prepare_truth
from monitoring.process import held_store
from monitoring.registration import Registered, register
from monitoring.server.bodies import MAX_REGISTRATION, READERS, limited, read_body, reader_of
from monitoring.server.failures import Overloaded, UnsupportedMedia
from monitoring.server.metrics import ROWS
from monitoring.server.security import Caller, needs
from monitoring.server.state import STATE
from monitoring.server.writer import Work
from monitoring.spec import load_spec
from monitoring.store import registry

WRITE_SECONDS = 60.0
REGISTER_SECONDS = 600.0
MAX_FILES = 8

_T = TypeVar("_T")
_preparing = ThreadPoolExecutor(2, thread_name_prefix="prepare")

router = APIRouter()
Writing = Annotated[Caller, Depends(needs("write"))]
Administering = Annotated[Caller, Depends(needs("admin"))]


class QuarantinedRow(BaseModel):
    """A row that was refused: its number in the body, from 1."""

    row: int
    id: str | None
    reason: str


class WriteAnswer(BaseModel):
    """What became of the rows of a body: every row counts once. The first 1,000 refused rows are listed."""

    accepted: int
    duplicates: int
    corrections: int
    quarantined: list[QuarantinedRow]
    n_quarantined: int
    notes: list[str]


_ROWS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media: {"schema": {"type": "array", "items": {"type": "object"}}}
            if media == "application/json"
            else {"schema": {"type": "string", "format": "binary"}}
            for media in READERS
        },
    }
}
_FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["spec"],
                    "properties": {
                        "spec": {"type": "string", "format": "binary"},
                        "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    },
                }
            }
        },
    }
}


@router.post("/models/{model}/inferences", response_model=WriteAnswer, openapi_extra=_ROWS)
async def inferences(request: Request, model: str, _: Writing, version: str | None = None) -> Response:
    """Take in inferences, for the latest version or for the one that is named."""

    def prepare(read: Callable[[], Any]) -> Work:
        return prepare_inferences(registry.version(held_store(), model, version), read())

    return await _write(request, "inference", prepare)


@router.post("/models/{model}/truth", response_model=WriteAnswer, openapi_extra=_ROWS)
async def truth(request: Request, model: str, _: Writing) -> Response:
    """Take in ground truth."""

    def prepare(read: Callable[[], Any]) -> Work:
        return prepare_truth(registry.versions(held_store(), model), read())

    return await _write(request, "truth", prepare)


async def _write(request: Request, kind: str, prepare: Callable[[Callable[[], Any]], Work]) -> Response:
    read = reader_of(request)
    with STATE.admission.admit() as held:
        body = await read_body(request, held)
        work = await _in_time(_preparing.submit(prepare, functools.partial(read, body)), WRITE_SECONDS)
        receipt = await _in_time(STATE.the_writer().submit(work), WRITE_SECONDS)
    _count(kind, receipt)
    return JSONResponse(document(receipt))


async def _in_time(future: Future[_T], seconds: float) -> _T:
    try:
        async with asyncio.timeout(seconds):
            return await asyncio.wrap_future(future)
    except TimeoutError as error:
        raise Overloaded(
            f"It took longer than {seconds:g} seconds, and may be done later.",
            "Send it again: what is known stays.",
        ) from error


def _count(kind: str, receipt: Receipt) -> None:
    outcomes = {
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicates,
        "correction": receipt.corrections,
        "quarantined": receipt.n_quarantined,
    }
    for outcome, n_rows in outcomes.items():
        STATE.counters.add(ROWS, n_rows, kind=kind, outcome=outcome)


@router.post("/models", openapi_extra=_FILES)
async def register_version(request: Request, caller: Administering) -> Response:
    """Register a version: the part `spec` is the YAML, each part `files` a file that it names."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise UnsupportedMedia(
            "A version is registered by multipart/form-data.", "Send the parts spec and files."
        )
    with STATE.admission.admit() as held:
        pieces = limited(request, held, MAX_REGISTRATION)
        form = await _form(request, pieces)
        try:
            done = await _in_time(_preparing.submit(_register, form, caller), REGISTER_SECONDS)
        finally:
            await form.close()
    return JSONResponse(document(done), 201 if done.created else 200)


async def _form(request: Request, pieces: AsyncGenerator[bytes, None]) -> FormData:
    try:
        return await MultiPartParser(request.headers, pieces, max_files=MAX_FILES, max_fields=1).parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The multipart body cannot be read: {error}.") from error
    finally:
        await pieces.aclose()


def _register(form: FormData, caller: Caller) -> Registered:
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        place = Path(folder)
        spec = _save(form.get("spec"), place / "spec.yaml")
        names = {"spec.yaml"}
        for file in form.getlist("files"):
            name = file.filename if isinstance(file, UploadFile) else ""
            if not name or name != PurePath(name).name or name in names or "\0" in name:
                raise InvalidInput(
                    f"A file is called {name!r}.", "Give each a plain name of its own, as the spec has it."
                )
            names.add(name)
            _save(file, place / name)
        written = load_spec(spec)
        if not caller.sees(written.model):
            raise Forbidden(f"The token {caller.name!r} opens {caller.model!r} only.")
        for wanted in filter(None, (written.reference, written.training, written.artifact)):
            if wanted not in names - {"spec.yaml"}:
                raise InvalidInput(f"The spec names {wanted!r}, which is not among the files.")
        return register(held_store(), spec, lambda progress: None)


def _save(part: UploadFile | str | None, path: Path) -> Path:
    if part is None:
        raise InvalidInput("There is no part 'spec'.", "Send the specification as the part spec.")
    if isinstance(part, str):
        path.write_text(part, encoding="utf-8")
    else:
        with path.open("wb") as file:
            shutil.copyfileobj(part.file, file)
    return path
