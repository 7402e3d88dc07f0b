import math

import pytest

from monitoring.thresholds import (
    Interval,
    Status,
    Threshold,
    by_size,
    dataset_drift_status,
    drift_status,
    limit_status,
    needs_attention,
    performance_status,
    share_status,
    target_status,
    volume_status,
    worst,
)

LIMITS = Threshold(warning=0.1, critical=0.25)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0.0, "ok"),
        (0.0999, "ok"),
        (0.1, "warning"),
        (0.25, "critical"),
        (math.inf, "critical"),
        (math.nan, "undefined"),
    ],
)
def test_a_limit_counts_as_reached(value: float, status: str) -> None:
    assert by_size(value, LIMITS) == status


def test_strictly_means_beyond_the_limit() -> None:
    assert by_size(0.1, LIMITS, strictly=True) == Status.OK
    assert by_size(0.25, LIMITS, strictly=True) == Status.WARNING
    assert by_size(0.26, LIMITS, strictly=True) == Status.CRITICAL


@pytest.mark.parametrize(
    ("effect", "qvalue", "n", "status"),
    [
        (0.3, 0.001, 1000, "critical"),
        (0.15, 0.001, 1000, "warning"),
        (0.3, 0.2, 1000, "ok"),
        (0.01, 1e-9, 10**8, "ok"),
        (0.9, 1e-9, 49, "not_enough_data"),
        (math.nan, 0.1, 1000, "undefined"),
    ],
)
def test_drift_needs_effect_and_evidence_and_rows(effect: float, qvalue: float, n: int, status: str) -> None:
    assert drift_status(effect, qvalue, LIMITS, n_reference=1000, n_current=n) == status


def test_a_small_reference_gets_no_drift_verdict_either() -> None:
    assert drift_status(0.9, 0.0, LIMITS, n_reference=10, n_current=1000) == Status.NOT_ENOUGH_DATA


def test_all_columns_together_are_judged_by_the_share_that_drifted() -> None:
    ok, warning = Status.OK, Status.WARNING
    assert dataset_drift_status([ok] * 10) == ok
    assert dataset_drift_status([ok] * 9 + [warning]) == warning
    assert dataset_drift_status([ok, warning]) == Status.CRITICAL
    assert dataset_drift_status([Status.UNDEFINED, Status.NOT_ENOUGH_DATA]) == Status.NOT_ENOUGH_DATA


def test_the_worst_status_needs_attention_most() -> None:
    assert worst([Status.OK, Status.CRITICAL, Status.UNDEFINED]) == Status.CRITICAL
    assert worst([Status.NOT_ENOUGH_DATA, Status.OK]) == Status.OK
    assert worst([]) == Status.UNDEFINED
    assert [s.value for s in Status if needs_attention(s)] == ["warning", "critical"]


def test_a_share_is_judged_only_beyond_chance() -> None:
    assert share_status(0.3, LIMITS, pvalue=0.0, n_rows=10) == Status.CRITICAL
    assert share_status(0.3, LIMITS, pvalue=0.3, n_rows=10) == Status.OK
    assert share_status(0.3, LIMITS, pvalue=0.0, n_rows=0) == Status.NOT_ENOUGH_DATA
    assert share_status(math.nan, LIMITS, pvalue=0.0, n_rows=5) == Status.UNDEFINED
    assert share_status(1.0, LIMITS, pvalue=0.0, n_rows=10, minimum_rows=50) == Status.NOT_ENOUGH_DATA


def test_volume_is_judged_both_ways_and_only_beyond_chance() -> None:
    assert volume_status(math.log(1.5), pvalue=0.0) == Status.OK
    assert volume_status(-math.log(2), pvalue=0.0) == Status.WARNING
    assert volume_status(-math.inf, pvalue=0.0) == Status.CRITICAL
    assert volume_status(-math.inf, pvalue=0.05) == Status.OK
    assert volume_status(math.nan, pvalue=0.0) == Status.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("value", "lower", "upper", "higher", "status"),
    [
        (0.60, 0.55, 0.65, True, "critical"),
        (0.655, 0.62, 0.69, True, "warning"),
        (0.60, 0.45, 0.75, True, "ok"),
        (0.80, 0.75, 0.85, True, "ok"),
        (0.80, 0.75, 0.85, False, "critical"),
        (math.nan, math.nan, math.nan, True, "undefined"),
    ],
)
def test_performance_is_worse_only_beyond_its_interval(
    value: float, lower: float, upper: float, higher: bool, status: str
) -> None:
    current = Interval(value, lower, upper)
    found = performance_status(
        current, 0.70, higher_is_better=higher, n_truth=1000, maturity=0.95, scale=0.70
    )
    assert found == status


def test_a_bias_is_bad_on_both_sides() -> None:
    for value in (5.0, -5.0):
        current = Interval(value, value - 1, value + 1)
        assert (
            performance_status(current, 0.0, higher_is_better=None, n_truth=99, maturity=1.0, scale=20.0)
            == "critical"
        )


def test_performance_waits_for_truth() -> None:
    current = Interval(0.1, 0.0, 0.2)
    for n_truth, maturity in ((1000, 0.5), (10, 1.0)):
        found = performance_status(
            current, 0.9, higher_is_better=True, n_truth=n_truth, maturity=maturity, scale=0.9
        )
        assert found == Status.NOT_ENOUGH_DATA


def test_a_loss_without_a_yardstick_is_critical() -> None:
    current = Interval(1.0, 0.9, 1.1)
    found = performance_status(current, 0.0, higher_is_better=False, n_truth=99, maturity=1.0, scale=0.0)
    assert found == Status.CRITICAL


def test_written_limits() -> None:
    assert limit_status(0.5, below=0.62, above=None) == Status.CRITICAL
    assert limit_status(0.7, below=0.62, above=None) == Status.OK
    assert limit_status(70.0, below=None, above=60.0, severity=Status.WARNING) == Status.WARNING
    assert limit_status(None, below=1.0, above=None) == Status.UNDEFINED


@pytest.mark.parametrize(
    ("value", "target", "direction", "status"),
    [
        (40.0, 40.0, "down", "ok"),
        (45.0, 40.0, "down", "warning"),
        (51.0, 40.0, "down", "critical"),
        (35.0, 40.0, "up", "warning"),
        (29.0, 40.0, "up", "critical"),
        (1.0, None, "up", "ok"),
        (None, 40.0, "up", "undefined"),
    ],
)
def test_a_kpi_is_judged_against_its_target(
    value: float | None, target: float | None, direction: str, status: str
) -> None:
    assert target_status(value, target, direction) == status
