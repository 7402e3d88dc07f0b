"""Which models there are, and the example that shows how to register one."""

from datetime import UTC, datetime
from pathlib import Path

from monitoring.cli import parser
from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.store import Store
from monitoring.store.registry import Version
from monitoring.thresholds import Status
from monitoring.ui.views.registry import COMMANDS, SPEC, rows_of, summary, table
from tests.ui.watches import model, names


def version_of(name: str) -> Version:
    return Version(names(version=name).spec, "hash", datetime(2024, 6, 1, tzinfo=UTC), {}, ("0", "1"), 500)


def test_all_versions_are_listed_the_newest_of_a_model_first() -> None:
    models = [model("1", "2")]
    versions = {("late", name): version_of(name) for name in ("1", "2")}
    rows = list(rows_of(models, {"late": "Late arrivals"}, versions, {("late", "1"): Status.OK}))
    shown = table(rows)
    assert shown["Version"] == ["2", "1"]
    assert shown["Status"] == ["–", "✓ OK"]
    assert (shown["Task"][0], shown["Reference rows"][0], shown["Owner"][0]) == (
        "Binary classification",
        500,
        "network",
    )


def test_models_versions_and_inferences_are_counted() -> None:
    assert summary([model("1", "2")]) == "1 model in 2 versions, with 2,000 inferences."


def test_the_example_works_as_it_is_written(tmp_path: Path) -> None:
    """Followed to the letter: the specification registers, and its commands exist and do what they say."""
    header = "customer_id,scored_at,will_leave,p_leave,age"
    rows = [f"{i},2024-01-{1 + i % 28:02d}T00:00:00Z,{i % 2},0.{1 + i % 9},{20 + i % 40}" for i in range(120)]
    validation = [f"{header},left", *(f"{row},{i % 2}" for i, row in enumerate(rows))]
    outcomes = ["customer_id,left", *(f"{i},{i % 2}" for i in range(120))]
    for name, lines in {"validation": validation, "scored": [header, *rows], "outcomes": outcomes}.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "spec.yaml").write_text(SPEC, "utf-8")

    def silent(_what: str) -> None: ...

    with Store.open(tmp_path / "store.duckdb") as store:
        assert register(store, tmp_path / "spec.yaml", silent).features == 1
        assert log(store, "churn", [tmp_path / "scored.csv"], silent).accepted == 120
        assert truth(store, "churn", [tmp_path / "outcomes.csv"], silent).accepted == 120
        assert refresh(store, "churn", silent)[0].windows == 28
    for line in COMMANDS.splitlines():
        parser().parse_args(line.split()[3:])


def test_the_example_is_as_short_as_it_says() -> None:
    assert len(SPEC.splitlines()) + len(COMMANDS.splitlines()) <= 20
