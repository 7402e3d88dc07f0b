"""The history strip: where bars stand, how high, what they say and where they lead."""

from datetime import UTC, datetime

import pytest

from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.strip import Row
from monitoring.ui.views.history import group_of, span_of, ticks_of
from monitoring.windows import Window
from tests.ui.watches import domain, entry, episode, kpi, metric, names, watch, week

COSTS = (50.0, 110.0, 300.0, 50.0, 50.0, 50.0, 50.0, 50.0, 50.0, 5.0)
SEEN = watch(
    domains=[
        domain("drift", Status.OK, "........w."),
        domain("quality", Status.OK, ".........C"),
        domain("performance", Status.WARNING, "........w."),
        domain("kpi", Status.OK, ".wC......_"),
    ],
    trends=[
        kpi("cost", COSTS, judged=8),
        metric("mean_absolute_error", Status.OK, 21.0, 20.0, (20.0,) * 8 + (25.0, 20.0)),
    ],
    episodes=[
        episode("kpi", "cost", 1, 2, 300.0, expected=100.0),
        episode("performance", "mean_absolute_error", 8, 8, 25.0, expected=20.0),
        episode("drift", "psi", 8, 8, 0.5, column="dist"),
        episode("drift", "psi", 8, 8, 0.5, column="carrier"),
        episode("quality", "missing", 9, 9, 0.5, column="dist"),
        episode("quality", "volume", 9, 9, 5.0),
    ],
)
SPAN = span_of([SEEN])


def rows() -> tuple[Row, ...]:
    return group_of(SEEN, entry(), names(), SPAN, "Version 1").rows


def test_every_domain_has_its_row_money_first_and_leads_to_its_page() -> None:
    assert [(row.label, row.page) for row in rows()] == [
        ("KPIs", "performance"),
        ("Performance", "performance"),
        ("Data quality", "data_quality"),
        ("Drift", "drift"),
    ]
    assert {(row.parameters["model"], row.parameters["version"]) for row in rows()} == {("late", "1")}


def test_a_domain_without_history_has_no_row() -> None:
    seen = watch(domains=[domain("drift", Status.UNDEFINED, "")])
    assert group_of(seen, entry(), names(), SPAN, "").rows == ()


def test_bars_stand_side_by_side_on_the_axis_of_time() -> None:
    bars = rows()[0].bars
    assert [bar.left for bar in bars] == pytest.approx([i / 10 for i in range(10)])
    assert sum(bar.width for bar in bars) == pytest.approx(1.0)


def test_a_window_that_reaches_out_of_the_history_is_cut() -> None:
    early = Window(week(1), week(9))
    bars = group_of(SEEN, entry(), names(), early, "").rows[0].bars
    assert (bars[0].left, bars[0].width) == (0.0, 0.0)
    assert bars[-1].left == 1.0


def test_the_further_off_target_the_higher_the_bar() -> None:
    bars = rows()[0].bars
    assert [bar.weight for bar in bars[:4]] == pytest.approx([0.0, 0.1 / 2.0, 1.0, 0.0])


def test_bars_say_when_what_and_how_much() -> None:
    kpis, performance, quality, drift = rows()
    assert kpis.bars[0].text == ("Week of Jan 1, 2024: OK",)
    assert kpis.bars[2].text == ("Week of Jan 15, 2024: Critical", "Cost of delays: $300 (target $100)")
    assert kpis.bars[9].text == ("Week of Mar 4, 2024: Not enough data",)
    assert performance.bars[8].text[1] == "Average error: 25 (20 when it was validated)"
    assert quality.bars[9].text[1:] == ("Missing values: Distance", "Volume")
    assert drift.bars[8].text[1] == "Distance and carrier"


def test_a_bar_leads_to_its_window() -> None:
    assert rows()[0].bars[2].period == ("2024-01-15", "2024-01-22")


def test_the_axis_of_a_year_names_its_months_and_says_the_year_once() -> None:
    span = Window(datetime(2013, 4, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
    assert [tick.label for tick in ticks_of(span, "UTC")] == ["May 2013", "Jul", "Sep", "Nov"]
    with speaking("fr"):
        assert [tick.label for tick in ticks_of(span, "UTC")][:2] == ["mai 2013", "juil."]


def test_the_axis_of_a_few_months_names_each() -> None:
    span = Window(datetime(2013, 11, 15, tzinfo=UTC), datetime(2014, 3, 1, tzinfo=UTC))
    assert [tick.label for tick in ticks_of(span, "UTC")] == ["Dec 2013", "Jan 2014", "Feb"]


def test_the_axis_of_many_years_names_years() -> None:
    span = Window(datetime(2010, 3, 1, tzinfo=UTC), datetime(2016, 1, 1, tzinfo=UTC))
    assert [tick.label for tick in ticks_of(span, "UTC")] == ["2011", "2012", "2013", "2014", "2015"]


def test_the_axis_of_some_days_names_days_at_local_midnight() -> None:
    span = Window(datetime(2024, 1, 1, 5, tzinfo=UTC), datetime(2024, 1, 15, 5, tzinfo=UTC))
    ticks = ticks_of(span, "America/New_York")
    assert [tick.label for tick in ticks] == ["Jan 1", "Jan 3", "Jan 5", "Jan 7", "Jan 9", "Jan 11", "Jan 13"]
    assert [round(tick.left, 3) for tick in ticks[:2]] == [0.0, round(2 / 14, 3)]


def test_an_empty_span_is_one_place() -> None:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    assert ticks_of(Window(moment, moment), "UTC") == []
