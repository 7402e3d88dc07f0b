import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitoring import palette
from monitoring.explain.charts import (
    MAX_POINTS,
    AgreementPoint,
    AgreementWords,
    Contribution,
    Texts,
    WaterfallWords,
    agreement_figure,
    beeswarm_figure,
    dependence_figure,
    importance_figure,
    importance_over_time_figure,
    waterfall_figure,
)
from monitoring.explain.summary import FeatureImportance, feature_importances
from monitoring.thresholds import Status

TEXTS = Texts("log odds", "May", "reference", low="low", high="high", number=".0%")
WORDS = WaterfallWords(
    axis="log odds",
    base="base",
    output="output",
    rest=lambda count: f"{count} others",
    level=lambda value: f"[{value:g}]",
    step=lambda size: f"{size:+g}",
)
AGREEMENT = AgreementWords("agreement", "limit", {status: status.value for status in Status})


def importance(feature: str, size: float, rank: int) -> FeatureImportance:
    return FeatureImportance(feature, size, -size, size / 10, rank)


def test_the_most_important_feature_stands_on_top() -> None:
    current = [importance("a", 1.0, 3), importance("b", 5.0, 1), importance("c", 2.0, 2)]
    figure = importance_figure(current, TEXTS, labels={"b": "Bread"}, top=2)
    assert len(figure.data) == 1
    assert (figure.data[0].y, figure.data[0].x) == (("Bread", "c"), (5.0, 2.0))
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.xaxis.title.text == "log odds"


def test_the_reference_stands_beside_and_may_lack_a_feature() -> None:
    figure = importance_figure(
        [importance("a", 2.0, 1), importance("b", 1.0, 2)], TEXTS, reference=[importance("b", 4.0, 1)]
    )
    before, after = figure.data
    assert (before.name, before.x) == ("reference", (None, 4.0))
    assert (after.name, after.x) == ("May", (2.0, 1.0))


def test_a_waterfall_goes_from_the_base_to_the_output() -> None:
    steps = [Contribution("a", "1 mi", 0.5), Contribution("b", "JFK", -2.0), Contribution("c", "3", 0.25)]
    bars = waterfall_figure(1.0, [*steps, Contribution("d", "4", 0.125)], WORDS, top=2).data[0]
    assert bars.measure == ("absolute", "relative", "relative", "relative", "total")
    assert (bars.base, bars.x) == (1.0, (0.0, -2.0, 0.5, 0.375, 0.0))
    assert bars.text == ("[1]", "-2", "+0.5", "+0.375", "[-0.125]")
    assert bars.hovertext == (
        "base: [1]",
        "b = JFK: -2",
        "a = 1 mi: +0.5",
        "2 others: +0.375",
        "output: [-0.125]",
    )
    assert bars.increasing.marker.color == palette.INCREASE


def test_a_waterfall_shows_every_step_where_there_are_few_and_room_for_the_numbers() -> None:
    figure = waterfall_figure(0.0, [Contribution("a", "1", 2.0)], WORDS)
    assert figure.layout.yaxis.ticktext == ("base", "a = 1", "output")
    assert figure.layout.xaxis.range == pytest.approx((-0.32, 2.32))
    assert figure.layout.xaxis.ticktext is None


def test_the_axis_of_a_waterfall_can_be_read_in_another_unit() -> None:
    words = replace(WORDS, ticks=((-1.0, "27 %"), (0.0, "50 %")))
    axis = waterfall_figure(0.0, [Contribution("a", "1", -1.0)], words).layout.xaxis
    assert (axis.tickvals, axis.ticktext) == ((-1.0, 0.0), ("27 %", "50 %"))


def test_a_waterfall_without_steps_is_drawn() -> None:
    figure = waterfall_figure(0.0, [], WORDS)
    assert (figure.data[0].x, figure.layout.xaxis.range) == ((0.0, 0.0), pytest.approx((-0.16, 0.16)))


def test_a_swarm_has_a_row_for_each_feature_and_few_points() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(5000, 4)) * [1, 4, 2, 3]
    figure = beeswarm_figure(values, rng.random((5000, 4)), "abcd", TEXTS, top=3)
    assert figure.layout.yaxis.ticktext == ("b", "d", "c")
    assert sum(len(trace.x) for trace in figure.data) <= MAX_POINTS
    assert {trace.type for trace in figure.data} == {"scattergl"}
    heights = np.concatenate([trace.y for trace in figure.data])
    assert np.abs(heights - np.round(heights)).max() <= 0.4


def test_points_without_a_level_are_grey_and_none_is_lost() -> None:
    values, levels = np.array([[1.0], [2.0], [3.0]]), np.array([[np.nan], [0.0], [1.0]])
    grey, coloured = beeswarm_figure(values, levels, ["a"], TEXTS).data
    assert (list(grey.x), grey.marker.color) == ([1.0], palette.REFERENCE)
    assert (list(coloured.x), list(coloured.marker.color)) == ([2.0, 3.0], [0.0, 1.0])


