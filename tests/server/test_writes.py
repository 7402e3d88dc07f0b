import io
import json
import socket
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitoring.registration import register
from monitoring.server import bodies
from monitoring.server.state import STATE
from monitoring.store import Store, intake, registry
from monitoring.store import rows as stored_rows
from monitoring.store.rows import Rows
from monitoring.store.tokens import create
from tests.server.served import MODEL, SPEC, Row, Server, row, rows, write_spec

INFERENCES = f"/api/v1/models/{MODEL}/inferences"
TRUTH = f"/api/v1/models/{MODEL}/truth"
NOTHING_DONE = {"accepted": 0, "duplicates": 0, "corrections": 0, "quarantined": [], "n_quarantined": 0}


def stored_ids(store: Store, version: str | None = None) -> list[str]:
    found = stored_rows.fetch_ids(store, Rows(registry.version(store, MODEL, version)))
    return sorted(found.column("id").to_pylist())


def ndjson(sent: list[Row]) -> bytes:
    return "\n".join(map(json.dumps, sent)).encode()


def arrow(sent: list[Row]) -> bytes:
    table = pa.Table.from_pylist(sent)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def parquet(sent: list[Row]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(sent), sink)
    return sink.getvalue()


BODIES = {
    "application/json": lambda sent: json.dumps(sent).encode(),
    "application/x-ndjson": ndjson,
    "application/vnd.apache.arrow.stream": arrow,
    "application/vnd.apache.parquet": parquet,
}


@pytest.mark.parametrize("media", BODIES)
def test_every_content_type_brings_the_same_rows(server: Server, store: Store, media: str) -> None:
    body = BODIES[media](rows(0, 5))
    headers = {"Content-Type": f"{media}; charset=utf-8"}
    first = server.ask("POST", INFERENCES, body, headers)
    again = server.ask("POST", INFERENCES, body, headers)
    assert (first.status, first.json()) == (200, NOTHING_DONE | {"accepted": 5, "notes": []})
    assert (again.status, again.json()) == (200, NOTHING_DONE | {"duplicates": 5, "notes": []})
    assert stored_ids(store) == ["f0", "f1", "f2", "f3", "f4"]


def test_the_same_inference_in_two_formats_is_a_duplicate(server: Server) -> None:
    for media, build in BODIES.items():
        answer = server.ask("POST", INFERENCES, build(rows(0, 3)), {"Content-Type": media})
        counts = answer.json()
        assert counts["accepted"] + counts["duplicates"] == 3, media
        assert counts["accepted"] == (3 if media == "application/json" else 0), media


def test_a_refused_row_is_said_with_its_number_and_reason(server: Server) -> None:
    answer = server.log([row(1), row(2, p=1.7), row(3, flight=None), row(4)])
    content = answer.json()
    assert (answer.status, content["accepted"], content["n_quarantined"]) == (200, 2, 2)
    assert [(line["row"], line["id"]) for line in content["quarantined"]] == [(2, "f2"), (3, None)]
    assert "1.7" in content["quarantined"][0]["reason"]


def test_another_content_under_a_known_id_is_a_conflict(server: Server) -> None:
    server.log([row(1)])
    content = server.log([row(1, distance=1.0), row(2)]).json()
    assert (content["accepted"], content["duplicates"], content["n_quarantined"]) == (1, 0, 1)
    assert content["quarantined"][0]["id"] == "f1"


def test_truth_is_taken_in_once_and_corrected(server: Server) -> None:
    def send(value: int) -> dict[str, int]:
        body = json.dumps([{"flight": "f1", "late": value}]).encode()
        content = server.ask("POST", TRUTH, body, {"Content-Type": "application/json"}).json()
        return {key: content[key] for key in ("accepted", "duplicates", "corrections")}

    server.log([row(1)])
    assert send(1) == {"accepted": 1, "duplicates": 0, "corrections": 0}
    assert send(1) == {"accepted": 0, "duplicates": 1, "corrections": 0}
    assert send(0) == {"accepted": 0, "duplicates": 0, "corrections": 1}


def test_a_version_is_chosen_by_its_name(server: Server, store: Store, tmp_path: Path) -> None:
    second = write_spec(tmp_path, SPEC.replace('version: "1"', 'version: "2"'))
    register(store, second, lambda progress: None)
    body, headers = json.dumps([row(1)]).encode(), {"Content-Type": "application/json"}
    assert server.ask("POST", INFERENCES + "?version=1", body, headers).status == 200
    assert (stored_ids(store, "1"), stored_ids(store, "2")) == (["f1"], [])
    assert server.ask("POST", INFERENCES, body, headers).status == 200
    assert stored_ids(store, "2") == ["f1"]
    unknown = server.ask("POST", INFERENCES + "?version=3", body, headers)
    assert (unknown.status, unknown.json()["error"]["code"]) == (404, "not_found")


