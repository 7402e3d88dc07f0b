"""A small registered version, a server on loopback that takes rows for it, and requests to that server."""

from __future__ import annotations

import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from monitoring.registration import register
from monitoring.server import routes, serving
from monitoring.server.state import STATE
from monitoring.store import Store

MODEL = "late-flights"
SPEC = """model: late-flights
version: "1"
task: binary_classification
reference: reference.json
columns: {id: flight, timestamp: at, prediction: predicted, score: p, truth: late, positive: 1}
features: [{name: distance, kind: numeric}, {name: carrier, kind: categorical}]
"""
START = datetime(2024, 5, 1, tzinfo=UTC)

Row = dict[str, Any]


def row(number: int, **changes: object) -> Row:
    """An inference; the same number is the same inference."""
    chance = random.Random(number)
    return {
        "flight": f"f{number}",
        "at": (START + timedelta(minutes=number % 1440)).isoformat(),
        "predicted": number % 2,
        "p": round(chance.random(), 6),
        "distance": round(chance.uniform(100, 2000), 3),
        "carrier": chance.choice("ABC"),
    } | changes


def rows(first: int, n: int) -> list[Row]:
    """Inferences with consecutive numbers."""
    return [row(number) for number in range(first, first + n)]


def write_spec(folder: Path, text: str = SPEC) -> Path:
    """The specification and its reference, in a folder."""
    reference = [row(-n, late=n % 3 % 2) for n in range(1, 301)]
    (folder / "reference.json").write_text(json.dumps(reference))
    (folder / "spec.yaml").write_text(text)
    return folder / "spec.yaml"


def build_store(folder: Path) -> Path:
    """A store with the version registered."""
    path = folder / "built.duckdb"
    with Store.open(path) as store:
        register(store, write_spec(folder), lambda progress: None)
    return path


@dataclass(slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers, and a token for it."""

    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(
                method, path, body, {"Authorization": f"Bearer {self.token}", **(headers or {})}
            )
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def log(self, sent: Sequence[Row]) -> Answer:
        """Send inferences as JSON."""
        return self.ask(
            "POST",
            f"/api/v1/models/{MODEL}/inferences",
            json.dumps(sent).encode(),
            {"Content-Type": "application/json"},
        )


@contextmanager
def in_this_process() -> Iterator[Server]:
    """The real routes in uvicorn on a free port, in a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(Starlette(routes=routes()), log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        with serving(f"http://127.0.0.1:{port}"):
            assert STATE.link is not None
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield Server(port, STATE.link.secret)
            finally:
                server.should_exit = True
                thread.join()


_SCRIPT = """
import sys, uvicorn
from starlette.applications import Starlette
from monitoring.server import routes, serving
with serving("http://127.0.0.1:" + sys.argv[1]):
    uvicorn.run(Starlette(routes=routes()), port=int(sys.argv[1]), log_level="error", lifespan="off", ws="none")
"""


@contextmanager
def in_a_process(store: Path, checkout: Path) -> Iterator[tuple[Server, subprocess.Popen[bytes]]]:
    """The same in a process that can be killed."""
    from monitoring import app_link

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    app_link.remove(store)
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(port)], cwd=checkout, env={"VIGIE_STORE": str(store)}
    )
    try:
        deadline = time.monotonic() + 60
        while not _listens(port):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        link = app_link.read(store)
        assert link is not None
        yield Server(port, link.secret), process
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