@pytest.mark.parametrize("shape", [(0, 2), (3, 0), (1, 1)])
def test_a_swarm_of_nothing_is_drawn(shape: tuple[int, int]) -> None:
    assert beeswarm_figure(np.zeros(shape), np.zeros(shape), "ab"[: shape[1]], TEXTS).data


def test_lines_over_time_leave_gaps_and_begin_with_the_largest() -> None:
    starts = [datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=day) for day in range(3)]
    figure = importance_over_time_figure(
        starts, {"a": [0.1, None, 0.3], "b": [0.5, math.nan, 0.7], "c": [None, None, None]}, TEXTS, top=2
    )
    assert [(line.name, line.y) for line in figure.data] == [("b", (0.5, None, 0.7)), ("a", (0.1, None, 0.3))]
    assert not any(line.connectgaps for line in figure.data)


def test_lines_over_time_name_a_few_windows_and_say_which_was_clicked() -> None:
    starts = [datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=day) for day in range(25)]
    windows = [f"day {day}" for day in range(25)]
    figure = importance_over_time_figure(starts, {"a": [0.1] * 25}, TEXTS, windows=windows)
    assert len(figure.layout.xaxis.ticktext) == 9
    assert figure.layout.xaxis.ticktext[:2] == ("day 0", "day 3")
    assert figure.data[0].customdata[1] == "2024-05-02T00:00:00+00:00"


def agreement(day: int, value: float, status: Status) -> AgreementPoint:
    return AgreementPoint(datetime(2024, 5, day, tzinfo=UTC), value, status, f"day {day}", f"<b>{day}</b>")


def test_agreement_is_marked_by_its_verdict_above_the_limit() -> None:
    points = [
        agreement(1, 0.99, Status.OK),
        agreement(2, 0.85, Status.WARNING),
        agreement(3, math.nan, Status.NOT_ENOUGH_DATA),
    ]
    figure = agreement_figure(points, AGREEMENT, limit=0.9)
    assert [trace.name for trace in figure.data] == [None, "ok", "warning", "limit"]
    assert figure.data[2].y == (0.85,)
    assert figure.data[3].y == (0.9, 0.9)
    assert figure.layout.yaxis.range == pytest.approx((0.83, 1.01))


def test_agreement_of_no_window_is_drawn() -> None:
    assert agreement_figure([], AGREEMENT, limit=0.9).layout.yaxis.range == pytest.approx((0.88, 1.01))


def test_numbers_lie_on_an_axis_and_missing_ones_nowhere() -> None:
    points = dependence_figure([1.0, None, 3.0], np.array([0.5, 9.0, -0.5]), ["a", "b", "c"], TEXTS).data[0]
    assert (points.x, points.y, points.customdata) == ((1.0, 3.0), (0.5, -0.5), ("a", "c"))


def test_times_lie_on_an_axis_as_the_clock_says_them() -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    points = dependence_figure([noon], np.array([0.5]), ["a"], TEXTS).data[0]
    assert points.x == ("2024-05-01T12:00:00",)


def test_categories_stand_side_by_side_the_highest_on_the_right() -> None:
    figure = dependence_figure(["x", "y", "x", "<b>"], np.array([0.5, -1.0, 0.7, 2.0]), list("abcd"), TEXTS)
    assert list(dict.fromkeys(figure.data[0].x)) == ["y", "x", "&lt;b&gt;"]
    assert figure.data[0].customdata == ("b", "a", "c", "d")
    assert figure.layout.xaxis.type == "category"


def test_users_text_is_text_in_every_figure() -> None:
    evil = "<a href='javascript:alert(1)'>x</a>"
    values = np.ones((2, 1))
    steps = [Contribution(evil, evil, 1.0), Contribution("b", "<b>", 0.5)]
    figures = [
        importance_figure(feature_importances(values, (evil,)), TEXTS),
        waterfall_figure(0.0, steps, WORDS),
        dependence_figure([evil, "b"], np.zeros(2), ["1", "2"], replace(TEXTS, current=evil)),
        beeswarm_figure(values, values, [evil], TEXTS),
        importance_over_time_figure([datetime(2024, 5, 1, tzinfo=UTC)], {evil: [1.0]}, TEXTS),
    ]
    for figure in figures:
        # What a click hands over is never shown.
        figure.update_traces(customdata=None)
        written = (
            figure.to_json()
            .replace("<extra></extra>", "")
            .replace("\\u003cextra\\u003e\\u003c\\u002fextra\\u003e", "")
        )
        assert "<" not in written
        assert "\\u003c" not in written
        assert "&lt;" in written.replace("\\u0026", "&")
