"""Drift as reported, against the raw rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from monitoring.document import document, dumps
from monitoring.drift.methods import METHODS
from monitoring.drift.ordered import kolmogorov_smirnov_bound
from monitoring.drift.report import (
    DriftReport,
    DriftWindow,
    FeatureDrift,
    binned,
    drift_report,
    drift_values,
    feature_profiles,
    segment_drift,
)
from monitoring.errors import InvalidInput, NotFound
from monitoring.scope import Scope, Segment
from monitoring.store import registry
from monitoring.thresholds import Status
from monitoring.windows import Window
from tests.raw_store import DAYS, FIRST, PER_DAY, SHIFTED_FROM, SILENT, RawStore, raw_store

PLAIN = Scope("plain")
NUMERIC = ("x", "often_zero", "p")


def day(number: int) -> datetime:
    """The local midnight that begins a day of the store."""
    moment: datetime = (FIRST + pd.DateOffset(days=number)).to_pydatetime()
    return moment


def found(report: DriftReport | DriftWindow, feature: str) -> FeatureDrift:
    return next(f for f in report.features if f.feature == feature)


def counts(rows: pd.Series, reference: pd.Series) -> np.ndarray:
    """Rows per decile of the reference or per category of it, then of anything else, then missing."""
    if pd.api.types.is_numeric_dtype(reference) and not pd.api.types.is_bool_dtype(reference):
        deciles = np.unique(np.quantile(reference.dropna(), np.arange(1, 10) / 10))
        where = np.searchsorted(deciles, rows.dropna(), side="left")
        inside = np.bincount(where, minlength=len(deciles) + 1)
        other = 0
    else:
        categories = reference.dropna().unique()
        inside = np.array([(rows == category).sum() for category in categories])
        other = int((~rows.dropna().isin(categories)).sum())
    return np.array([*inside, other, rows.isna().sum()])


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """By the formula of the design: half a count in each bin."""
    p, q = ((c + 0.5) / (c + 0.5).sum() for c in (reference, current))
    return float(((q - p) * np.log(q / p)).sum())


def check(report: DriftReport | DriftWindow, current: pd.DataFrame, reference: pd.DataFrame) -> None:
    """Every distance over bins that scipy or a line of numpy gives for the raw rows."""
    for feature in ("x", "often_zero", "p", "kind", "flag"):
        r, c = counts(reference[feature], reference[feature]), counts(current[feature], reference[feature])
        drift = found(report, feature)
        p, q = r / r.sum(), c / c.sum()
        assert (drift.n_reference, drift.n_current) == (len(reference), len(current))
        assert drift.effect == pytest.approx(psi(r, c), rel=1e-9)
        assert drift.methods["jensen_shannon"] == pytest.approx(jensenshannon(p, q, base=2), abs=1e-9)
        assert drift.methods["total_variation"] == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-12)
        assert drift.missing_current == pytest.approx(current[feature].isna().mean(), abs=1e-12)
        assert drift.missing_reference == pytest.approx(reference[feature].isna().mean(), abs=1e-12)


def test_the_period_as_one_agrees_with_the_raw_rows(raw: RawStore) -> None:
    report = drift_report(raw.store, PLAIN)

    assert (report.n_reference, report.n_current) == (len(raw.reference), len(raw.live))
    check(report, raw.live, raw.reference)


def test_every_window_agrees_with_the_raw_rows(raw: RawStore) -> None:
    for window, length in (("day", 1), ("week", 7)):
        report = drift_report(raw.store, Scope("plain", window=window))  # type: ignore[arg-type]
        starts = [first for first in range(0, DAYS, length) if (window, first) != ("day", SILENT)]
        assert [w.start for w in report.windows] == [day(first) for first in starts]
        for each, first in zip(report.windows, starts, strict=True):
            check(each, raw.days(first, first + length), raw.reference)


def test_the_smirnov_distance_is_that_of_the_values_within_its_bound(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", window="week"))
    for feature in NUMERIC:
        profiles = feature_profiles(raw.store, Scope("plain", window="week"), feature)
        before, after = binned(profiles.column, profiles.against), binned(profiles.column, profiles.by_window)
        bounds = kolmogorov_smirnov_bound(before.fine.counts, after.fine.counts, before.fine.atoms)
        for index, window in enumerate(report.windows):
            rows = raw.days(7 * index, 7 * index + 7)[feature].dropna()
            exact = stats.ks_2samp(raw.reference[feature].dropna(), rows).statistic
            seen = found(window, feature).methods["kolmogorov_smirnov"]
            assert seen <= exact + 1e-12
            assert exact <= seen + bounds[index] + 1e-12
            assert bounds[index] < 0.03


def test_the_wasserstein_distance_is_nearly_that_of_the_values(raw: RawStore) -> None:
    report = drift_report(raw.store, PLAIN)
    for feature in NUMERIC:
        current, reference = (frame[feature].dropna() for frame in (raw.live, raw.reference))
        exact = stats.wasserstein_distance(reference, current)
        deviation = reference.std(ddof=0)
        seen = found(report, feature).methods
        assert seen["wasserstein"] == pytest.approx(exact, abs=0.002 * deviation)
        assert seen["wasserstein_normalised"] == pytest.approx(exact / deviation, abs=0.002)


def test_chi_squared_is_that_of_the_table(raw: RawStore) -> None:
    r, c = (counts(frame["kind"], raw.reference["kind"]) for frame in (raw.reference, raw.live))
    table = np.array([r, c])[:, (r + c) > 0]
    exact = stats.chi2_contingency(table, correction=False).statistic

    assert found(drift_report(raw.store, PLAIN), "kind").methods["chi2"] == pytest.approx(exact, rel=1e-9)


def test_truth_is_compared_where_it_has_come(raw: RawStore) -> None:
    truth = found(drift_report(raw.store, PLAIN), "was")
    known, reference = raw.live["was"].dropna(), raw.reference["was"].dropna()
    r, c = (np.array([(side == value).sum() for value in (0, 1)] + [0, 0]) for side in (reference, known))

    assert (truth.role, truth.n_current) == ("truth", len(known))
    assert truth.effect == pytest.approx(psi(r, c), rel=1e-9)


def test_the_week_of_the_shift_is_the_first_that_is_drifted(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", window="week"))

    for feature in ("x", "kind"):
        statuses = [found(window, feature).status for window in report.windows]
        assert statuses == [Status.OK] * 3 + [Status.CRITICAL] * 2
    for feature in ("often_zero", "flag", "p", "said"):
        assert {found(window, feature).status for window in report.windows} == {Status.OK}
    drifted = [
        sum(f.status == Status.CRITICAL for f in w.features if f.role == "feature") for w in report.windows
    ]
    # `since` moves with time by its nature, as any date does.
    assert [
        count - (found(w, "since").status == Status.CRITICAL)
        for count, w in zip(drifted, report.windows, strict=True)
    ] == [0, 0, 0, 2, 2]


def test_days_of_forty_rows_are_not_judged(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", start=day(22), end=day(24)))

    assert {f.status for w in report.windows for f in w.features} == {Status.NOT_ENOUGH_DATA}
    assert report.windows[0].status == Status.NOT_ENOUGH_DATA
    assert found(report, "x").status == Status.CRITICAL


def test_a_period_that_cuts_windows_counts_its_rows_only(raw: RawStore) -> None:
    start, end = day(8) + pd.Timedelta(hours=9, minutes=20), day(24) + pd.Timedelta(hours=5)
    scope = Scope("plain", start=start, end=end, window="week")
    report = drift_report(raw.store, scope)
    rows = raw.live[(raw.live["at"] >= start) & (raw.live["at"] < end)]

    check(report, rows, raw.reference)
    assert [w.start for w in report.windows] == [day(7), day(14), day(21)]
    check(report.windows[0], rows[rows["at"] < day(14)], raw.reference)
    check(report.windows[2], rows[rows["at"] >= day(21)], raw.reference)


@pytest.mark.parametrize("column", ["site", "kind"], ids=["declared", "not declared"])
def test_a_segment_is_compared_with_its_own_reference(raw: RawStore, column: str) -> None:
    value = {"site": "south", "kind": "a"}[column]
    report = drift_report(raw.store, Scope("plain", segment=Segment(column, value)))
    rows, reference = (frame[frame[column] == value] for frame in (raw.live, raw.reference))

    assert (report.n_reference, report.n_current) == (len(reference), len(rows))
    assert found(report, "x").n_current == len(rows)
    assert found(report, "x").missing_current == pytest.approx(rows["x"].isna().mean())


def test_what_a_period_is_compared_with_can_be_another_period(raw: RawStore) -> None:
    start, end = day(SHIFTED_FROM), day(SHIFTED_FROM + 7)
    now, before = raw.days(SHIFTED_FROM, SHIFTED_FROM + 7), raw.days(SHIFTED_FROM - 7, SHIFTED_FROM)
    first = raw.days(0, 14)
    names = f"{day(0).date()}..{day(14).date()}"

    for against, rows in (
        ("previous", before),
        ("season", before),
        (names, first),
        ("training", raw.training),
    ):
        report = drift_report(raw.store, Scope("plain", start=start, end=end, window="week", against=against))
        assert (report.against, report.n_reference, report.n_current) == (against, len(rows), len(now))
        drift = found(report, "kind")
        # The bins stay those of the reference.
        r, c = (counts(side["kind"], raw.reference["kind"]) for side in (rows, now))
        assert drift.effect == pytest.approx(psi(r, c), rel=1e-9)
        assert found(report, "x").status == Status.CRITICAL


def test_against_the_season_each_window_has_its_own_phase(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", start=day(1), window="week", against="season"))

    kinds = [found(window, "kind") for window in report.windows]
    assert kinds[0].status == Status.NOT_ENOUGH_DATA
    assert kinds[0].n_reference == 0
    for index, kind in enumerate(kinds[1:], start=1):
        before, now = raw.days(7 * index - 7, 7 * index), raw.days(7 * index, 7 * index + 7)
        r, c = (counts(side["kind"], raw.reference["kind"]) for side in (before, now))
        assert (kind.n_reference, kind.n_current) == (len(before), len(now))
        assert kind.effect == pytest.approx(psi(r, c), rel=1e-9)
    assert [kind.status for kind in kinds[2:]] == [Status.OK, Status.CRITICAL, Status.OK]
    profiles = feature_profiles(
        raw.store, Scope("plain", start=day(1), window="week", against="season"), "kind"
    )
    assert profiles.against_by_window is not None
    assert profiles.against_by_window.n.tolist() == [kind.n_reference for kind in kinds]


def test_a_season_that_the_data_enter_in_its_middle_is_compared_as_far_as_it_goes(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", window="month", against="season"))

    # March is compared with February, of which there is nothing; April with March, whose first days are missing.
    assert [found(window, "x").n_reference for window in report.windows] == [0, 0]
    now, before = raw.days(7, DAYS), raw.days(0, DAYS - 7)
    assert (report.n_current, report.n_reference) == (len(now), len(before))
    r, c = (counts(side["kind"], raw.reference["kind"]) for side in (before, now))
    assert found(report, "kind").effect == pytest.approx(psi(r, c), rel=1e-9)


def test_the_same_hour_a_week_before_is_found_over_the_change_of_clocks(raw: RawStore) -> None:
    # Summer time began on day 27: its hour of eleven is 9:00 in UTC, a week before it was 10:00.
    report = drift_report(
        raw.store,
        Scope(
            "plain",
            start=day(28) + pd.Timedelta(hours=11),
            end=day(28) + pd.Timedelta(hours=12),
            window="hour",
            against="season",
        ),
    )
    local = raw.live["at"].dt.tz_convert(FIRST.tz)
    before = raw.live[(local.dt.date == day(21).date()) & (local.dt.hour == 11)]

    assert [found(w, "x").n_reference for w in report.windows] == [len(before)]


def test_nothing_to_compare_with_is_said_and_not_guessed(raw: RawStore) -> None:
    report = drift_report(raw.store, Scope("plain", window="week", against="previous"))

    assert (report.n_reference, report.status, report.share_drifted) == (0, Status.NOT_ENOUGH_DATA, None)
    assert found(report, "x").missing_reference is None
    content = document(report)
    assert content["features"][0]["effect"] is None
    with pytest.raises(InvalidInput, match="Nothing to compare with is called 'last_year'"):
        drift_report(raw.store, Scope("plain", against="last_year"))


def test_the_order_of_the_rows_does_not_matter(raw: RawStore, tmp_path: Path) -> None:
    scopes = (
        PLAIN,
        Scope("plain", window="week", against="season"),
        Scope("plain", start=day(3) + pd.Timedelta(hours=5), segment=Segment("kind", "a")),
    )
    with raw_store(tmp_path, order=5) as shuffled:
        for scope in scopes:
            assert dumps(drift_report(shuffled.store, scope)) == dumps(drift_report(raw.store, scope))


@pytest.mark.parametrize(
    ("scope", "column"),
    [
        (PLAIN, "site"),
        (Scope("plain", start=day(14), end=day(28), against="previous"), "site"),
        (Scope("plain", start=day(14), end=day(28), against="season"), "site"),
        (Scope("plain", start=day(14) + pd.Timedelta(hours=3)), "site"),
        (PLAIN, "kind"),
    ],
    ids=["kept", "against a period", "against the season", "a day that is cut", "not declared"],
)
def test_segments_side_by_side_are_those_asked_for_one_by_one(
    raw: RawStore, scope: Scope, column: str
) -> None:
    values = {"site": ["north", "south", "nowhere"], "kind": ["a", "nothing"]}[column]
    drifts = segment_drift(raw.store, scope, "x", [Segment(column, value) for value in values])

    assert [d.segment.value for d in drifts] == values[:-1]
    for each in drifts:
        alone = found(drift_report(raw.store, replace(scope, segment=each.segment)), "x")
        assert each.drift.methods == pytest.approx(alone.methods, rel=1e-12)
        same = replace(each.drift, qvalue=0.0, status=alone.status, methods={})
        assert same == replace(alone, qvalue=0.0, methods={})
    adjusted = stats.false_discovery_control([d.drift.pvalue for d in drifts])
    assert [d.drift.qvalue for d in drifts] == pytest.approx(adjusted)


def test_a_segment_without_rows_is_left_out(raw: RawStore) -> None:
    assert segment_drift(raw.store, PLAIN, "x", [Segment("site", "nowhere")]) == []


def test_a_column_that_has_no_profiles_is_named(raw: RawStore) -> None:
    with pytest.raises(NotFound, match="'often_zer0'"):
        feature_profiles(raw.store, PLAIN, "often_zer0")


def test_results_of_windows_are_those_of_the_report(raw: RawStore) -> None:
    version = registry.version(raw.store, "plain")
    values = drift_values(raw.store, version, Window(day(20), day(22)))
    report = drift_report(raw.store, Scope("plain", start=day(20), end=day(22)))

    effects = [(v.window.start, v.column, v.value, v.status) for v in values if v.metric == "psi"]
    assert effects == [(w.start, f.feature, f.effect, f.status) for w in report.windows for f in w.features]
    assert [v.status for v in values if v.metric == "share_drifted"] == [w.status for w in report.windows]


def test_the_document_has_the_promised_keys(raw: RawStore) -> None:
    content = document(drift_report(raw.store, Scope("plain", window="week")))

    assert {"model", "version", "from", "to", "window", "against", "n_reference", "n_current"} <= set(content)
    assert {"share_drifted", "status", "features", "multivariate", "windows"} <= set(content)
    assert {"start", "end", "n", "status", "features"} == set(content["windows"][0])
    numeric, categorical = (
        next(f for f in content["features"] if f["feature"] == name) for name in ("x", "kind")
    )
    assert {"feature", "kind", "role", "status", "n_reference", "n_current", "missing_reference"} <= set(
        numeric
    )
    assert {"missing_current", "effect", "effect_method", "pvalue", "qvalue", "importance", "impact"} <= set(
        numeric
    )
    assert set(numeric["methods"]) | set(categorical["methods"]) == set(METHODS)
    assert set(numeric["methods"]) & set(categorical["methods"]) < set(METHODS)


def test_every_row_is_counted_once(raw: RawStore) -> None:
    report = drift_report(raw.store, PLAIN)

    assert sum(w.n for w in report.windows) == report.n_current == (DAYS + 2) * PER_DAY
