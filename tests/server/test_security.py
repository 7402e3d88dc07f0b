import subprocess
import sys
from pathlib import Path

import pytest

from monitoring.registration import register
from monitoring.store import Store
from monitoring.store.tokens import create
from tests.server.served import MODEL, SPEC, Server, write_spec

CALLS = {
    "write": [("POST", f"/api/v1/models/{MODEL}/inferences"), ("POST", f"/api/v1/models/{MODEL}/truth")],
    "read": [
        ("GET", "/api/v1/models"),
        ("GET", "/api/v1/metrics"),
        *(("GET", f"/api/v1/models/{MODEL}/{name}") for name in ("quality", "drift", "kpis")),
    ],
    "admin": [("POST", "/api/v1/models")],
}
ALL = [call for calls in CALLS.values() for call in calls]
REFUSED = (401, 403)


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer ", "Bearer wrong", "Basic d3Jvbmc6", "Bearer caf\xe9"]
)
def test_without_a_known_token_no_call_is_answered(server: Server, given: str) -> None:
    for method, path in [*ALL, ("POST", "/api/v1/commands")]:
        headers = {"Authorization": given, "Content-Type": "application/json"}
        answer = server.ask(method, path, b'{"arguments": [], "directory": ""}', headers)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer"), path
        assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_a_token_does_what_its_scope_says_and_admin_does_all(
    server: Server, store: Store, scope: str
) -> None:
    caller = Server(server.port, create(store, "x", scope).token)
    for needed, calls in CALLS.items():
        for method, path in calls:
            answer = caller.ask(method, path, b"")
            assert (answer.status == 403) == (scope not in (needed, "admin")), (path, answer.status)
            assert answer.status != 401
            if answer.status == 403:
                assert scope in answer.json()["error"]["message"]


def test_no_token_runs_commands_which_reach_files_of_this_machine(server: Server, store: Store) -> None:
    admin = Server(server.port, create(store, "x", "admin").token)
    answer = admin.ask("POST", "/api/v1/commands", b'{"arguments": [], "directory": ""}')
    assert answer.status == 401


def test_a_token_of_a_model_opens_that_model_only(server: Server, store: Store, tmp_path: Path) -> None:
    register(
        store,
        write_spec(tmp_path, SPEC.replace("model: late-flights", "model: other")),
        lambda progress: None,
    )
    own = Server(server.port, create(store, "x", "admin", MODEL).token)
    answer = own.ask("GET", "/api/v1/models/other/drift")
    assert (answer.status, answer.json()["error"]["code"]) == (403, "forbidden")
    assert own.ask("GET", "/api/v1/models/unknown/drift").status == 403
    assert own.ask("GET", f"/api/v1/models/{MODEL}/kpis").status not in REFUSED
    assert [model["slug"] for model in own.ask("GET", "/api/v1/models").json()["models"]] == [MODEL]
    assert [model["slug"] for model in server.ask("GET", "/api/v1/models").json()["models"]] == [
        MODEL,
        "other",
    ]


def test_health_is_told_to_anybody(server: Server) -> None:
    nobody = {"Authorization": ""}
    assert server.ask("GET", "/api/v1/health", headers=nobody).json() == {"status": "ok"}
    assert server.ask("GET", "/api/v1/health/ready", headers=nobody).status == 200
    assert server.ask("GET", "/api/v1/openapi.json", headers=nobody).status == 200


def test_the_command_line_makes_a_token_beside_a_running_app(
    server: Server, store: Store, checkout: Path
) -> None:
    command = [sys.executable, "-m", "monitoring", "token", "create", "ci", "--scope", "read"]
    run = subprocess.run(
        [*command, "--store", str(store.path)], cwd=checkout, capture_output=True, text=True, check=True
    )
    (token,) = run.stdout.split()
    assert Server(server.port, token).ask("GET", "/api/v1/models").status == 200
    again = subprocess.run(
        [*command, "--store", str(store.path)], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert (again.returncode, again.stdout) == (1, "")
    assert "'ci'" in again.stderr
