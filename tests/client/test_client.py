import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from monitoring import client as client_module
from monitoring.client import Client, Receipt
from monitoring.errors import Forbidden, InvalidInput, NotFound, Unauthorized, VigieError
from monitoring.store import Store, registry
from monitoring.store import rows as stored_rows
from monitoring.store.rows import Rows
from monitoring.store.tokens import create
from tests.server.served import MODEL, START, Server, row, rows


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the client would have slept."""
    slept: list[float] = []
    monkeypatch.setattr("monitoring.client.time.sleep", slept.append)
    return slept


@pytest.fixture
def client(server: Server) -> Client:
    return Client(server.url, server.token)


class OtherFrame:
    """A frame of a library that is known by its Arrow interface only, as polars is."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


TABLE = pa.Table.from_pylist(rows(0, 7))
SHAPES = {
    "dicts": rows(0, 7),
    "pandas": pd.DataFrame(rows(0, 7)).iloc[::-1],
    "arrow": TABLE,
    "another frame": OtherFrame(TABLE),
    "text views and dictionaries": TABLE.set_column(
        5, "carrier", TABLE["carrier"].dictionary_encode()
    ).set_column(0, "flight", TABLE["flight"].cast(pa.string_view())),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_data_brings_the_same_rows(client: Client, store: Store, shape: str) -> None:
    assert client.log(MODEL, rows(0, 3)) == Receipt(accepted=3)
    assert client.log(MODEL, SHAPES[shape]) == Receipt(accepted=4, duplicates=3)
    stored = stored_rows.fetch_ids(store, Rows(registry.version(store, MODEL)))
    assert sorted(stored.column("id").to_pylist()) == [f"f{n}" for n in range(7)]


@pytest.mark.parametrize("shape", ["dicts", "arrow"])
def test_batches_add_up_and_rows_keep_their_numbers(
    client: Client, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr(client_module, "BATCH_ROWS", 2)
    sent = rows(0, 7)
    sent[4] |= {"p": 1.5}
    receipt = client.log(MODEL, sent if shape == "dicts" else pa.Table.from_pylist(sent))
    assert (receipt.accepted, receipt.n_quarantined) == (6, 1)
    assert [(refused.row, refused.id) for refused in receipt.quarantined] == [(5, "f4")]


@pytest.mark.parametrize("shape", ["dicts", "arrow"])
def test_batches_are_small_in_bytes_too(monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    monkeypatch.setattr(client_module, "BATCH_BYTES", 400)
    batches = list(
        client_module._batches(rows(0, 20) if shape == "dicts" else pa.Table.from_pylist(rows(0, 20)))
    )
    assert len(batches) > 3
    assert [batch.offset for batch in batches][:2] == [0, batches[1].offset]


def test_times_and_numbers_of_numpy_are_sent_as_they_are(client: Client) -> None:
    sent = row(1, at=START, p=np.float64(0.25), predicted=np.int64(1))
    assert client.log(MODEL, [sent]) == Receipt(accepted=1)
    as_text = row(1, at=START.isoformat(), p=0.25, predicted=1)
    assert client.log(MODEL, [as_text]) == Receipt(duplicates=1)


def test_truth_is_sent_and_corrected(client: Client) -> None:
    client.log(MODEL, rows(0, 2))
    assert client.truth(MODEL, [{"flight": "f0", "late": 1}]) == Receipt(accepted=1)
    frame = pd.DataFrame({"flight": ["f0", "f1"], "late": [0, 1]})
    assert client.truth(MODEL, frame) == Receipt(accepted=1, corrections=1)


def test_nothing_is_sent_well(client: Client) -> None:
    assert client.log(MODEL, []) == Receipt()
    assert client.log(MODEL, TABLE.slice(0, 0)) == Receipt()


def test_what_the_server_refuses_is_raised_in_its_words(client: Client, server: Server, store: Store) -> None:
    with pytest.raises(NotFound, match="Did you mean 'late-flights'"):
        client.log("late-flihts", rows(0, 1))
    with pytest.raises(NotFound, match="no version '9'"):
        client.log(MODEL, rows(0, 1), version="9")
    with pytest.raises(NotFound, match="There is no model 'b c#é'"):
        client.log("b c#é", rows(0, 1))
    with pytest.raises(InvalidInput, match="flight"):
        client.log(MODEL, [{"a": 1}])
    with pytest.raises(Unauthorized):
        Client(server.url, "nothing").log(MODEL, rows(0, 1))
    with pytest.raises(Forbidden, match="for read"):
        Client(server.url, create(store, "r", "read").token).log(MODEL, rows(0, 1))


def test_what_cannot_be_sent_is_refused_here(client: Client) -> None:
    for wrong in ("text", 5, {"flight": ["f1"]}, None):
        with pytest.raises(InvalidInput, match="cannot be sent"):
            client.log(MODEL, wrong)
    with pytest.raises(InvalidInput, match="cannot be sent as JSON"):
        client.log(MODEL, [row(1, p=object())])
    with pytest.raises(InvalidInput, match="no address"):
        Client("localhost:8501", "t")


def test_without_a_token_the_app_on_this_machine_is_found(server: Server, store: Store) -> None:
    assert Client(server.url).log(MODEL, rows(0, 1)) == Receipt(accepted=1)
    assert Client(f"http://localhost:{server.port}", store=store.path).log(MODEL, rows(0, 1)).duplicates == 1


def test_the_local_secret_is_given_to_its_app_only(server: Server, tmp_path: Path) -> None:
    for url in (f"http://vigie.example:{server.port}", f"http://127.0.0.1:{server.port + 1}"):
        with pytest.raises(Unauthorized, match="answers at"):
            Client(url)
    with pytest.raises(Unauthorized, match="no app on this machine"):
        Client(server.url, store=tmp_path / "other.duckdb")


class Script(BaseHTTPRequestHandler):
    """Answers as it is told: a status, or None to hang up."""

    protocol_version = "HTTP/1.1"
    answers: list[int | None]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status = self.answers.pop(0)
        if status is None:
            self.close_connection = True
            return
        counts: dict[str, Any] = {"accepted": 1, "duplicates": 0, "corrections": 0, "quarantined": []}
        error = {"error": {"code": "overloaded", "message": "Too much.", "hint": ""}}
        body = json.dumps(counts | {"n_quarantined": 0} if status == 200 else error).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "7")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def scripted(*answers: int | None) -> Iterator[str]:
    handler = type("Handler", (Script,), {"answers": list(answers)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_what_failed_on_the_way_is_sent_again_with_growing_pauses(pauses: list[float]) -> None:
    with scripted(500, None, 502, 200) as url:
        assert Client(url, "t").log(MODEL, rows(0, 1)) == Receipt(accepted=1)
    assert len(pauses) == 3
    for pause, middle in zip(pauses, (0.2, 0.4, 0.8), strict=True):
        assert 0.5 * middle <= pause <= 1.5 * middle


def test_the_server_says_how_long_to_wait(pauses: list[float]) -> None:
    with scripted(503, 200) as url:
        Client(url, "t").log(MODEL, rows(0, 1))
    assert 3.5 <= pauses[0] <= 10.5


def test_at_last_it_gives_up(pauses: list[float]) -> None:
    with scripted(503, 503) as url, pytest.raises(VigieError, match="Too much"):
        Client(url, "t", attempts=2).log(MODEL, rows(0, 1))
    with scripted() as url:
        pass
    with pytest.raises(ConnectionError, match="does not answer"):
        Client(url, "t", attempts=3).log(MODEL, rows(0, 1))
    assert len(pauses) == 1 + 2


def test_what_is_wrong_is_not_sent_again(pauses: list[float]) -> None:
    with scripted(422) as url, pytest.raises(VigieError, match="Too much"):
        Client(url, "t").log(MODEL, rows(0, 1))
    assert pauses == []


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"5", b"{}", b'{"error": 1}', b'{"error": {}}'])
def test_another_kind_of_server_is_told(content: bytes) -> None:
    with pytest.raises(VigieError, match="not as Vigie does"):
        client_module._receipt(200, content, 0)


def test_the_client_imports_nothing_of_the_server(checkout: Path) -> None:
    script = (
        "import sys, monitoring.client\n"
        "heavy = {'duckdb', 'numpy', 'pandas', 'pyarrow', 'pydantic', 'fastapi', 'streamlit'}\n"
        "print(*heavy & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == []
