"""Performance in words: how much worse than what, when, and whether it is known at all."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.document import Heading
from monitoring.performance.methods import METHODS
from monitoring.performance.report import (
    GroupPerformance,
    MetricEstimate,
    PerformanceReport,
    PerformanceSlice,
    PerformanceWindow,
)
from monitoring.scope import Scope, Segment
from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.views import groups, metrics, outcomes, performance
from tests.ui.watches import names

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def metric(value: float, status: Status = Status.OK, reason: str | None = None) -> MetricEstimate:
    return MetricEstimate(value, value - 0.02, value + 0.02, status, reason)


def rows(
    value: float, status: Status = Status.OK, *, n: int = 1000, n_truth: int = 950, **others: MetricEstimate
) -> PerformanceSlice:
    found = {"roc_auc": metric(value, status)} | others
    return PerformanceSlice(n, n_truth, n_truth / n, status, found, {"tn": 1, "fp": 2, "fn": 3, "tp": 4})


def report(
    *values: tuple[float, Status], now: float = 0.66, status: Status = Status.WARNING, **changes: object
) -> PerformanceReport:
    windows = tuple(
        PerformanceWindow(MONDAY + i * WEEK, MONDAY + (i + 1) * WEEK, rows(value, verdict))
        for i, (value, verdict) in enumerate(values)
    )
    made = PerformanceReport(
        Heading("late-flights", "1", MONDAY, MONDAY + len(values) * WEEK, "week"),
        "reference", "roc_auc", windows, rows(now, status), rows(0.7), (), (),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


GOOD, BAD, WAITING = (0.69, Status.OK), (0.6, Status.CRITICAL), (0.5, Status.NOT_ENOUGH_DATA)


def test_the_answer_says_how_much_worse_than_what_and_when_it_was_worst() -> None:
    found = performance.answer(report(GOOD, (0.64, Status.WARNING), BAD, WAITING), names())

    assert found.sentence == (
        "Ability to tell cases apart (ROC AUC): 0.660, 0.040 worse than the reference (0.700). "
        "The loss is real in 2 of 3 weeks, the worst in the week of Jan 15, 2024 (0.600)."
    )
    assert found.note.endswith("1,000 inferences · ground truth known for 95.0%")


def test_a_model_that_does_well_is_said_to_do_well() -> None:
    found = performance.answer(report(GOOD, GOOD, now=0.72, status=Status.OK), names())
    assert "0.720, 0.020 better than the reference (0.700). No real loss in 2 weeks." in found.sentence


def test_what_differs_by_less_than_is_written_is_no_different() -> None:
    found = performance.answer(report(GOOD, now=0.7001, status=Status.OK), names())
    assert "0.700, no different from the reference (0.700)." in found.sentence


def test_a_period_that_waits_for_its_truth_gets_no_verdict() -> None:
    waiting = rows(0.66, Status.NOT_ENOUGH_DATA, n_truth=300)
    found = performance.answer(report(GOOD, overall=waiting), names())
    assert "Only 30% of the ground truth has come: too little for a verdict." in found.sentence
    few = rows(0.66, Status.NOT_ENOUGH_DATA, n=20, n_truth=20)
    assert (
        "These are too few rows for a verdict."
        in performance.answer(report(GOOD, overall=few), names()).sentence
    )


def test_without_truth_or_value_or_comparison_that_is_what_is_said() -> None:
    nothing = rows(math.nan, Status.NOT_ENOUGH_DATA, n_truth=0)
    assert "No ground truth has come" in performance.answer(report(overall=nothing), names()).sentence
    undefined = {"roc_auc": metric(math.nan, Status.UNDEFINED, "one_class")}
    one_class = PerformanceSlice(9, 9, 1.0, Status.UNDEFINED, undefined, {})
    sentence = performance.answer(report(overall=one_class), names()).sentence
    assert "is undefined for this period. The ground truth has a single class" in sentence
    alone = performance.answer(report(reference=rows(math.nan)), names()).sentence
    assert "There is nothing to compare it with." in alone


def test_an_average_error_is_worse_where_it_is_larger() -> None:
    errors = {"mean_absolute_error": metric(56.0, Status.CRITICAL)}
    found = report(
        primary="mean_absolute_error",
        overall=replace(rows(0.0), metrics=errors),
        reference=replace(rows(0.0), metrics={"mean_absolute_error": metric(21.0)}),
    )
    assert (
        performance.answer(found, names()).sentence == "Average error: 56, 35 worse than the reference (21)."
    )


def test_tiles_show_interval_and_reference_and_say_why_there_is_no_value() -> None:
    found = report(GOOD, BAD, WAITING)
    others = {name: metric(0.5) for name in ("precision", "recall", "expected_calibration_error")}
    undefined = others | {"precision": metric(math.nan, Status.UNDEFINED, "no_predicted_positives")}
    overall = replace(found.overall, metrics=dict(found.overall.metrics) | undefined)
    reference = replace(found.reference, metrics=dict(found.reference.metrics) | others)
    windows = tuple(
        replace(w, slice=replace(w.slice, metrics=dict(w.slice.metrics) | others)) for w in found.windows
    )
    spec = names().spec

    auc, precision, *_ = performance.tiles_of(
        replace(found, overall=overall, reference=reference, windows=windows), spec
    )
    assert (auc.value, auc.status, auc.target) == ("0.660", Status.WARNING, 0.7)
    assert auc.detail == "0.640 to 0.680 (95 %) · reference: 0.700"
    assert auc.trend == (0.69, 0.6, 0.5)
    assert auc.alt == "Between 0.500 and 0.690 over time"
    assert precision.detail == "Nothing was predicted positive."


def test_points_carry_all_that_is_said_beside_the_pointer() -> None:
    first, second = performance.points_of(report(GOOD, BAD), "roc_auc", names())
    assert (first.label, first.mature, first.end) == ("Jan 1", True, second.start)
    assert first.hover.split("<br>") == [
        "<b>Week of Jan 1, 2024</b>",
        "ROC AUC: 0.690 (0.670 to 0.710)",
        "Reference: 0.700",
        "✓ OK",
        "1,000 inferences, ground truth for 95%",
    ]
    text = performance.over_time_alt([first, second], "roc_auc")
    assert text == "ROC AUC in 2 windows, from 0.600 (Jan 8) to 0.690 (Jan 1)"
    assert performance.over_time_alt([], "roc_auc") == "No window has a value."


def test_each_window_of_a_season_has_a_comparison_of_its_own() -> None:
    (point,) = performance.points_of(report(GOOD, against="season"), "roc_auc", names())
    assert "Season before" not in point.hover
    assert "its like a season before" in performance.over_time_caption(
        report(GOOD, against="season"), names(), is_history=False
    )


def test_a_confusion_is_told_by_what_was_found_and_what_was_right() -> None:
    found = rows(0.6, recall=metric(0.4), precision=metric(0.6))
    made = report(overall=found, reference=found)
    assert outcomes.confusion_caption(made) == (
        "40.0% of what was positive was predicted (40.0% in the reference); "
        "60.0% of what was predicted positive was right (60.0%)."
    )
    assert outcomes.confusion_of(made.overall, ("no", "yes")) == (
        [[1, 2], [3, 4]], ["Negative (no)", "Positive (yes)"]
    )  # fmt: skip
    assert outcomes.confusion_words().cell(1200, None) == "1,200<br>–"


def test_of_several_classes_the_share_of_right_predictions_is_told() -> None:
    cells = {"labels": ["a", "b"], "matrix": [[3, 1], [0, 2]]}
    several = replace(rows(0.6, accuracy=metric(0.75)), confusion=cells)
    made = report(overall=several, reference=rows(0.7, accuracy=metric(0.8)))
    assert outcomes.confusion_caption(made) == "75.0% of the predictions were right, 80.0% in the reference."
    assert outcomes.confusion_of(several, ()) == ([[3, 1], [0, 2]], ["a", "b"])


def group(value: str, now: float, before: float, status: Status) -> GroupPerformance:
    return GroupPerformance(value, rows(now, status), rows(before))


def test_segments_that_did_worse_are_named() -> None:
    fine, worse = group("LGA", 0.71, 0.7, Status.OK), group("JFK", 0.6, 0.7, Status.CRITICAL)
    few = group("EWR", 0.1, math.nan, Status.NOT_ENOUGH_DATA)

    assert groups.groups_sentence([fine, few], "roc_auc", "Airport") == (
        "No value of Airport did worse than before, beyond chance."
    )
    assert groups.groups_sentence([fine, worse, few], "roc_auc", "Airport") == (
        "1 of 2 values of Airport did worse than before: JFK, ROC AUC 0.600 against 0.700."
    )
    assert "has enough rows" in groups.groups_sentence([few], "roc_auc", "Airport")
    table = groups.group_rows([worse, few], "roc_auc", "Airport", "reference")
    assert [row["Difference"] for row in table] == ["0.100 worse", "–"]
    assert [row["Verdict"] for row in table] == ["◆ Critical", "◌ Not enough data"]


def test_a_table_of_values_is_not_limited_to_one_of_them() -> None:
    scope = Scope("late-flights", segment=Segment("origin", "JFK"))
    assert groups.without_segment(scope, "origin").segment is None
    assert groups.without_segment(scope, "carrier") == scope


def test_hours_without_any_truth_are_told_by_their_clock_alone() -> None:
    nothing = replace(rows(0.0), metrics={"mean_absolute_error": metric(math.nan)})
    assert groups.hours_caption([GroupPerformance("07", nothing, nothing)], "UTC") == "Hours of UTC."


@pytest.mark.parametrize(
    ("name", "value", "expected", "text"),
    [
        ("roc_auc", 0.6, 0.7, "0.100 worse"),
        ("roc_auc", 0.8, 0.7, "0.100 better"),
        ("mean_absolute_error", 3.0, 2.0, "1 worse"),
        ("recall", 0.5, 0.5, "no different"),
        ("mean_error", 3.0, 2.0, "1 higher"),
        ("mean_error", 1.0, 2.0, "1 lower"),
    ],
)
def test_a_gap_is_told_by_what_is_better(name: str, value: float, expected: float, text: str) -> None:
    assert metrics.gap_text(name, value, expected) == text


def test_every_metric_has_a_meaning_and_its_interval_a_translation() -> None:
    assert set(metrics.MEANINGS) == set(METHODS)
    assert {method.interval for method in METHODS.values()} <= set(metrics.INTERVALS)


def test_an_interval_that_is_unknown_is_a_dash() -> None:
    assert metrics.interval_text("roc_auc", MetricEstimate(0.5, math.nan, math.nan, Status.OK)) == "–"
    assert metrics.interval_text("recall", MetricEstimate(0.5, 0.4, 0.6, Status.OK)) == "40.0% to 60.0%"


def test_french_says_it_in_french() -> None:
    with speaking("fr"):
        sentence = (
            performance.answer(report(GOOD, BAD), names())
            .sentence.replace("\u202f", " ")
            .replace("\u00a0", " ")
        )
    assert "0,660, un recul de 0,040 par rapport à la référence (0,700)" in sentence
    assert "pour 1 semaine sur 2" in sentence or "pour 1 semaines sur 2" in sentence