def test_an_unknown_model_is_not_found(server: Server) -> None:
    answer = server.ask(
        "POST", "/api/v1/models/late-flihts/truth", b"[]", {"Content-Type": "application/json"}
    )
    assert (answer.status, answer.json()["error"]["hint"]) == (404, "Did you mean 'late-flights'?")


@pytest.mark.parametrize("media", ["", "text/csv", "application/octet-stream", "multipart/form-data", "é"])
def test_another_content_type_is_refused(server: Server, media: str) -> None:
    answer = server.ask(
        "POST", INFERENCES, b"[]", {"Content-Type": media.encode("latin-1").decode("latin-1")}
    )
    assert (answer.status, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_a_compressed_body_is_refused(server: Server) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert server.ask("POST", INFERENCES, b"\x1f\x8b", headers).status == 415


def test_a_body_that_declares_too_much_is_refused_unread(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies.read_body, "__defaults__", (1000,))
    headers = {"Content-Type": "application/json", "Content-Length": "1001"}
    answer = server.ask("POST", INFERENCES, b"[]", headers)
    assert (answer.status, answer.json()["error"]["code"]) == (413, "too_large")
    assert STATE.admission.bytes == 0


def test_a_body_that_grows_too_large_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies.read_body, "__defaults__", (1000,))
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (2000, b" " * 2000)
    answer = server.ask("POST", INFERENCES, body, headers)
    assert (answer.status, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_body_that_does_not_arrive_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_SECONDS", 0.05)
    headers = {"Content-Type": "application/json", "Content-Length": "100"}
    answer = server.ask("POST", INFERENCES, b"[", headers)
    assert (answer.status, answer.json()["error"]["code"]) == (408, "timeout")


@pytest.mark.parametrize("limit", ["max_requests", "max_bytes"])
def test_without_room_a_request_is_told_to_come_back(
    server: Server, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(STATE.admission, limit, 0)
    answer = server.log([row(1)])
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["error"]["code"] == "overloaded"
    monkeypatch.undo()
    assert (STATE.admission.requests, STATE.admission.bytes) == (0, 0)


def test_a_sender_that_hangs_up_leaves_nothing_behind(server: Server, store: Store) -> None:
    head = f"POST {INFERENCES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.token}\r\n"
    for body in (b"", b"[", json.dumps([row(1)]).encode()):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head_of_body = head + "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
            connection.sendall(head_of_body.encode() + body)
    assert server.log([row(2)]).json()["accepted"] == 1
    assert stored_ids(store) == ["f2"]


BAD = {
    "nothing": b"",
    "blank": b" \n ",
    "half": b'[{"flight": "f1"',
    "a number": b"5",
    "an object": b'{"flight": "f1"}',
    "not UTF-8": b'[{"flight": "\xff"}]',
    "no id": b'[{"a": 1}]',
    "deep": b"[" * 100_000,
    "digits": b'[{"flight": ' + b"9" * 10_000 + b"}]",
    "binary": bytes(range(256)),
    "an array of arrays": b"[[1, 2], [3]]",
    "strange names": json.dumps([{"'; drop table x; --": 1, "": 2, "\u202e": 3, "id\0": 4}]).encode(),
    "half a surrogate": b'[{"flight": "\\ud800", "at": "2024-05-01"}]',
    "nested": json.dumps([row(1, distance={"a": [1]}, carrier=[1, 2])]).encode(),
    "not finite": b'[{"flight": "x", "at": "2024-05-01T00:00:00Z", "predicted": 1, "p": NaN, "distance": 1e999}]',
    "absurd times": json.dumps(
        [row(1, at="9999-12-31T23:59:59Z"), row(2, at=-1e30), row(3, at=True)]
    ).encode(),
    "wide": json.dumps([{f"c{i}": i for i in range(6000)}]).encode(),
    "parquet magic": b"PAR1" + b"\0" * 100 + b"PAR1",
    "gzip": b"\x1f\x8b\x08\x00abc",
}


@pytest.mark.parametrize("media", BODIES)
@pytest.mark.parametrize("path", [INFERENCES, TRUTH])
def test_bad_bodies_are_the_senders_errors_and_store_nothing(
    server: Server, store: Store, path: str, media: str
) -> None:
    for name, body in BAD.items():
        answer = server.ask("POST", path, body, {"Content-Type": media})
        content = answer.json()
        assert answer.status in (200, 422), (name, answer.status, content)
        if answer.status == 200:
            assert content["accepted"] == 0, name
        else:
            assert set(content["error"]) == {"code", "message", "hint"}, name
    assert stored_ids(store) == []


def test_many_small_requests_at_once_are_each_answered_for_themselves(server: Server, store: Store) -> None:
    wrong: list[object] = []

    def send(thread: int) -> None:
        for number in range(50):
            first = 20_000 * thread + 10 * number
            sent = [*rows(first, 8), row(first, flight=f"f{first}", distance=-1.0), row(7)]
            content = server.log(sent).json()
            counts = (content["accepted"], content["duplicates"], content["n_quarantined"])
            if counts != (8, 1, 1) or content["quarantined"][0]["row"] != 9:
                wrong.append(content)

    server.log([row(7)])
    threads = [threading.Thread(target=send, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(stored_ids(store)) == 8 * 50 * 8 + 1
    batches = intake.batches(store, limit=10_000)
    assert sum(batch.accepted for batch in batches) == 8 * 50 * 8 + 1
    assert sum(batch.quarantined for batch in batches) == 8 * 50


def multipart(parts: list[tuple[str, str, bytes]]) -> tuple[bytes, dict[str, str]]:
    body = b""
    for name, filename, content in parts:
        head = f'--xyz\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + b"--xyz--\r\n", {"Content-Type": "multipart/form-data; boundary=xyz"}


def spec_and_files(tmp_path: Path, text: str = SPEC) -> list[tuple[str, str, bytes]]:
    spec = write_spec(tmp_path, text)
    reference = (tmp_path / "reference.json").read_bytes()
    return [("spec", "spec.yaml", spec.read_bytes()), ("files", "reference.json", reference)]


def test_a_version_is_registered_once(server: Server, store: Store, tmp_path: Path) -> None:
    parts = spec_and_files(tmp_path, SPEC.replace('version: "1"', 'version: "2"'))
    first = server.ask("POST", "/api/v1/models", *multipart(parts))
    again = server.ask("POST", "/api/v1/models", *multipart(parts))
    assert (first.status, first.json()["created"], first.json()["n_reference"]) == (201, True, 300)
    assert (again.status, again.json()["created"]) == (200, False)
    assert [version.name for version in registry.versions(store, MODEL)] == ["1", "2"]
    other = [(name, file, content.replace(b"distance", b"Distance")) for name, file, content in parts]
    conflict = server.ask("POST", "/api/v1/models", *multipart(other))
    assert (conflict.status, conflict.json()["error"]["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("reference", "sent_as"),
    [("../outside.json", "outside.json"), ("reference.json", "../reference.json"), ("spec.yaml", "x.json")],
)
def test_a_registration_reaches_no_file_that_was_not_sent(
    server: Server, tmp_path: Path, reference: str, sent_as: str
) -> None:
    text = SPEC.replace("reference: reference.json", f"reference: {reference}")
    (spec, (_, _, content)) = spec_and_files(tmp_path, text.replace('version: "1"', 'version: "2"'))
    answer = server.ask("POST", "/api/v1/models", *multipart([spec, ("files", sent_as, content)]))
    assert answer.status == 422


def test_a_broken_registration_is_the_senders_error(server: Server) -> None:
    boundary = {"Content-Type": "multipart/form-data; boundary=xyz"}
    for body in (b"", b"--xyz", b"nothing", multipart([("spec", "s", b"\xff{")])[0], multipart([])[0]):
        answer = server.ask("POST", "/api/v1/models", body, boundary)
        assert (answer.status, set(answer.json()["error"])) == (422, {"code", "message", "hint"}), body
    assert server.ask("POST", "/api/v1/models", b"", {"Content-Type": "multipart/form-data"}).status == 422
    assert server.ask("POST", "/api/v1/models", b"", {"Content-Type": "text/yaml"}).status == 415


def test_only_an_admin_of_the_model_registers_it(server: Server, store: Store, tmp_path: Path) -> None:
    other = write_spec(tmp_path, SPEC.replace("model: late-flights", "model: other"))
    register(store, other, lambda progress: None)
    parts = multipart(spec_and_files(tmp_path, SPEC.replace('version: "1"', 'version: "2"')))
    write = Server(server.port, create(store, "w", "write").token)
    elsewhere = Server(server.port, create(store, "a", "admin", "other").token)
    assert write.ask("POST", "/api/v1/models", *parts).status == 403
    assert elsewhere.ask("POST", "/api/v1/models", *parts).status == 403
