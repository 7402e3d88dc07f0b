import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.commands.conftest import SPEC, Run, made_up_rows


def test_a_version_is_registered_once(run: Run, files: Path) -> None:
    first = run("register", files / "spec.yaml", "--json")
    assert (first.code, first.json["created"], first.json["n_reference"]) == (0, True, 2000)
    again = run("register", files / "spec.yaml", "--json")
    assert (again.code, again.json["created"]) == (0, False)


@pytest.mark.parametrize("changed", ["spec.yaml", "reference.parquet"])
def test_the_same_version_with_another_content_is_refused(run: Run, files: Path, changed: str) -> None:
    run("register", files / "spec.yaml")
    if changed == "spec.yaml":
        (files / changed).write_text(SPEC.replace("500", "600"))
    else:
        made_up_rows(2000, "2024-01-01", first_id=0, seed=9).to_parquet(files / changed, index=False)
    refused = run("register", files / "spec.yaml")
    assert refused.code == 1
    assert "registered already, with another content" in refused.err


def test_rows_count_once_however_often_they_are_sent(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    first = run("log", "acme", files / "inferences.csv", "--json").json
    again = run("log", "acme", files / "inferences.csv", "--json").json
    assert (first["accepted"], first["duplicates"], first["quarantined"]) == (1500, 0, [])
    assert (again["accepted"], again["duplicates"]) == (0, 1500)
    truth = run("truth", "acme", files / "truth.csv", "--json").json
    assert (truth["accepted"], run("truth", "acme", files / "truth.csv", "--json").json["duplicates"]) == (
        1500,
        1500,
    )


def test_a_row_with_a_known_id_and_another_content_is_quarantined(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    rows = pd.read_csv(files / "inferences.csv", dtype=str)
    rows.loc[3, "x"] = "9.75"
    rows.to_csv(files / "changed.csv", index=False)
    sent = run("log", "acme", files / "changed.csv", "--json")
    assert sent.code == 3
    assert [(q["row"], q["id"]) for q in sent.json["quarantined"]] == [(4, "010003")]
    quality = run("quality", "acme", "--json").json
    assert quality["quarantine"]["rows"] == 1
    run("log", "acme", files / "changed.csv")
    assert run("quality", "acme", "--json").json["quarantine"]["rows"] == 1


def test_a_refresh_computes_what_is_stale_and_then_nothing(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    windows = [item["windows"] for _ in range(2) for item in run("refresh", "--json").json["refreshed"]]
    assert windows == [8, 0]
    late = pd.read_csv(files / "truth.csv", dtype=str).iloc[:10]
    late.to_csv(files / "late.csv", index=False)
    run("truth", "acme", files / "late.csv")
    assert run("refresh", "acme", "--json").json["refreshed"][0]["windows"] == 1


def test_reports_tell_what_happened(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    run("truth", "acme", files / "truth.csv")
    drift = run("drift", "acme", "--json").json
    by_name = {feature["feature"]: feature for feature in drift["features"]}
    assert {"model", "version", "from", "to", "window", "against", "share_drifted", "multivariate"} <= set(
        drift
    )
    assert (by_name["x"]["status"], by_name["shop"]["status"]) == ("critical", "ok")
    assert by_name["p"]["role"] == "score"

    performance = run("performance", "acme", "--json").json
    rows = made_up_rows(1500, "2024-03-04", first_id=10_000, shift=1.0, seed=1)
    expected = roc_auc_score(rows["late"], rows["p"])
    assert performance["overall"]["metrics"]["roc_auc"]["value"] == pytest.approx(expected, abs=1e-12)
    assert [window["maturity"] for window in performance["windows"]] == [1.0] * 8

    kpi = run("kpis", "acme", "--json").json["kpis"][0]
    week = rows[rows["at"] < pd.Timestamp("2024-03-11", tz="UTC")]
    assert kpi["windows"][0]["value"] == 10 * ((week["late"] == 1) & (week["pred"] == 0)).sum()


def test_truth_that_is_corrected_changes_its_window_only(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    run("truth", "acme", files / "truth.csv")
    before = run("performance", "acme", "--json").json["windows"]
    truth = pd.read_csv(files / "truth.csv", dtype={"rid": str})
    pd.DataFrame({"id": truth["rid"][:1], "value": 1 - truth["late"][:1]}).to_csv(
        files / "fix.csv", index=False
    )
    assert run("truth", "acme", files / "fix.csv", "--json").json["corrections"] == 1
    after = run("performance", "acme", "--json").json["windows"]
    assert before[0] != after[0]
    assert before[1:] == after[1:]


def test_the_order_of_rows_and_files_does_not_show(run: Run, files: Path, tmp_path: Path) -> None:
    rows = pd.read_csv(files / "inferences.csv", dtype=str)
    shuffled = rows.sample(frac=1, random_state=3)
    shuffled.iloc[:700].to_csv(files / "a.csv", index=False)
    shuffled.iloc[700:].to_csv(files / "b.csv", index=False)
    reports = {}
    for name, order in {
        "straight": [("log", "inferences.csv"), ("truth", "truth.csv")],
        "shuffled": [("log", "b.csv"), ("truth", "truth.csv"), ("log", "a.csv"), ("log", "b.csv")],
        "truth first": [("truth", "truth.csv"), ("log", "a.csv"), ("log", "b.csv")],
    }.items():
        store = ("--store", tmp_path / f"{name}.duckdb")
        run("register", files / "spec.yaml", *store)
        for command, file in order:
            run(command, "acme", files / file, *store)
        reports[name] = [
            run(r, "acme", "--json", *store).out for r in ("drift", "performance", "quality", "kpis")
        ]
    assert reports["straight"] == reports["shuffled"] == reports["truth first"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("drift", "acmee"), "Did you mean 'acme'?"),
        (("drift", "acme", "--version", "2"), "has no version '2'"),
        (("drift", "acme", "--segment", "shopp=north"), "Did you mean 'shop'?"),
        (("drift", "acme", "--segment", "north"), "is not COLUMN=VALUE"),
        (("drift", "acme", "--against", "refrence"), "Did you mean 'reference'?"),
        (("drift", "acme", "--against", "season"), "has no season"),
        (("drift", "acme", "--against", "training"), "without training rows"),
        (("drift", "acme", "--from", "yesterday"), "'yesterday' is not a time"),
        (("drift", "acme", "--from", "2024-03-06", "--to", "2024-03-05"), "ends before it begins"),
        (("drift", "acme", "--window", "year"), "invalid choice: 'year'"),
        (("log", "acme", "missing.csv"), "There is no file"),
        (("register", "missing.yaml"), "There is no file"),
        (("explain", "acme", "--id", "nobody"), "has no inference 'nobody'"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_exits_with_1(
    run: Run, files: Path, arguments: tuple[str, ...], says: str
) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    failed = run(*arguments)
    assert (failed.code, failed.out) == (1, "")
    assert says in failed.err
    assert "Traceback" not in failed.err


def test_help_answers_without_heavy_imports() -> None:
    code = "import sys; from monitoring.cli import parser; parser(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"pandas", "duckdb", "pyarrow", "numpy", "streamlit", "pydantic"} & set(loaded)


def test_the_command_line_is_a_program(files: Path, tmp_path: Path, checkout: Path) -> None:
    command = [sys.executable, "-m", "monitoring", "register", str(files / "spec.yaml"), "--json"]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert (done.returncode, json.loads(done.stdout)["model"]) == (0, "acme")


def test_the_latest_observation_wins_whatever_came_last(run: Run, files: Path) -> None:
    run("register", files / "spec.yaml")
    run("log", "acme", files / "inferences.csv")
    late = "rid,late,observed_at\n010000,1,2024-03-20T00:00:00Z\n"
    (files / "late.csv").write_text(late)
    (files / "early.csv").write_text(late.replace("00,1,2024-03-20", "00,0,2024-03-10"))
    run("truth", "acme", files / "late.csv")
    run("truth", "acme", files / "early.csv")
    confusion = run("performance", "acme", "--json").json["overall"]["confusion"]
    assert confusion["tp"] + confusion["fn"] == 1
