"""Data quality as reported, against the raw rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from monitoring.document import document, dumps
from monitoring.errors import NotFound
from monitoring.quality.evidence import Extremes, UnseenValues, WorstWindow
from monitoring.quality.report import (
    CheckResult,
    QualityReport,
    QualityWindow,
    check_history,
    quality_report,
    quality_values,
)
from monitoring.scope import Scope, Segment
from monitoring.store import registry
from monitoring.thresholds import Status
from monitoring.windows import Window
from tests.raw_store import (
    CROWDED,
    DAYS,
    FIRST,
    OUTSIDE,
    PER_DAY,
    SILENT,
    UNSEEN,
    WITHOUT,
    RawStore,
    raw_store,
)

PLAIN = Scope("plain")


def day(number: int) -> datetime:
    """The local midnight that begins a day of the store."""
    moment: datetime = (FIRST + pd.DateOffset(days=number)).to_pydatetime()
    return moment


def found(report: QualityReport | QualityWindow, check: str, column: str | None) -> CheckResult:
    return next(c for c in report.checks if (c.check, c.column) == (check, column))


def window(report: QualityReport, number: int) -> QualityWindow:
    return next(w for w in report.windows if w.start == day(number))


def test_every_check_of_every_column_is_answered_from_the_rows(raw: RawStore) -> None:
    report = quality_report(raw.store, PLAIN)
    x, x_reference = raw.live["x"], raw.reference["x"]
    low, high = x_reference.min(), x_reference.max()

    missing = found(report, "missing", "x")
    assert (missing.value, missing.n_rows) == (x.isna().mean(), x.isna().sum())
    assert missing.expected == x_reference.isna().mean()
    outside = found(report, "range", "x")
    assert outside.n_rows == ((x < low) | (x > high)).sum()
    assert outside.value == outside.n_rows / len(x)
    assert outside.evidence == Extremes(x.min(), x.max(), low, high)
    unseen = found(report, "unseen_category", "kind")
    assert unseen.value == (raw.live["kind"] == "new").mean()
    assert unseen.evidence == UnseenValues(("new",))
    assert unseen.detail == "'new'"
    assert report.n == len(raw.live)


def test_a_fault_of_one_day_stands_in_its_window_with_its_share(raw: RawStore) -> None:
    report = quality_report(raw.store, PLAIN)

    for number, check, column in (
        (UNSEEN, "unseen_category", "kind"),
        (OUTSIDE, "range", "x"),
        (WITHOUT, "missing", "x"),
    ):
        rows = raw.days(number, number + 1)
        bad = {
            "kind": rows["kind"] == "new",
            "x": rows["x"].isna() if check == "missing" else rows["x"] > raw.reference["x"].max(),
        }
        result = found(window(report, number), check, column)
        assert (result.n_rows, result.value) == (bad[column].sum(), bad[column].mean())
        assert result.status == Status.CRITICAL
    assert window(report, 3).checks == ()
    assert window(report, 3).n == PER_DAY


def test_silence_and_crowding_are_volume(raw: RawStore) -> None:
    report = quality_report(raw.store, PLAIN)

    silent, crowded = window(report, SILENT), window(report, CROWDED)
    assert (silent.n, silent.status) == (0, Status.CRITICAL)
    assert found(silent, "volume", None).expected == PER_DAY
    much = found(crowded, "volume", None)
    assert (much.value, much.status) == (4 * PER_DAY, Status.WARNING)
    volume = found(report, "volume", None)
    assert (volume.status, volume.value) == (Status.CRITICAL, 0.0)
    assert volume.evidence == WorstWindow(day(SILENT), day(SILENT + 1))
    assert sum("volume" in {c.check for c in w.checks} for w in report.windows) == 2


def test_the_usual_volume_is_that_of_the_time_before_the_period(raw: RawStore) -> None:
    report = quality_report(raw.store, Scope("plain", start=day(30), end=day(33)))

    assert found(window(report, CROWDED), "volume", None).expected == PER_DAY
    assert [w.n for w in report.windows] == [PER_DAY, 4 * PER_DAY, PER_DAY]


def test_a_window_that_is_cut_or_still_filling_has_not_too_few_rows(raw: RawStore) -> None:
    cut = Scope("plain", start=day(20) + pd.Timedelta(hours=20), end=day(23) + pd.Timedelta(hours=2))
    weekly = quality_report(raw.store, Scope("plain", start=day(0), end=day(DAYS - 3), window="week"))

    for report in (quality_report(raw.store, cut), weekly):
        assert [c for w in report.windows for c in w.checks if c.check == "volume"] == []


def test_a_period_that_cuts_days_counts_its_rows_only(raw: RawStore) -> None:
    start, end = day(25) + pd.Timedelta(hours=9, minutes=30), day(27) + pd.Timedelta(hours=7)
    report = quality_report(raw.store, Scope("plain", start=start, end=end))
    rows = raw.live[(raw.live["at"] >= start) & (raw.live["at"] < end)]

    assert report.n == len(rows)
    assert found(report, "missing", "x").value == rows["x"].isna().mean()


def test_a_segment_is_compared_with_its_own_reference(raw: RawStore) -> None:
    report = quality_report(raw.store, Scope("plain", segment=Segment("site", "south")))
    rows, reference = (frame[frame["site"] == "south"] for frame in (raw.live, raw.reference))

    assert report.n == len(rows)
    missing = found(report, "missing", "x")
    assert (missing.value, missing.expected) == (rows["x"].isna().mean(), reference["x"].isna().mean())


def test_refused_rows_are_counted_by_reason_and_in_their_window(raw: RawStore, tmp_path: Path) -> None:
    from monitoring.ingest.intake import log

    with raw_store(tmp_path) as made:
        bad = made.days(3, 4).head(3).assign(x="lots", id=["b1", "b2", "b3"]).drop(columns="was")
        bad.to_csv(tmp_path / "bad.csv", index=False)
        log(made.store, "plain", [tmp_path / "bad.csv"], lambda what: None)
        report = quality_report(made.store, PLAIN)

    kinds = found(report, "type", "x")
    assert (kinds.n_rows, kinds.value) == (3, 3 / (len(made.live) + 3))
    assert kinds.status == Status.WARNING
    assert found(window(report, 3), "type", "x").n_rows == 3
    assert report.quarantine.rows == 3
    assert sum(report.quarantine.reasons.values()) == 3


def test_the_order_of_the_rows_does_not_matter(raw: RawStore, tmp_path: Path) -> None:
    with raw_store(tmp_path, order=3) as shuffled:
        for scope in (PLAIN, Scope("plain", window="week"), Scope("plain", segment=Segment("kind", "a"))):
            assert dumps(quality_report(shuffled.store, scope)) == dumps(quality_report(raw.store, scope))


def test_one_check_over_time_has_every_window(raw: RawStore) -> None:
    history = check_history(raw.store, PLAIN, "missing", "x")
    daily = raw.live["x"].isna().groupby(raw.live["at"].dt.tz_convert(FIRST.tz).dt.date).mean()

    assert [r.value for r in history.results] == pytest.approx(daily.tolist())
    assert len(history.windows) == DAYS - 1
    assert history.results[WITHOUT - 1].status == Status.CRITICAL


def test_the_volume_over_time_has_the_silent_day_too(raw: RawStore) -> None:
    history = check_history(raw.store, PLAIN, "volume", None)

    assert history.windows[SILENT] == Window(day(SILENT), day(SILENT + 1))
    assert history.results[SILENT].value == 0.0
    assert len(history.windows) == DAYS


def test_a_check_that_there_is_none_of_is_named(raw: RawStore) -> None:
    with pytest.raises(NotFound, match="no column 'y'"):
        check_history(raw.store, PLAIN, "missing", "y")
    with pytest.raises(NotFound, match="no check 'range'"):
        check_history(raw.store, PLAIN, "range", "kind")


def test_results_of_windows_are_those_of_the_report(raw: RawStore) -> None:
    version = registry.version(raw.store, "plain")
    values = quality_values(raw.store, version, Window(day(20), day(28)))

    report = quality_report(raw.store, Scope("plain", start=day(20), end=day(28)))
    expected = [(w.start, c.check, c.column, c.value) for w in report.windows for c in w.checks]
    assert [(v.window.start, v.metric, v.column, v.value) for v in values] == expected


def test_the_document_has_the_promised_keys(raw: RawStore) -> None:
    content = document(quality_report(raw.store, PLAIN))

    assert {"model", "version", "from", "to", "window", "checks", "quarantine"} <= set(content)
    assert all(
        {"check", "column", "status", "value", "expected", "n_rows", "detail"} <= set(check)
        for check in content["checks"]
    )
    assert content["quarantine"] == {"rows": 0, "reasons": {}}


def test_a_version_without_inferences_has_nothing_to_check(tmp_path: Path) -> None:
    from monitoring.registration import register
    from monitoring.store import Store
    from tests.raw_store import SPEC

    rng = np.random.default_rng(0)
    with raw_store(tmp_path / "full") as made:
        made.reference.sample(200, random_state=rng).to_parquet(tmp_path / "reference.parquet", index=False)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("training: training.parquet\n", ""), "utf-8")
    with Store.open(tmp_path / "vigie.duckdb") as store:
        register(store, tmp_path / "spec.yaml", lambda what: None)
        report = quality_report(store, PLAIN)

    assert (report.n, report.windows, report.status) == (0, (), Status.NOT_ENOUGH_DATA)
