"""Two versions side by side, against what pandas says of the rows."""

import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitoring.document import document
from monitoring.errors import InvalidInput, NotFound
from monitoring.governance.comparison import Comparison, comparison_report
from monitoring.registration import register
from monitoring.scope import Scope, Segment
from monitoring.store import Store
from tests.governance.conftest import inferences, reference


@pytest.fixture(scope="module")
def compared(loans: Store) -> Comparison:
    return comparison_report(loans, Scope("loans", "2"), "1")


def test_only_shared_inferences_count(compared: Comparison) -> None:
    # Version 2 came at row 6, and the last four of 40 have no truth.
    assert (compared.n, compared.n_compared) == (34, 30)
    assert (compared.from_, compared.to) == (
        datetime(2024, 3, 4, tzinfo=UTC),
        datetime(2024, 3, 21, tzinfo=UTC),
    )


def test_metrics_are_those_of_the_shared_rows(compared: Comparison) -> None:
    accuracy = next(change for change in compared.metrics if change.metric == "accuracy")
    # Version 1 is right on rows 6 to 19, version 2 on all 30.
    assert accuracy.champion.value == pytest.approx(14 / 30)
    assert accuracy.challenger.value == 1.0
    assert accuracy.difference.value == pytest.approx(16 / 30)
    assert accuracy.difference.lower > 0


def test_the_primary_metric_speaks_for_both(compared: Comparison) -> None:
    assert compared.primary == "roc_auc"
    assert [window.n for window in compared.windows] == [2] * 15
    assert math.isnan(compared.windows[0].champion.value)  # nothing bad happened on that day
    assert compared.windows[1].champion.value == 1.0


def test_agreement_counts_who_was_right(compared: Comparison) -> None:
    assert compared.agreement.same == pytest.approx(14 / 30)
    assert (compared.agreement.first_better, compared.agreement.second_better) == (0, 16)


def test_kpis_run_over_the_shared_rows(compared: Comparison) -> None:
    (lost,) = compared.kpis  # `refusals` has another formula in each version
    one, two = (inferences(right_until=n, first=6).head(30) for n in (20, 36))
    bad = inferences(right_until=40, first=6).head(30)["refused"] == 1
    assert lost.champion == 100 * int((bad & (one["refused"] == 0)).sum()) > 0
    assert lost.challenger == 100 * int((bad & (two["refused"] == 0)).sum()) == 0
    assert (lost.name, lost.unit, lost.target, lost.per) == ("lost", "EUR", 500.0, "week")


def test_kpi_windows_say_whether_they_are_whole(compared: Comparison) -> None:
    # From Monday 4 March to Wednesday 20 March.
    assert [point.whole for point in compared.kpis[0].windows] == [True, True, False]
    assert sum(point.champion or 0 for point in compared.kpis[0].windows) == compared.kpis[0].champion


def test_swapping_the_versions_turns_the_differences_around(loans: Store, compared: Comparison) -> None:
    back = comparison_report(loans, Scope("loans", "1"), "2")
    for there, here in zip(compared.metrics, back.metrics, strict=True):
        assert there.difference.value == pytest.approx(-here.difference.value, nan_ok=True)
    assert back.agreement.first_better == 16


def test_period_and_segment_narrow_the_rows(loans: Store) -> None:
    scope = Scope(
        "loans",
        "2",
        datetime(2024, 3, 4, tzinfo=UTC),
        datetime(2024, 3, 8, tzinfo=UTC),
        segment=Segment("region", "south"),
    )
    found = comparison_report(loans, scope, "1")
    assert (found.n, found.n_compared) == (4, 4)


def test_without_shared_inferences_there_is_nothing_to_say(loans: Store) -> None:
    scope = Scope("loans", "2", datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 3, tzinfo=UTC))
    found = comparison_report(loans, scope, "1")
    assert (found.n, found.from_, found.windows, found.kpis) == (0, None, (), ())
    assert all(math.isnan(change.difference.value) for change in found.metrics)
    assert math.isnan(found.agreement.same or 0.0)


def test_a_comparison_is_a_document(compared: Comparison) -> None:
    content = document(compared)
    assert content["from"] == "2024-03-04T00:00:00Z"
    assert content["metrics"][0].keys() == {"metric", "champion", "challenger", "difference"}


def test_an_unknown_champion_is_named(loans: Store) -> None:
    with pytest.raises(NotFound, match="no version '3'"):
        comparison_report(loans, Scope("loans", "2"), "3")


def test_uplift_is_refused_in_words(tmp_path: Path) -> None:
    rows = reference().assign(treated=[i % 2 for i in range(120)])
    rows.to_csv(tmp_path / "reference.csv", index=False)
    spec = """
model: offers
version: "{version}"
task: uplift
reference: reference.csv
columns: {{id: loan, timestamp: at, prediction: p, truth: defaulted, treatment: treated, positive: 1}}
features: [{{name: age, kind: numeric}}]
"""
    with Store.open(tmp_path / "vigie.duckdb") as store:
        for version in "12":
            (tmp_path / "spec.yaml").write_text(spec.format(version=version))
            register(store, tmp_path / "spec.yaml", lambda what: None)
        with pytest.raises(InvalidInput, match="cannot be compared"):
            comparison_report(store, Scope("offers", "2"), "1")
