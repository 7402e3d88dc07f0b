"""Bodies of requests: read within limits of size and time, and turned into tables by their Content-Type."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping

from fastapi import Request
from starlette.requests import ClientDisconnect

from monitoring.errors import InvalidInput, one_of
from monitoring.ingest.arrow_stream import read_arrow
from monitoring.ingest.json_rows import read_json
from monitoring.ingest.parquet import read_parquet
from monitoring.ingest.tables import RawTable, ReadOptions
from monitoring.server.admission import Held
from monitoring.server.failures import TooLarge, TooSlow, UnsupportedMedia

MAX_BODY = 64 * 1024**2
"""Bytes of rows in one request."""
MAX_REGISTRATION = 512 * 1024**2
"""Bytes of a specification with its files."""
MAX_SECONDS = 60.0
"""Time in which a body has to arrive."""

_NAME = "The body"
_LIMITS = ReadOptions(max_rows=5_000_000, max_bytes=1024**3, max_columns=5_000)


def _json_array(name: str, data: bytes, options: ReadOptions) -> RawTable:
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise InvalidInput(
            f"{name} is no JSON array.", "Send an array of objects, or JSON Lines as application/x-ndjson."
        )
    return read_json(name, data, options)


READERS: Mapping[str, Callable[[str, bytes, ReadOptions], RawTable]] = {
    "application/json": _json_array,
    "application/x-ndjson": read_json,
    "application/vnd.apache.arrow.stream": read_arrow,
    "application/vnd.apache.parquet": read_parquet,
}
"""How a body is read, by its Content-Type."""


def reader_of(request: Request) -> Callable[[bytes], RawTable]:
    """How the body of a request is read; raises UnsupportedMedia for a format or encoding that is not."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in READERS:
        raise UnsupportedMedia(f"The Content-Type {media!r} is not read.", one_of(media, READERS))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMedia(f"The Content-Encoding {encoding!r} is not read.", "Send the body as it is.")
    read = READERS[media]
    return lambda data: read(_NAME, data, _LIMITS)


async def read_body(request: Request, held: Held, limit: int = MAX_BODY) -> bytes:
    """The whole body; raises TooLarge as soon as it is longer than the limit, TooSlow when it does not arrive."""
    pieces = bytearray()
    async for piece in limited(request, held, limit):
        pieces += piece
    return bytes(pieces)


async def limited(request: Request, held: Held, limit: int) -> AsyncGenerator[bytes, None]:
    """The pieces of a body within the limits; raises TooLarge, TooSlow or InvalidInput beyond them."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise _too_large(limit)
    deadline = asyncio.get_running_loop().time() + MAX_SECONDS
    pieces = aiter(request.stream())
    size = 0
    while piece := await _next(pieces, deadline):
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        held.grow(len(piece))
        yield piece


async def _next(pieces: AsyncIterator[bytes], deadline: float) -> bytes:
    """The next piece, empty at the end."""
    try:
        async with asyncio.timeout_at(deadline):
            while not (piece := await anext(pieces, None)) and piece is not None:
                pass
    except TimeoutError as error:
        raise TooSlow(
            f"The body did not arrive within {MAX_SECONDS:g} seconds.", "Send smaller ones."
        ) from error
    except ClientDisconnect as error:
        raise InvalidInput("The connection ended before the body did.", "Send it again.") from error
    return piece or b""


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body has more than {limit:,} bytes.", "Send it in several requests.")
