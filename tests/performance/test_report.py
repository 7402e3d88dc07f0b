"""Reports on a real store, against scikit-learn on the rows that went into it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as oracle
from sklearn.calibration import calibration_curve

from monitoring.document import document, dumps
from monitoring.errors import InvalidInput, NotFound
from monitoring.performance.intervals import beside
from monitoring.performance.report import (
    PerformanceReport,
    PerformanceSlice,
    performance_by_hour,
    performance_by_value,
    performance_report,
    performance_values,
    primary_metric,
    require_performance,
)
from monitoring.scope import Scope, Segment
from monitoring.store import registry, results
from monitoring.thresholds import Interval, Status
from monitoring.windows import Window
from tests.made_store import made_store, send
from tests.raw_store import DAYS, FIRST, SILENT, ZONE, RawStore, raw_store
from tests.store.conftest import make_version

BINARY: Mapping[str, Callable[[pd.DataFrame], float]] = {
    "roc_auc": lambda rows: oracle.roc_auc_score(rows["was"], rows["p"]),
    "average_precision": lambda rows: oracle.average_precision_score(rows["was"], rows["p"]),
    "accuracy": lambda rows: oracle.accuracy_score(rows["was"], rows["said"]),
    "precision": lambda rows: oracle.precision_score(rows["was"], rows["said"]),
    "recall": lambda rows: oracle.recall_score(rows["was"], rows["said"]),
    "f1": lambda rows: oracle.f1_score(rows["was"], rows["said"]),
    "log_loss": lambda rows: oracle.log_loss(rows["was"], rows["p"]),
    "brier_score": lambda rows: oracle.brier_score_loss(rows["was"], rows["p"]),
}
REGRESSION: Mapping[str, Callable[[pd.DataFrame], float]] = {
    "mean_absolute_error": lambda rows: oracle.mean_absolute_error(rows["was"], rows["said"]),
    "root_mean_squared_error": lambda rows: oracle.root_mean_squared_error(rows["was"], rows["said"]),
    "mean_absolute_percentage_error": lambda rows: oracle.mean_absolute_percentage_error(
        rows["was"], rows["said"]
    ),
    "r2": lambda rows: oracle.r2_score(rows["was"], rows["said"]),
    "mean_error": lambda rows: float((rows["said"] - rows["was"]).mean()),
}


def same(
    found: PerformanceSlice,
    rows: pd.DataFrame,
    wanted: Mapping[str, Callable[[pd.DataFrame], float]] = BINARY,
) -> None:
    """Compare a slice with scikit-learn on its rows."""
    known = rows[rows["was"].notna()]
    known = known.assign(was=known["was"].astype(float))
    assert (found.n, found.n_truth) == (len(rows), len(known))
    for name, metric in wanted.items():
        assert found.metrics[name].value == pytest.approx(metric(known), abs=1e-9), name


def report(raw: RawStore, **scope: object) -> PerformanceReport:
    return performance_report(raw.store, Scope("plain", **scope))  # type: ignore[arg-type]


def day(number: int, hour: int = 0) -> datetime:
    moment: datetime = (FIRST + pd.DateOffset(days=number, hours=hour)).tz_convert("UTC").to_pydatetime()
    return moment


def test_every_window_says_what_scikit_learn_says_of_its_rows(raw: RawStore) -> None:
    by_day = {window.start: window.slice for window in report(raw).windows}

    assert list(by_day) == [day(number) for number in range(DAYS) if number != SILENT]
    for number in range(DAYS - 2):
        if number != SILENT:
            same(by_day[day(number)], raw.days(number, number + 1))


def test_longer_windows_the_whole_and_the_reference_are_sums(raw: RawStore) -> None:
    found = report(raw, window="week")

    for week, window in enumerate(found.windows[:-1]):
        same(window.slice, raw.days(7 * week, 7 * week + 7))
    same(found.overall, raw.live)
    same(found.reference, raw.reference)
    assert (found.primary, found.against) == ("roc_auc", "reference")


def test_confusion_counts_rows_by_truth_and_prediction(raw: RawStore) -> None:
    known = raw.live[raw.live["was"].notna()]
    tn, fp, fn, tp = oracle.confusion_matrix(known["was"].astype(int), known["said"]).ravel().tolist()

    assert report(raw).overall.confusion == {"tn": tn, "fp": fp, "fn": fn, "tp": tp}


def test_reliability_is_scikit_learns_curve(raw: RawStore) -> None:
    found = report(raw)

    share, score = calibration_curve(raw.reference["was"].astype(int), raw.reference["p"], n_bins=10)
    assert [p.mean_score for p in found.reliability_reference] == pytest.approx(score.tolist())
    assert [p.share_positive for p in found.reliability_reference] == pytest.approx(share.tolist())
    assert sum(p.n for p in found.reliability) == raw.live["was"].notna().sum()


def test_windows_whose_truth_has_not_come_have_no_value_and_raise_nothing(raw: RawStore) -> None:
    for window in report(raw).windows[-2:]:
        assert (window.slice.n_truth, window.slice.maturity) == (0, 0.0)
        assert {metric.status for metric in window.slice.metrics.values()} == {Status.NOT_ENOUGH_DATA}
        assert {metric.reason for metric in window.slice.metrics.values()} == {"no_truth"}


def test_a_window_with_little_of_its_truth_is_shown_and_not_judged(raw: RawStore) -> None:
    last = report(raw, window="week", start=day(29), end=day(35)).windows[-1].slice

    assert 0.7 < (last.maturity or 0) < 0.8
    same(last, raw.days(29, 35))
    assert last.status is Status.NOT_ENOUGH_DATA


@pytest.mark.parametrize(("column", "value"), [("site", "north"), ("site", "south"), ("kind", "common")])
def test_a_segment_says_the_same_whether_it_was_declared_or_not(
    raw: RawStore, column: str, value: str
) -> None:
    found = report(raw, window="week", segment=Segment(column, value))

    same(found.windows[1].slice, raw.days(7, 14)[raw.days(7, 14)[column] == value])
    same(found.overall, raw.live[raw.live[column] == value])
    same(found.reference, raw.reference[raw.reference[column] == value])


def test_a_segment_that_nobody_has_is_empty_and_undefined(raw: RawStore) -> None:
    found = report(raw, segment=Segment("site", "west"))

    assert (found.windows, found.overall.n, found.overall.maturity) == ((), 0, None)
    assert found.overall.status is Status.NOT_ENOUGH_DATA
    assert document(found)["overall"]["metrics"]["roc_auc"]["value"] is None


@pytest.mark.parametrize("window", ["hour", "day", "week", "month"])
def test_a_period_that_cuts_windows_counts_only_the_rows_inside(raw: RawStore, window: str) -> None:
    start, end = day(2, 9), day(12, 16)

    found = report(raw, start=start, end=end, window=window)

    inside = raw.live[(raw.live["at"] >= start) & (raw.live["at"] < end)]
    same(found.overall, inside)
    assert sum(each.slice.n for each in found.windows) == len(inside)
    assert found.windows[0].start <= start < found.windows[0].end


def test_a_cut_inside_one_window_counts_its_rows_only(raw: RawStore) -> None:
    start, end = day(4, 6), day(4, 20)

    found = report(raw, start=start, end=end)

    same(found.overall, raw.live[(raw.live["at"] >= start) & (raw.live["at"] < end)])
    assert [each.start for each in found.windows] == [day(4)]


def test_what_a_period_is_compared_with_can_be_chosen(raw: RawStore) -> None:
    period = {"start": day(14), "end": day(21)}

    same(report(raw, **period, against="previous").reference, raw.days(7, 14))
    same(report(raw, **period, against="season").reference, raw.days(7, 14))
    same(report(raw, **period, against="training").reference, raw.training)
    same(report(raw, **period, against="2024-03-06..2024-03-09T12:00").reference, _until_noon(raw))
    segment = Segment("kind", "common")
    same(
        report(raw, **period, against="training", segment=segment).reference,
        raw.training[raw.training["kind"] == "common"],
    )


def test_each_window_is_compared_with_its_own_phase_of_the_season(raw: RawStore) -> None:
    found = report(raw, window="week", against="season")
    plain = report(raw, window="week")

    third = performance_report(
        raw.store, Scope("plain", start=day(14), end=day(21), window="week", against="previous")
    )
    assert found.windows[0].slice.status is Status.UNDEFINED
    assert dumps(found.windows[2]) == dumps(third.windows[0])
    assert [w.slice.n for w in found.windows] == [w.slice.n for w in plain.windows]


def _until_noon(raw: RawStore) -> pd.DataFrame:
    rows = raw.days(2, 6)
    return rows[rows["at"] < pd.Timestamp("2024-03-09T12:00", tz=ZONE)]


def test_nothing_before_the_first_window_leaves_the_verdict_open(raw: RawStore) -> None:
    found = report(raw, start=day(0), end=day(14), window="month", against="previous")

    assert found.reference.n == 0
    assert found.overall.status is Status.UNDEFINED


def test_a_comparison_with_training_rows_needs_some(tmp_path: Path) -> None:
    rows = _numbers(60, "r")
    with (
        made_store(tmp_path, NUMBERS, rows, rows.assign(id="i" + rows["id"])) as store,
        pytest.raises(NotFound, match="without training rows"),
    ):
        performance_report(store, Scope("numbers", against="training"))


def test_the_order_of_rows_and_files_changes_no_byte(raw: RawStore, tmp_path: Path) -> None:
    with raw_store(tmp_path, order=3) as shuffled:
        for scope in (
            Scope("plain"),
            Scope("plain", window="week", segment=Segment("site", "north")),
            Scope("plain", start=day(1, 7), end=day(9, 3), segment=Segment("kind", "a")),
        ):
            assert dumps(performance_report(raw.store, scope)) == dumps(
                performance_report(shuffled.store, scope)
            )


def test_a_correction_changes_its_own_window_only(tmp_path: Path) -> None:
    with raw_store(tmp_path) as raw:
        before = report(raw)
        wrong = raw.days(5, 6).iloc[0]
        corrected = pd.DataFrame({"id": [wrong["id"]], "was": [1 - wrong["was"]]})
        send(raw.store, tmp_path, "plain", truths=corrected)
        after = report(raw)

        changed = [
            b.start for b, a in zip(before.windows, after.windows, strict=True) if dumps(b) != dumps(a)
        ]
        assert changed == [day(5)]
        rows = raw.days(5, 6)
        same(
            after.windows[5].slice,
            rows.assign(was=rows["was"].where(rows["id"] != wrong["id"], 1 - wrong["was"])),
        )


def test_late_truth_fills_the_windows_that_waited(tmp_path: Path) -> None:
    with raw_store(tmp_path) as raw:
        waiting = raw.days(DAYS - 2, DAYS - 1)
        truths = pd.DataFrame({"id": waiting["id"], "was": waiting["said"]})
        send(raw.store, tmp_path, "plain", truths=truths)

        window = report(raw).windows[-2].slice
        assert (window.maturity, window.metrics["accuracy"].value) == (1.0, 1.0)


def test_values_of_a_declared_segment_stand_side_by_side(raw: RawStore) -> None:
    groups = performance_by_value(raw.store, Scope("plain"), "site")

    assert [group.value for group in groups] == ["north", "south"]
    for group in groups:
        same(group.slice, raw.live[raw.live["site"] == group.value])
        same(group.reference, raw.reference[raw.reference["site"] == group.value])


def test_values_in_a_cut_period_of_another_segment_come_from_rows(raw: RawStore) -> None:
    start, end = day(3, 5), day(20, 11)
    period = (raw.live["at"] >= start) & (raw.live["at"] < end)

    cut = performance_by_value(raw.store, Scope("plain", start=start, end=end), "site")
    for group in cut:
        same(group.slice, raw.live[period & (raw.live["site"] == group.value)])
    scope = Scope("plain", start=start, end=end, segment=Segment("kind", "common"))
    for group in performance_by_value(raw.store, scope, "site"):
        rows = raw.live[period & (raw.live["site"] == group.value)]
        same(group.slice, rows[rows["kind"] == "common"])
        same_value = raw.reference[raw.reference["site"] == group.value]
        same(group.reference, same_value[same_value["kind"] == "common"])


def test_values_can_be_compared_with_a_period(raw: RawStore) -> None:
    scope = Scope("plain", start=day(14), end=day(21), against="previous")

    for group in performance_by_value(raw.store, scope, "site"):
        rows = raw.days(7, 14)
        same(group.reference, rows[rows["site"] == group.value])


def test_a_column_that_is_no_segment_is_named_with_those_that_are(raw: RawStore) -> None:
    with pytest.raises(InvalidInput, match=r"'kind' is no segment .* Allowed: 'site'"):
        performance_by_value(raw.store, Scope("plain"), "kind")


def test_hours_are_those_of_the_models_clock(raw: RawStore) -> None:
    groups = performance_by_hour(raw.store, Scope("plain", segment=Segment("site", "north")))

    north = raw.live[raw.live["site"] == "north"]
    hours = north["at"].dt.tz_convert(ZONE).dt.strftime("%H")
    assert [group.value for group in groups] == sorted(hours.unique())
    noon = next(group for group in groups if group.value == "12")
    same(noon.slice, north[hours == "12"])


def test_hours_can_be_compared_with_a_period(raw: RawStore) -> None:
    scope = Scope("plain", start=day(14), end=day(21), against="previous")

    rows = raw.days(7, 14)
    hours = rows["at"].dt.tz_convert(ZONE).dt.strftime("%H")
    for group in performance_by_hour(raw.store, scope):
        assert group.reference.n == (hours == group.value).sum()


def test_results_are_kept_by_window_with_interval_and_verdict(raw: RawStore) -> None:
    version = registry.version(raw.store, "plain")
    kept = results.read(raw.store, version, "performance", metric="recall", period=Window(day(3), day(4)))

    (wanted,) = [window.slice.metrics["recall"] for window in report(raw).windows if window.start == day(3)]
    assert [(item.value, item.lower, item.upper, item.status) for item in kept] == [
        (wanted.value, wanted.lower, wanted.upper, wanted.status)
    ]


NO_SCORE = {"id": "id", "timestamp": "at", "prediction": "said", "truth": "was", "positive": 1}


def test_a_classifier_without_scores_speaks_by_its_labels() -> None:
    assert primary_metric(make_version().spec) == "roc_auc"
    assert primary_metric(make_version(columns=NO_SCORE).spec) == "f1"


def test_a_task_whose_performance_is_unknown_is_refused() -> None:
    version = make_version(task="uplift", columns=NO_SCORE | {"treatment": "treated"})
    with pytest.raises(InvalidInput, match="'uplift'"):
        require_performance(version)
    assert performance_values(None, version, Window(day(0), day(1))) == []  # type: ignore[arg-type]


def test_a_reference_of_few_rows_makes_nobody_sure() -> None:
    exact = beside(Interval(0.60, 0.58, 0.62), Interval(0.65, 0.65, 0.65))
    vague = beside(Interval(0.60, 0.58, 0.62), Interval(0.65, 0.60, 0.70))

    assert (exact.lower, exact.upper) == pytest.approx((0.58, 0.62))
    # hypot(0.02, 0.05) = 0.05385: 0.65 lies inside now.
    assert (vague.lower, vague.upper) == pytest.approx((0.5461483, 0.6538516))


NUMBERS = """
model: numbers
version: "1"
task: regression
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, truth: was}
features: [{name: x, kind: numeric}]
segments: [site]
context: [site]
window: day
alerts:
  - {on: performance, metric: r2, below: 0.999, severity: warning}
  - {on: performance, metric: mean_absolute_error, above: 0.1, severity: critical, segment: site=south}
