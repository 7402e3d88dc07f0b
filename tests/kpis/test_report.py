"""KPIs on a real store, against pandas on the rows that went into it."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from monitoring.kpis.report import KpiReport, kpi_report, kpi_values
from monitoring.scope import Scope, Segment
from monitoring.store import Store, registry, results
from monitoring.thresholds import Status
from monitoring.windows import Window
from tests.made_store import made_store

SPEC = """
model: shop
version: "1"
task: regression
reference: reference.parquet
columns: {id: id, timestamp: at, timezone: Europe/Paris, prediction: said, truth: was}
features: [{name: x, kind: numeric}]
segments: [site]
context: [site]
window: day
kpis:
  - {name: lost, formula: "sum(y_true - y_pred)", unit: EUR, direction: down, target: 40, per: day}
  - {name: mean_said, formula: "avg(said)", direction: up, target: 100, per: week}
  - {name: rows, formula: "count(*)", direction: up}
"""


def rows(days: int, name: str) -> pd.DataFrame:
    """Ten rows a day from Monday 6 May 2024; each day loses 10 more than the one before, half of it in the north."""
    at = pd.Timestamp("2024-05-06", tz="Europe/Paris")
    table = [
        {
            "id": f"{name}{day}-{hour}",
            "at": at + pd.Timedelta(days=day, hours=hour),
            "x": 1.0,
            "site": "north" if hour % 2 else "south",
            "said": 90.0 + day,
            "was": 90.0 + day + day,
        }
        for day in range(days)
        for hour in range(10)
    ]
    return pd.DataFrame(table)


LIVE = rows(10, "i").assign(
    was=lambda t: t["was"].where(t["at"] < pd.Timestamp("2024-05-15", tz="Europe/Paris"))
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with made_store(tmp_path_factory.mktemp("shop"), SPEC, rows(3, "r"), LIVE) as opened:
        yield opened


def at(day: int, hour: int = 0) -> pd.Timestamp:
    return pd.Timestamp("2024-05-06", tz="Europe/Paris") + pd.Timedelta(days=day, hours=hour)


def values(report: KpiReport, name: str) -> list[float | None]:
    (series,) = [each for each in report.kpis if each.name == name]
    return [window.value for window in series.windows]


def statuses(report: KpiReport, name: str) -> list[Status]:
    (series,) = [each for each in report.kpis if each.name == name]
    return [window.status for window in series.windows]


def test_a_formula_is_evaluated_over_the_rows_of_each_window_of_its_target(store: Store) -> None:
    report = kpi_report(store, Scope("shop"))

    assert [(each.name, each.per) for each in report.kpis] == [
        ("lost", "day"),
        ("mean_said", "week"),
        ("rows", "day"),
    ]
    # 10 rows a day, each off by the number of the day; truth of the last day has not come.
    assert values(report, "lost") == [10.0 * day for day in range(9)] + [None]
    assert values(report, "mean_said") == [93.0, 98.0]
    assert values(report, "rows") == [10.0] * 10


def test_a_value_is_held_against_its_target(store: Store) -> None:
    report = kpi_report(store, Scope("shop"))

    # 40 is the target, and 50 is 1.25 times it.
    assert statuses(report, "lost")[:7] == [Status.OK] * 5 + [Status.WARNING, Status.CRITICAL]
    assert statuses(report, "rows") == [Status.OK] * 10


def test_windows_without_truth_or_that_nothing_fills_are_not_judged(store: Store) -> None:
    report = kpi_report(store, Scope("shop"))

    assert statuses(report, "lost")[-1] is Status.NOT_ENOUGH_DATA
    # The second week has three days of inferences.
    assert statuses(report, "mean_said") == [Status.WARNING, Status.NOT_ENOUGH_DATA]


def test_a_window_that_the_period_cuts_is_not_judged(store: Store) -> None:
    report = kpi_report(store, Scope("shop", start=at(5), end=at(7, 5)))

    assert values(report, "lost") == [50.0, 60.0, 35.0]
    assert statuses(report, "lost") == [Status.WARNING, Status.CRITICAL, Status.NOT_ENOUGH_DATA]
    assert statuses(report, "mean_said") == [Status.NOT_ENOUGH_DATA, Status.NOT_ENOUGH_DATA]


def test_a_segment_is_shown_and_not_held_against_the_target_of_all(store: Store) -> None:
    report = kpi_report(store, Scope("shop", segment=Segment("site", "north")))

    assert values(report, "lost")[8] == 40.0
    assert set(statuses(report, "lost")[:9]) == {Status.OK}
    assert report.kpis[0].target == 40


def test_another_window_than_the_targets_is_not_judged_by_it(store: Store) -> None:
    report = kpi_report(store, Scope("shop", window="week"))

    assert values(report, "lost") == [210.0, 150.0]
    assert statuses(report, "lost")[0] is Status.OK


def test_results_are_kept_for_the_windows_of_each_target(store: Store) -> None:
    version = registry.version(store, "shop")

    kept = results.read(store, version, "kpi", metric="lost")
    assert [item.value for item in kept][:9] == [10.0 * day for day in range(9)]
    again = kpi_values(store, version, Window(at(2), at(3)))
    assert [(item.metric, item.value) for item in again] == [
        ("lost", 20.0),
        ("rows", 10.0),
        ("mean_said", 93.0),
    ]
    assert kpi_values(store, version, Window(at(2), at(2))) == []


def test_a_period_without_inferences_has_no_windows(store: Store) -> None:
    report = kpi_report(store, Scope("shop", start=at(300), end=at(301)))

    assert [each.windows for each in report.kpis] == [(), (), ()]


def test_a_model_without_kpis_has_none(tmp_path: Path) -> None:
    spec = SPEC.partition("kpis:")[0]
    with made_store(tmp_path, spec, rows(3, "r"), LIVE) as opened:
        assert kpi_report(opened, Scope("shop")).kpis == ()
        assert kpi_values(opened, registry.version(opened, "shop"), Window(at(0), at(1))) == []
