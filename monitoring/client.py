"""Send inferences and truth to Vigie from Python.

    from monitoring.client import Client
    vigie = Client("http://localhost:8501", token="...")
    vigie.log("late-flights", frame)

Sending is idempotent: what is stored already changes nothing. So whatever went wrong on the way is sent again. Nothing
is imported but the standard library, and pyarrow when a frame is sent.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from monitoring import app_link
from monitoring.cli import DEFAULT_STORE
from monitoring.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthorized, VigieError

BATCH_ROWS = 50_000
BATCH_BYTES = 16 * 1024**2
"""A batch has about this many bytes at most; the server takes a few times as many."""
LISTED = 1000
"""How many refused rows a receipt lists."""

_PREFIX = "/api/v1"
_JSON, _ARROW = "application/json", "application/vnd.apache.arrow.stream"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_AGAIN = (500, 502, 503, 504)
_INDEX = re.compile(r"__index_level_\d+__")
_ERRORS: Mapping[str, type[VigieError]] = {
    kind.code: kind for kind in (Conflict, Forbidden, InvalidInput, NotFound, Unauthorized)
}


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in: its number in what was sent, from 1, and why."""

    row: int
    id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows: each counts once. The first thousand refused ones are listed."""

    accepted: int = 0
    duplicates: int = 0
    corrections: int = 0
    n_quarantined: int = 0
    quarantined: tuple[Refused, ...] = ()

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.corrections + other.corrections,
            self.n_quarantined + other.n_quarantined,
            (self.quarantined + other.quarantined)[:LISTED],
        )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows as they are sent. offset: how many rows came before them."""

    offset: int
    media: str
    body: bytes


class Client:
    """A way to one server. Every call waits for its answer; several threads may use the same client."""

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        store: str | Path | None = None,
        timeout: float = 60.0,
        attempts: int = 6,
    ) -> None:
        """url: where the app answers. store: without a token, the store whose app on this machine is trusted.

        timeout: seconds that one request may take. attempts: how often a batch is sent at most.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(
                f"{url!r} is no address of a server.", "Write for example http://localhost:8501."
            )
        self._connection = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._path = parts.path.rstrip("/") + _PREFIX
        self._token = token or self._local_secret(
            Path(store or os.environ.get("VIGIE_STORE") or DEFAULT_STORE)
        )
        self._timeout, self._attempts = timeout, attempts

    def log(self, model: str, data: Any, version: str | None = None) -> Receipt:
        """Send inferences, of the latest version or of the one that is named.

        data: a frame of pandas or polars, an Arrow table, or a sequence of dicts. Raises VigieError with what the
        server says when it refuses the whole, ConnectionError when it cannot be reached.
        """
        query = f"?{urlencode({'version': version})}" if version is not None else ""
        return self._send(f"/models/{quote(model, safe='')}/inferences{query}", data)

    def truth(self, model: str, data: Any) -> Receipt:
        """Send ground truth; data and errors as for `log`."""
        return self._send(f"/models/{quote(model, safe='')}/truth", data)

    def _send(self, path: str, data: Any) -> Receipt:
        total = Receipt()
        connection = self._connection(self._host, self._port, timeout=self._timeout)
        try:
            for batch in _batches(data):
                total += self._insist(connection, path, batch)
        finally:
            connection.close()
        return total

    def _insist(self, connection: http.client.HTTPConnection, path: str, batch: _Batch) -> Receipt:
        """Send a batch until it is answered, with growing pauses in between."""
        for attempt in count(1):
            is_last = attempt >= self._attempts
            pause = 0.0
            try:
                status, pause, content = self._post(connection, path, batch)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if is_last:
                    problem = str(error) or type(error).__name__
                    raise ConnectionError(f"{self._host}:{self._port} does not answer: {problem}.") from error
            else:
                if status not in _AGAIN or is_last:
                    return _receipt(status, content, batch.offset)
            time.sleep(max(pause, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))  # nosec B311
        raise AssertionError("counting has no end")

    def _post(
        self, connection: http.client.HTTPConnection, path: str, batch: _Batch
    ) -> tuple[int, float, bytes]:
        """Status, seconds to wait before the next attempt, and content of an answer."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": batch.media}
        try:
            connection.request("POST", self._path + path, batch.body, headers)
        except (BrokenPipeError, ConnectionResetError):
            if connection.sock is None:
                raise  # else the server may have answered before it had read all
        response = connection.getresponse()
        content = response.read()
        pause = response.headers.get("Retry-After", "")
        return response.status, float(pause) if pause.isdecimal() else 0.0, content

    def _local_secret(self, store: Path) -> str:
        """The secret of the app that holds the store; it is given to that app only."""
        link = app_link.read(store)
        if link is None:
            raise Unauthorized(
                f"There is no token, and no app on this machine holds {str(store)!r}.",
                "Give a token, made by: python -m monitoring token create NAME --scope write",
            )
        own = urlsplit(link.url)
        is_same_host = own.hostname == self._host or self._host in _LOCAL
        if own.port != self._port or not is_same_host:
            raise Unauthorized(
                f"There is no token, and the app that holds {str(store)!r} answers at {link.url}.",
                "Give a token, or that address.",
            )
        return link.secret


def _batches(data: Any) -> Iterator[_Batch]:
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return _arrow_batches(data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _json_batches(data)
    raise InvalidInput(
        f"A {type(data).__name__} cannot be sent.",
        "Give a frame of pandas or polars, an Arrow table, or a list of dicts.",
    )


def _arrow_batches(data: Any) -> Iterator[_Batch]:
    import pyarrow as pa

    table = pa.table(data)
    table = table.select([name for name in table.column_names if not _INDEX.fullmatch(name)])
    row_bytes = max(1, table.nbytes // max(1, table.num_rows))
    size = max(1, min(BATCH_ROWS, BATCH_BYTES // row_bytes))
    for offset in range(0, max(1, table.num_rows), size):
        yield _Batch(offset, _ARROW, _stream(table.slice(offset, size)))


def _stream(table: Any) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _json_batches(rows: Sequence[Any]) -> Iterator[_Batch]:
    offset, size, texts = 0, 0, list[str]()
    for number, row in enumerate(rows):
        text = json.dumps(row, default=_plain)
        if texts and (len(texts) == BATCH_ROWS or size + len(text) > BATCH_BYTES):
            yield _Batch(offset, _JSON, _array(texts))
            offset, size, texts = number, 0, []
        texts.append(text)
        size += len(text) + 1
    yield _Batch(offset, _JSON, _array(texts))


def _array(texts: list[str]) -> bytes:
    return f"[{','.join(texts)}]".encode()


def _plain(value: Any) -> Any:
    """Times as ISO 8601, NumPy's numbers as Python's."""
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise InvalidInput(f"{value!r} cannot be sent as JSON.", "Give numbers, texts, booleans, times and None.")


def _receipt(status: int, content: bytes, offset: int) -> Receipt:
    """What the server says, as a receipt or as an error."""
    try:
        answer = json.loads(content)
        if "error" in answer:
            error = answer["error"]
            raise _ERRORS.get(error["code"], VigieError)(error["message"], error["hint"])
        return Receipt(
            answer["accepted"],
            answer["duplicates"],
            answer["corrections"],
            answer["n_quarantined"],
            tuple(
                Refused(line["row"] + offset, line["id"], line["reason"]) for line in answer["quarantined"]
            ),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise VigieError(
            f"The server answered {status}, and not as Vigie does.", "Is this Vigie's address?"
        ) from error