"""


def _numbers(n: int, name: str, *, bias: float = 0.0, start: str = "2024-05-01") -> pd.DataFrame:
    rng = np.random.default_rng(len(name) + n)
    was = np.round(rng.normal(100, 20, n), 2)
    return pd.DataFrame(
        {
            "id": [f"{name}{i}" for i in range(n)],
            "at": pd.Timestamp(start, tz="UTC") + pd.to_timedelta(np.arange(n) * 1440 // n, unit="min"),
            "x": was,
            "site": rng.choice(["north", "south"], n),
            "said": was + bias + rng.normal(0, 5, n),
            "was": was,
        }
    )


def test_a_regression_says_what_scikit_learn_says_and_losses_are_found(tmp_path: Path) -> None:
    reference = _numbers(400, "r")
    fine, biased = _numbers(300, "i"), _numbers(300, "j", bias=4.0, start="2024-05-02")
    with made_store(tmp_path, NUMBERS, reference, pd.concat([fine, biased])) as store:
        found = performance_report(store, Scope("numbers"))
        south = performance_report(store, Scope("numbers", segment=Segment("site", "south")))
        by_site = performance_by_value(store, Scope("numbers"), "site")

    good, bad = (window.slice for window in found.windows)
    same(good, fine, REGRESSION)
    same(bad, biased, REGRESSION)
    same(found.reference, reference, REGRESSION)
    assert good.metrics["mean_absolute_error"].status is Status.OK
    assert bad.metrics["mean_absolute_error"].status is Status.CRITICAL
    assert bad.metrics["mean_error"].status is Status.CRITICAL
    assert found.reliability == ()
    # A written limit speaks beside the reference, each for its own rows.
    assert good.metrics["r2"].status is Status.WARNING
    assert good.status is Status.WARNING
    assert south.windows[0].slice.metrics["r2"].status is Status.OK
    assert south.windows[0].slice.status is Status.CRITICAL
    assert {group.value: group.slice.status for group in by_site}["south"] is Status.CRITICAL


CLASSES = """
model: classes
version: "1"
task: multiclass_classification
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, truth: was, score: {red: p_red, green: p_green, blue: p_blue}}
features: [{name: x, kind: numeric}]
window: day
"""


def _classes(n: int, name: str) -> pd.DataFrame:
    rng = np.random.default_rng(n)
    names = np.array(["blue", "green", "red"])
    scores = rng.dirichlet([1.0, 1.0, 1.0], n)
    was = [str(rng.choice(names, p=row)) for row in scores]
    table = {f"p_{label}": scores[:, place] for place, label in enumerate(names)}
    at = pd.Timestamp("2024-05-01", tz="UTC") + pd.to_timedelta(np.arange(n), unit="min")
    ids = [f"{name}{i}" for i in range(n)]
    said = names[scores.argmax(axis=1)]
    return pd.DataFrame({"id": ids, "at": at, "x": rng.normal(size=n), "said": said, "was": was, **table})


def test_several_classes_say_what_scikit_learn_says(tmp_path: Path) -> None:
    live = _classes(200, "i")
    with made_store(tmp_path, CLASSES, _classes(300, "r"), live) as store:
        overall = performance_report(store, Scope("classes")).overall

    labels: Sequence[str] = ["blue", "green", "red"]
    wanted = {
        "accuracy": oracle.accuracy_score(live["was"], live["said"]),
        "f1": oracle.f1_score(live["was"], live["said"], average="macro"),
        "log_loss": oracle.log_loss(live["was"], live[["p_blue", "p_green", "p_red"]]),
    }
    assert {name: overall.metrics[name].value for name in wanted} == pytest.approx(wanted)
    assert overall.confusion == {
        "labels": labels,
        "matrix": oracle.confusion_matrix(live["was"], live["said"], labels=labels).tolist(),
    }
