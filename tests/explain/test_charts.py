import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitoring import palette
from monitoring.explain.charts import (
    MAX_POINTS,
    Contribution,
    Texts,
    beeswarm_figure,
    importance_figure,
    importance_over_time_figure,
    waterfall_figure,
)
from monitoring.explain.summary import FeatureImportance, feature_importances

TEXTS = Texts(
    "log odds", "May", "reference", rest="2 others", base="base", output="output", low="low", high="high"
)


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
    bars = waterfall_figure(1.0, [*steps, Contribution("d", "4", 0.125)], TEXTS, top=2).data[0]
    assert bars.measure == ("absolute", "relative", "relative", "relative", "total")
    assert bars.x == (1.0, -2.0, 0.5, 0.375, -0.125)
    assert bars.hovertext == ("base", "b = JFK", "a = 1 mi", "2 others", "output")
    assert bars.increasing.marker.color == palette.INCREASE


def test_a_waterfall_shows_every_step_where_there_are_few() -> None:
    figure = waterfall_figure(0.0, [Contribution("a", "1", 2.0)], TEXTS)
    assert figure.layout.yaxis.ticktext == ("base", "a = 1", "output")
    assert figure.layout.xaxis.range == pytest.approx((0.0, 2.24))


def test_a_waterfall_without_steps_is_drawn() -> None:
    assert waterfall_figure(0.0, [], TEXTS).data[0].x == (0.0, 0.0)


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


def test_users_text_is_text_in_every_figure() -> None:
    evil = "<a href='javascript:alert(1)'>x</a>"
    values = np.ones((2, 1))
    steps = [Contribution(evil, evil, 1.0), Contribution("b", "<b>", 0.5)]
    figures = [
        importance_figure(feature_importances(values, (evil,)), TEXTS),
        waterfall_figure(0.0, steps, TEXTS),
        beeswarm_figure(values, values, [evil], TEXTS),
        importance_over_time_figure([datetime(2024, 5, 1, tzinfo=UTC)], {evil: [1.0]}, TEXTS),
    ]
    for figure in figures:
        written = (
            figure.to_json()
            .replace("<extra></extra>", "")
            .replace("\\u003cextra\\u003e\\u003c\\u002fextra\\u003e", "")
        )
        assert "<" not in written
        assert "\\u003c" not in written
        assert "&lt;" in written.replace("\\u0026", "&")
