import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from monitoring.jobs import refresh
from monitoring.server.state import STATE
from monitoring.store import Store
from tests.server.served import MODEL, Server, row, rows

REPORTS = ("quality", "drift", "performance", "explain", "kpis")


@pytest.fixture
def filled(server: Server, store: Store) -> Server:
    assert server.log(rows(0, 200)).status == 200
    truth = [{"flight": f"f{n}", "late": n % 3 % 2} for n in range(150)]
    headers = {"Content-Type": "application/json"}
    assert (
        server.ask("POST", f"/api/v1/models/{MODEL}/truth", json.dumps(truth).encode(), headers).status == 200
    )
    refresh(store, None, lambda progress: None)
    return server


def command(server: Server, *arguments: str) -> str:
    """What the command line prints, run by the server."""
    body = json.dumps({"arguments": [*arguments, "--json"], "directory": "."}).encode()
    answer = server.ask("POST", "/api/v1/commands", body, {"Content-Type": "application/json"})
    return str(json.loads(answer.body.splitlines()[-1])["text"])


@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_the_command_lines_to_the_letter(filled: Server, report: str) -> None:
    questions: list[dict[str, str]] = [
        {},
        {"version": "1", "from": "2024-05-01T01:00:00Z", "to": "2024-05-01T03:00", "window": "hour"},
        {"segment": "carrier=A", "against": "previous", "window": "day"},
    ]
    for question in questions:
        answer = filled.ask("GET", f"/api/v1/models/{MODEL}/{report}?{urlencode(question)}")
        options = [text for key, value in question.items() for text in (f"--{key}", value)]
        if answer.status == 200:
            assert answer.headers["content-type"] == "application/json"
            assert answer.body.decode() == command(filled, report, MODEL, *options)
        else:
            assert report == "explain", answer.body  # the version has no artifact
            assert "has no artifact" in answer.json()["error"]["message"]


def test_a_running_app_gives_the_command_line_the_same(filled: Server, store: Store, checkout: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "monitoring", "quality", MODEL, "--json", "--store", str(store.path)],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == filled.ask("GET", f"/api/v1/models/{MODEL}/quality").body.decode()


WRONG = {
    "frm=2024-05-01": (422, "Did you mean 'from'?"),
    "id=3": (422, "has no parameter 'id'"),
    "window=year": (422, "window"),
    "from=yesterday": (422, "'yesterday'"),
    "from=0001-01-01&to=9999-12-31T23:59:59Z": (422, "1900"),
    "from=-5": (422, ""),
    "from=2024-05-02&to=2024-05-01": (422, ""),
    "segment=x": (422, "COLUMN=VALUE"),
    "segment=nothing=1": (None, "nothing"),
    "segment=%00=%00": (None, ""),
    "segment=carrier=%27;drop table x": (None, ""),
    "against=nobody": (422, "nobody"),
    "against=2024-05-02..2024-05-01": (None, ""),
    "against=0001-01-01..9999-12-31": (422, "1900"),
    "version=9": (404, "'9'"),
    "version=%ff": (404, ""),
}


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_question_is_the_askers_error(filled: Server, query: str) -> None:
    status, says = WRONG[query]
    answer = filled.ask("GET", f"/api/v1/models/{MODEL}/drift?{query.replace(' ', '%20')}")
    assert answer.status < 500, answer.body
    if status is not None:
        assert (answer.status, set(answer.json()["error"])) == (status, {"code", "message", "hint"})
    assert says in answer.body.decode()


def test_an_inference_that_is_not_there_cannot_be_explained(filled: Server) -> None:
    answer = filled.ask("GET", f"/api/v1/models/{MODEL}/explain?id=nothing")
    assert (answer.status, set(answer.json())) in ((404, {"error"}), (422, {"error"}))


def test_models_are_listed_with_their_versions(filled: Server) -> None:
    (model,) = filled.ask("GET", "/api/v1/models").json()["models"]
    (version,) = model["versions"]
    assert (model["slug"], version["name"], version["n_inferences"]) == (MODEL, "1", 200)


UNKNOWN = (
    "/api",
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v2/health",
    "/api/v1/nothing",
    "/api/v1/health/",
    "/api/v1/models/x",
    f"/api/v1/models/{MODEL}/nothing",
    "/api/v1/../../etc/passwd",
    "/api/v1/%00",
    "/api/v1/models/%2e%2e/%2e%2e",
)


@pytest.mark.parametrize("path", UNKNOWN)
def test_a_path_that_means_nothing_is_not_found_in_json(server: Server, path: str) -> None:
    for method in ("GET", "POST", "PATCH"):
        answer = server.ask(method, path)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
        assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/api/v1/models/{MODEL}/inferences"),
        ("GET", f"/api/v1/models/{MODEL}/truth"),
        ("POST", f"/api/v1/models/{MODEL}/drift"),
        ("DELETE", "/api/v1/models"),
        ("POST", "/api/v1/health"),
        ("OPTIONS", "/api/v1/metrics"),
        ("BREW", "/api/v1/health"),
    ],
)
def test_a_wrong_method_is_told_with_the_right_ones(server: Server, method: str, path: str) -> None:
    answer = server.ask(method, path)
    assert (answer.status, answer.json()["error"]["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"]


def test_the_process_is_not_ready_when_its_writer_is_gone(server: Server) -> None:
    assert STATE.writer is not None
    STATE.writer.close()
    answer = server.ask("GET", "/api/v1/health/ready")
    assert (answer.status, answer.json()["parts"]) == (
        503,
        {"writer": False, "refresher": True, "store": True},
    )
    assert server.ask("GET", "/api/v1/health").status == 200


def samples(server: Server) -> dict[str, float]:
    text = server.ask("GET", "/api/v1/metrics").body.decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_metrics_count_rows_by_outcome_and_requests_by_route(server: Server) -> None:
    before = samples(server)
    server.log([*rows(0, 3), row(1), row(9, p=2.0)])
    server.ask("GET", "/api/v1/models/late-flihts/drift")
    server.ask("BREW", "/api/v1/nothing/that/is/counted/alone")
    after = samples(server)
    grown = {
        name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)
    }
    rows_in = 'vigie_rows_total{kind="inference",outcome="%s"}'
    assert {name: grown[name] for name in grown if "rows" in name} == {
        rows_in % "accepted": 3,
        rows_in % "duplicate": 1,
        rows_in % "quarantined": 1,
    }
    requests = 'vigie_requests_total{method="%s",route="%s",status="%s"}'
    assert grown[requests % ("POST", "/models/{model}/inferences", 200)] == 1
    assert grown[requests % ("GET", "/models/{model}/drift", 404)] == 1
    assert grown[requests % ("other", "unknown", 404)] == 1
    assert (after["vigie_queue_requests"], after["vigie_body_bytes"]) == (0, 0)


def test_the_api_describes_itself(server: Server) -> None:
    content = server.ask("GET", "/api/v1/openapi.json").json()
    assert content["servers"] == [{"url": "/api/v1"}]
    assert {*content["paths"]} >= {
        "/models",
        "/models/{model}/inferences",
        "/models/{model}/drift",
        "/metrics",
    }
    body = content["paths"]["/models/{model}/inferences"]["post"]["requestBody"]["content"]
    assert "application/vnd.apache.arrow.stream" in body
    names = [item["name"] for item in content["paths"]["/models/{model}/explain"]["get"]["parameters"]]
    assert names == ["model", "version", "from", "to", "window", "segment", "against", "id"]
