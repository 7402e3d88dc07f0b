"""Two versions in one table."""

from dataclasses import replace

from monitoring.thresholds import Interval, Status
from monitoring.ui.sheet import Block
from monitoring.ui.views import side_by_side
from monitoring.ui.views.names import Names
from tests.ui.views.cards import card, part, version
from tests.ui.views.test_versions import NOTHING, comparison, kpi, metric
from tests.ui.watches import domain, watch

BEFORE = card()
AFTER = card(
    version=version(
        "2",
        features=[
            {"name": "hour", "kind": "categorical"},
            {"name": "carrier", "kind": "categorical"},
            {"name": "visib", "kind": "numeric", "label": "Visibility"},
        ],
    ),
    artifact=None,
    training=part(n=5000),
    watch=watch(trends=(), episodes=(), domains=[domain("drift", Status.WARNING, "..")]),
)


def table(*, kpis: tuple[object, ...] = (kpi((100.0, 80.0)),)) -> dict[str, Block]:
    found = comparison(metric("roc_auc", 0.65, 0.67), kpis=kpis)
    blocks = side_by_side.blocks(found, (BEFORE, AFTER), Names("Late arrivals", AFTER.version.spec))
    return {block.title: block for block in blocks}


def row(block: Block, name: str) -> list[tuple[str, str]]:
    return next(
        [(cell.text, cell.note) for cell in line.cells] for line in block.lines if line.name.text == name
    )


def test_metrics_stand_beside_their_difference() -> None:
    assert row(table()["Measured on the same inferences"], "ROC AUC") == [
        ("0.65", "0.6 to 0.7"),
        ("0.67", "0.62 to 0.72"),
        ("+0.02 ▲ better", "+0.01 to +0.03"),
    ]


def test_kpis_have_an_interval_by_window() -> None:
    cost = row(table()["KPIs over the same inferences"], "cost")
    assert cost == [("$100", ""), ("$80.00", ""), ("-20.0% ▲ better", "-$30.00 to -$10.00 a week")]
    without = row(
        table(kpis=(kpi((100.0, 80.0), difference=NOTHING),))["KPIs over the same inferences"], "cost"
    )
    assert without[2] == ("-20.0%", "")


def test_where_both_come_from_stands_side_by_side() -> None:
    origin = table()["Made from"]
    assert row(origin, "Reference")[0] == ("1,000 rows", "Jan 3, 2024 to Mar 28, 2024")
    assert [text for text, _ in row(origin, "Training data")] == ["–", "5,000 rows"]
    assert row(origin, "Model file") == [
        ("HistGradientBoostingClassifier", "SHA-256 abababababab…"),
        ("–", ""),
    ]


def test_features_that_came_and_went_are_named() -> None:
    features = table()["Features"]
    assert row(features, "Number") == [("3", "2 in both"), ("3", "2 in both")]
    assert row(features, "No longer read")[0][0] == "seen"
    assert row(features, "New")[1][0] == "Visibility"
    assert row(features, "Of another kind")[1][0] == "hour"


def test_the_same_features_need_no_list() -> None:
    changes = side_by_side.feature_changes(BEFORE.version.spec, BEFORE.version.spec)
    assert (changes.added, changes.removed, changes.changed) == ((), (), ())
    assert changes.shared == ("hour", "carrier", "seen")


def test_a_version_that_is_not_in_service_has_no_state() -> None:
    state = table()["In service"]
    assert row(state, "Inferences")[0] == ("0", "")
    drift = next(line for line in state.lines if line.name.text == "Drift")
    assert (drift.cells[0].text, drift.cells[1].status) == ("–", Status.WARNING)


def test_truth_is_told_by_task() -> None:
    assert side_by_side.truth_text(card()) == "25.0% positive"
    assert side_by_side.truth_text(card(reference=part(n_truth=0, classes={}))) == "–"
    numbers = card(reference=part(classes={}, quantiles=(4.0, 81.5, 303.7)))
    assert side_by_side.truth_text(numbers) == "median 81.5, 80% between 4 and 304"
    columns = {"id": "i", "timestamp": "t", "prediction": "p", "truth": "late"}
    several = card(
        version=version(task="multiclass_classification", columns=columns),
        reference=part(classes={"mild": 490, "severe": 490}),
    )
    assert side_by_side.truth_text(several) == "mild 50.0% and severe 50.0%"


def test_a_difference_without_interval_claims_nothing() -> None:
    change = replace(
        metric("expected_calibration_error", 0.1, 0.2), difference=Interval(0.1, *[float("nan")] * 2)
    )
    blocks = side_by_side.blocks(
        comparison(change, primary="expected_calibration_error"),
        (BEFORE, AFTER),
        Names("x", AFTER.version.spec),
    )
    assert row(blocks[0], "Expected calibration error")[2] == ("+0.1", "")
