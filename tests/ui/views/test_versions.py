"""What the page of versions says about a comparison whose numbers are known."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.governance.comparison import ComparedWindow, Comparison, KpiChange, KpiPoint, MetricChange
from monitoring.performance.paired import Agreement
from monitoring.thresholds import Interval
from monitoring.ui.i18n import speaking
from monitoring.ui.views import versions
from monitoring.ui.views.version_figures import kpi_series, metric_series
from monitoring.ui.views.versions import Reading
from tests.ui.watches import names

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)
NOTHING = Interval(math.nan, math.nan, math.nan)


def metric(name: str, before: float, after: float, half: float = 0.01) -> MetricChange:
    change = after - before
    return MetricChange(
        name,
        Interval(before, before - 0.05, before + 0.05),
        Interval(after, after - 0.05, after + 0.05),
        Interval(change, change - half, change + half),
    )


def kpi(*pairs: tuple[float, float], direction: str = "down", **changes: Any) -> KpiChange:
    points = tuple(
        KpiPoint(MONDAY + timedelta(weeks=i), MONDAY + timedelta(weeks=i + 1), *pair, True)
        for i, pair in enumerate(pairs)
    )
    total = [sum(column) for column in zip(*pairs, strict=True)]
    values: dict[str, Any] = {
        "name": "cost",
        "unit": "USD",
        "direction": direction,
        "target": 100.0,
        "per": "week",
        "formula": "sum(1)",
        "champion": total[0],
        "challenger": total[1],
        "difference": Interval(-20.0, -30.0, -10.0),
        "windows": points,
    }
    return KpiChange(**(values | changes))


def comparison(*metrics: MetricChange, **changes: Any) -> Comparison:
    windows = tuple(
        ComparedWindow(
            MONDAY + timedelta(weeks=i),
            MONDAY + timedelta(weeks=i + 1),
            50,
            Interval(0.6, 0.5, 0.7),
            Interval(0.7, 0.6, 0.8) if i else NOTHING,
        )
        for i in range(2)
    )
    values: dict[str, Any] = {
        "model": "m",
        "champion": "1",
        "challenger": "2",
        "from_": MONDAY,
        "to": MONDAY + timedelta(weeks=2),
        "window": "week",
        "n": 1200,
        "n_compared": 1000,
        "agreement": Agreement(1000, 0.8, None, 50, 150),
        "primary": "roc_auc",
        "metrics": metrics or (metric("roc_auc", 0.65, 0.67),),
        "windows": windows,
        "kpis": (kpi((100.0, 80.0), (110.0, 90.0)),),
    }
    return Comparison(**(values | changes))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (metric("roc_auc", 0.65, 0.67), Reading.BETTER),
        (metric("roc_auc", 0.67, 0.65), Reading.WORSE),
        (metric("roc_auc", 0.65, 0.655), Reading.EVEN),
        (metric("roc_auc", 0.65, 0.67, math.nan), Reading.UNKNOWN),
        (metric("mean_absolute_error", 20.0, 25.0), Reading.WORSE),
        (metric("mean_absolute_error", 25.0, 20.0), Reading.BETTER),
        (metric("mean_error", 0.0, 5.0), Reading.UNKNOWN),
    ],
)
def test_a_difference_is_read_by_its_interval_and_its_direction(
    change: MetricChange, expected: Reading
) -> None:
    assert versions.metric_reading(change) is expected


def test_the_lead_says_which_is_better_and_how_sure_that_is() -> None:
    assert versions.lead(comparison()) == (
        "Version 2 is better than version 1: ROC AUC 0.67 against 0.65, +0.02 (95% interval: +0.01 to +0.03)."
    )
    with speaking("fr"):
        assert versions.lead(comparison()) == (
            "La version 2 fait mieux que la version 1\u00a0: AUC ROC 0,67 contre 0,65, soit +0,02 "
            "(intervalle à 95\u00a0%\u00a0: +0,01 à +0,03)."
        )


@pytest.mark.parametrize(
    ("change", "beginning"),
    [
        (metric("roc_auc", 0.67, 0.65), "Version 2 is worse than version 1: "),
        (metric("roc_auc", 0.65, 0.655), "Versions 2 and 1 cannot be told apart for sure: "),
        (
            metric("roc_auc", 0.65, 0.67, math.nan),
            "Version 2 beside version 1: ROC AUC 0.67 against 0.65 (+0.02).",
        ),
    ],
)
def test_the_lead_claims_no_more_than_is_known(change: MetricChange, beginning: str) -> None:
    assert versions.lead(comparison(change)).startswith(beginning)


def test_what_follows_the_lead_is_money_agreement_and_rows() -> None:
    assert versions.more(comparison(), names()) == (
        "Over all 1,200 inferences that both have scored: Cost of delays -19.0%. "
        "Both give the same answer for 80.0% of the inferences; where only one of them is right, it is version 2 "
        "in 75.0% of the cases. "
        "Metrics are measured on the 1,000 inferences whose ground truth is known, Mar 4\u2009–\u200917, 2024."
    )


def test_a_kpi_that_may_be_chance_says_so() -> None:
    even = kpi((100.0, 90.0), (90.0, 101.0), difference=Interval(0.5, -60.0, 60.0))
    assert "Cost of delays +0.5%, which may be chance." in versions.more(comparison(kpis=(even,)), names())


def test_without_kpis_the_text_is_shorter() -> None:
    assert versions.kpi_sentence(comparison(kpis=()), names()) == ""


def test_agreement_of_numbers_is_told_as_a_distance() -> None:
    found = comparison(agreement=Agreement(10, None, 2.5, 0, 0))
    assert versions.agreement_sentence(found) == (
        "Their predictions are 2.5 apart on average; where they differ, version 2 is nearer to the truth "
        "in – of the cases."
    )


def test_tiles_show_the_challenger_beside_the_champion() -> None:
    auc, cost = versions.tiles_of(comparison(), names())
    assert (auc.label, auc.value, auc.detail) == ("ROC AUC", "0.67", "version 1: 0.65, +0.02 · ▲ better")
    assert auc.trend == [None, 0.7]
    assert (cost.label, cost.value) == ("Cost of delays", "$170")
    assert cost.detail == "version 1: $210, -19.0% · better in 2 of 2 whole weeks"
    assert cost.trend == [80.0, 90.0]


def test_whether_a_week_was_better_depends_on_the_direction() -> None:
    assert versions.better_windows(kpi((100.0, 80.0), (90.0, 95.0))) == "better in 1 of 2 whole weeks"
    assert (
        versions.better_windows(kpi((100.0, 80.0), (90.0, 90.0), direction="up"))
        == "better in 0 of 2 whole weeks"
    )
    assert versions.better_windows(kpi((1.0, 2.0), windows=())) == ""


def test_a_change_from_nothing_has_no_percentage() -> None:
    assert versions.relative(kpi((0.0, 5.0))) is None
    assert versions.relative(kpi((-10.0, -5.0))) == 0.5
    assert versions.relative(kpi((1.0, 2.0), champion=None)) is None


def test_advice_says_what_is_missing() -> None:
    assert "log --version" in versions.advice(comparison(n=0, n_compared=0))
    assert versions.advice(comparison(n=1)) == (
        "1 inference was scored by both, but its ground truth has not come yet."
    )


def entry(name: str, *, scored: bool = True) -> CatalogVersion:
    last = MONDAY if scored else None
    return CatalogVersion(name, last, last, int(scored), "UTC", "day", {}, ("reference",))


def test_the_newest_version_with_inferences_challenges_the_one_before() -> None:
    model = CatalogModel("m", {}, (entry("1"), entry("2"), entry("3", scored=False)))
    choice = versions.choice_of(model)
    assert choice is not None
    assert (choice.names, choice.challenger) == (("3", "2", "1"), "2")
    assert choice.champions("2") == ["1", "3"]
    assert choice.champions("1") == ["2", "3"]


def test_one_version_alone_cannot_be_compared() -> None:
    assert versions.choice_of(CatalogModel("m", {}, (entry("1"),))) is None


def test_figures_name_windows_as_the_reader_does() -> None:
    champion, challenger = metric_series(comparison(), "UTC")
    assert (champion.name, challenger.name) == ("Version 1", "Version 2")
    assert [point.label for point in champion.points] == ["Mar 4, 2024", "Mar 11, 2024"]
    assert champion.points[0].hover == (
        "<b>Week of Mar 4, 2024</b><br>Version 1: 0.6 (0.5 to 0.7)<br>50 inferences"
    )
    assert math.isnan(challenger.points[0].value)


def test_a_kpi_is_drawn_by_its_whole_windows() -> None:
    found = kpi((100.0, 80.0), (110.0, 90.0))
    part = KpiPoint(MONDAY + timedelta(weeks=2), MONDAY + timedelta(weeks=3), 5.0, 4.0, False)
    found = replace(found, windows=(*found.windows, part))
    champion, challenger = kpi_series(found, comparison(), "UTC")
    assert [point.value for point in champion.points] == [100.0, 110.0]
    assert challenger.points[1].hover == "<b>Week of Mar 11, 2024</b><br>Version 2: $90.00"
