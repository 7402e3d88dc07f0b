"""Windows on an axis, the history around a short period, and what a click stands for."""

from dataclasses import replace
from datetime import UTC, datetime

import plotly.graph_objects as go
import pytest

from monitoring.store import Store
from monitoring.ui import state
from monitoring.ui.i18n import speaking
from monitoring.ui.state import Context
from monitoring.ui.views import timeline
from monitoring.windows import Grain
from tests.ui.stubs import made_up_models


def context(**parameters: str) -> Context:
    wanted = {
        "model": "late-flights",
        "version": "2013-03",
        **{k.rstrip("_"): v for k, v in parameters.items()},
    }
    return state.resolve("performance", wanted, made_up_models(), language="en", open_store=_no_store)


def _no_store() -> Store:
    raise AssertionError("nothing here reads the store")


@pytest.mark.parametrize(
    ("grain", "with_year", "text"),
    [
        ("day", False, "Apr 8"),
        ("week", True, "Apr 8, 2013"),
        ("month", False, "Apr 2013"),
        ("hour", False, "Apr 8 06:00"),
    ],
)
def test_a_window_is_named_in_a_few_letters(grain: Grain, with_year: bool, text: str) -> None:
    moment = datetime(2013, 4, 8, 10, tzinfo=UTC)
    assert timeline.axis_label(moment, grain, "America/New_York", with_year=with_year) == text
    with speaking("fr"):
        assert "avr" in timeline.axis_label(moment, grain, "America/New_York", with_year=with_year)


def test_counts_of_windows_stand_in_sentences() -> None:
    assert timeline.some_of(3, 40, "week") == "in 3 of 40 weeks"
    assert timeline.some_of(1, 1, "day") == "on 1 of 1 day"
    assert timeline.all_of(1200, "hour") == "in 1,200 hours"
    assert timeline.each("$5", "month") == "$5 a month"
    with speaking("fr"):
        assert timeline.some_of(3, 40, "month") == "pour 3 mois sur 40"


def test_a_short_period_is_drawn_inside_its_history() -> None:
    week = context(from_="2013-09-16", to="2013-09-18")
    around = timeline.surroundings(week, 2)
    assert around is not None
    assert (around.start, around.end) == state.history(week.version)
    assert around.window == "week"


@pytest.mark.parametrize(("period", "n"), [({}, 2), ({"from_": "2013-09-16", "to": "2013-09-30"}, 14)])
def test_a_history_or_a_long_period_is_drawn_as_it_is(period: dict[str, str], n: int) -> None:
    assert timeline.surroundings(context(**period), n) is None
    assert timeline.is_part(context(**period)) == bool(period)


def test_windows_that_a_figure_cannot_tell_apart_become_longer_ones() -> None:
    assert timeline.drawable(context(window="day")).window == "week"
    assert timeline.drawable(context(window="month")).window == "month"
    few = context(window="day", from_="2013-09-01", to="2013-10-01")
    assert timeline.drawable(few) == few.scope


def test_without_inferences_there_is_no_history() -> None:
    nothing = replace(context(), start=None, end=None, version=None)
    assert timeline.surroundings(nothing, 0) is None


def test_the_chosen_period_is_shaded_by_its_own_clock() -> None:
    figure = timeline.shade(
        go.Figure(),
        datetime(2013, 9, 16, 4, tzinfo=UTC),
        datetime(2013, 9, 17, 4, tzinfo=UTC),
        "America/New_York",
    )
    (shape,) = figure.layout.shapes
    assert (shape.x0, shape.x1, shape.yref) == ("2013-09-16T00:00:00", "2013-09-17T00:00:00", "paper")


def test_a_click_stands_for_what_the_point_carries() -> None:
    event = {"selection": {"points": [{"customdata": "a"}, {"x": 1}, {"customdata": None}]}}
    assert timeline.clicked(event) == ["a"]
    assert timeline.clicked(None) == []
