"""Figures of performance as the browser gets them."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from monitoring import palette
from monitoring.performance.calibration import ReliabilityPoint
from monitoring.performance.charts import (
    ConfusionWords,
    ErrorWords,
    GroupPoint,
    GroupWords,
    MetricWords,
    ReliabilityWords,
    by_value_figure,
    confusion_figure,
    error_over_time_figure,
    metric_over_time_figure,
    reliability_figure,
)
from monitoring.performance.traces import MetricPoint, span_of
from monitoring.thresholds import Status

WORDS = MetricWords("AUC", "intervalle", "référence", "incomplet", {s: f"mot {s}" for s in Status})
ERRORS = ErrorWords("erreur", "erreur moyenne", "intervalle", "taille", "incomplet")
CONFUSION = ConfusionWords("vérité", "prédiction", lambda n, share: f"{n} ({share})")
RELIABILITY = ReliabilityWords(
    "score", "part", "lignes", "période", "référence", "parfait", lambda p: f"{p.n}"
)
FIRST = datetime(2013, 4, 1, tzinfo=UTC)
EVIL = '<a href="javascript:alert(1)">x</a>'
NO_VALUE = (math.nan, math.nan, math.nan)
VALUE = (0.7, 0.6, 0.8)


def point(
    day: int,
    numbers: tuple[float, float, float] = VALUE,
    status: Status = Status.OK,
    *,
    mature: bool = True,
    label: str = "",
) -> MetricPoint:
    start = FIRST + timedelta(days=day)
    return MetricPoint(start, start + timedelta(days=1), *numbers, status, mature, label, f"day {day}")


def traces(figure: go.Figure) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = json.loads(figure.to_json())["data"]
    return data


def by_name(figure: go.Figure) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in traces(figure) if "name" in trace}


def test_every_status_has_a_shape_and_a_colour_of_its_own() -> None:
    points = [point(day, status=status) for day, status in enumerate(Status)]
    marks = [by_name(metric_over_time_figure(points, WORDS))[f"mot {status}"]["marker"] for status in Status]
    assert len({mark["symbol"] for mark in marks}) == len(Status)
    assert [mark["color"] for mark in marks] == [palette.STATUS[status] for status in Status]


def test_immature_windows_are_hollow_and_on_a_dotted_line() -> None:
    points = [point(0), point(1), point(2, status=Status.NOT_ENOUGH_DATA, mature=False)]
    figure = metric_over_time_figure(points, WORDS)
    assert by_name(figure)["incomplet"]["marker"]["symbol"] == "circle-open"
    assert by_name(figure)["incomplet"]["x"] == ["2013-04-03T00:00:00"]
    assert by_name(figure)["mot ok"]["x"] == ["2013-04-01T00:00:00", "2013-04-02T00:00:00"]
    lines = {
        trace["line"]["dash"]: trace["x"] for trace in traces(figure) if trace.get("showlegend") is False
    }
    assert lines == {
        "solid": ["2013-04-01T00:00:00", "2013-04-02T00:00:00", None],
        "dot": ["2013-04-02T00:00:00", "2013-04-03T00:00:00", None],
    }


def test_the_band_goes_round_the_bounds_and_stops_where_windows_or_values_are_missing() -> None:
    points = [point(0), point(1), point(2, NO_VALUE, Status.UNDEFINED), point(3), point(5)]
    band = by_name(metric_over_time_figure(points, WORDS))["intervalle"]
    days = [None if x is None else int(x[8:10]) - 1 for x in band["x"]]
    assert days == [0, 1, 1, 0, None, 3, 3, None, 5, 5]
    assert band["y"] == [0.8, 0.8, 0.6, 0.6, None, 0.8, 0.6, None, 0.8, 0.6]
    assert band["fill"] == "toself"


def test_a_window_without_a_value_is_marked_at_the_bottom() -> None:
    figure = metric_over_time_figure([point(0), point(1, NO_VALUE, Status.UNDEFINED)], WORDS)
    assert by_name(figure)["mot undefined"]["y"] == [figure.layout.yaxis.range[0]]


def test_the_reference_is_a_line_over_all_windows_and_absent_without_a_value() -> None:
    line = by_name(metric_over_time_figure([point(0), point(4)], WORDS, reference=0.75))["référence"]
    assert (line["x"], line["y"]) == (["2013-04-01T00:00:00", "2013-04-05T00:00:00"], [0.75, 0.75])
    assert "référence" not in by_name(metric_over_time_figure([point(0)], WORDS))


def test_windows_of_few_rows_do_not_flatten_the_others_but_stay_in_sight() -> None:
    points = [point(0), point(1, (0.95, 0.0, 1.0), Status.NOT_ENOUGH_DATA)]
    low, high = metric_over_time_figure(points, WORDS).layout.yaxis.range
    assert 0.5 < low < 0.6
    assert 0.95 < high < 1.0


def test_a_click_gives_the_start_of_the_window_and_the_pointer_its_whole_text() -> None:
    trace = by_name(metric_over_time_figure([point(3)], WORDS))["mot ok"]
    assert trace["customdata"] == ["2013-04-04T00:00:00+00:00"]
    assert (trace["hovertext"], trace["hovertemplate"]) == (["day 3"], "%{hovertext}<extra></extra>")


def test_many_windows_name_a_few_and_labels_are_text() -> None:
    points = [point(day, label=EVIL if day == 0 else f"{day}") for day in range(95)]
    axis = metric_over_time_figure(points, WORDS).layout.xaxis
    assert len(axis.ticktext) == len(axis.tickvals) == 10
    assert "<" not in axis.ticktext[0]


@pytest.mark.parametrize("points", [[], [point(0, NO_VALUE, Status.UNDEFINED)]])
def test_nothing_to_show_is_still_a_figure(points: list[MetricPoint]) -> None:
    assert metric_over_time_figure(points, WORDS, reference=0.7).layout.yaxis.title.text == "AUC"
    assert error_over_time_figure(points, [math.nan for _ in points], ERRORS).layout.shapes


def test_an_axis_has_room_around_what_it_shows() -> None:
    assert span_of(1.0, 2.0, math.nan) == pytest.approx((0.94, 2.06))
    assert span_of(4.0) == (2.0, 6.0)
    assert span_of(0.0) == (-0.5, 0.5)
    assert span_of(math.inf) == (0.0, 1.0)


def test_errors_stand_in_the_range_of_their_usual_size() -> None:
    bias = [point(0, (1.0, 0.5, 1.5)), point(1, (-2.0, -3.0, -1.0), mature=False), point(2, NO_VALUE)]
    figure = error_over_time_figure(bias, [4.0, 5.0, math.nan], ERRORS)
    assert by_name(figure)["taille"]["y"] == [4.0, 5.0, -5.0, -4.0]
    assert by_name(figure)["erreur moyenne"]["y"] == [1.0]
    assert by_name(figure)["incomplet"]["y"] == [-2.0]
    assert figure.layout.yaxis.range[0] < -5.0


def test_a_confusion_shades_shares_of_the_truth_and_tells_right_from_wrong() -> None:
    figure = confusion_figure(np.array([[3, 1], [0, 0]]), ["no", EVIL], CONFUSION)
    right, wrong, text = traces(figure)
    assert figure.data[0].z.tolist()[0][0] == 0.75
    assert figure.data[1].z.tolist()[0][1] == 0.25
    assert math.isnan(figure.data[0].z.tolist()[0][1])
    assert right["colorscale"] != wrong["colorscale"]
    assert text["text"] == ["3 (0.75)", "1 (0.25)", "0 (None)", "0 (None)"]
    assert "<a" not in json.dumps(json.loads(figure.to_json()))
    assert figure.layout.yaxis.autorange == "reversed"


def test_many_classes_are_not_written_into_their_cells() -> None:
    figure = confusion_figure(np.eye(20, dtype=np.int64), [f"c{i}" for i in range(20)], CONFUSION)
    assert [trace["type"] for trace in traces(figure)] == ["heatmap", "heatmap"]


def test_a_reliability_curve_has_intervals_rows_and_the_diagonal() -> None:
    points = [ReliabilityPoint(0.2, 0.25, 0.1, 0.5, 40), ReliabilityPoint(0.8, 0.7, 0.6, 0.75, 60)]
    figure = reliability_figure(points, RELIABILITY, reference=points[:1])
    found = by_name(figure)
    assert (found["parfait"]["x"], found["parfait"]["y"]) == ([0, 1], [0, 1])
    assert found["période"]["error_y"]["array"] == pytest.approx([0.25, 0.05])
    assert found["période"]["error_y"]["arrayminus"] == pytest.approx([0.15, 0.1])
    assert found["référence"]["x"] == [0.2]
    assert traces(figure)[-1]["y"] == [40, 60]
    assert "référence" not in by_name(reliability_figure(points, RELIABILITY))


GROUPS = GroupWords("aéroport", "AUC", "référence", {s: f"mot {s}" for s in Status})


def group(label: str, value: float, expected: float, status: Status = Status.OK) -> GroupPoint:
    return GroupPoint(label, value, value - 0.1, value + 0.1, expected, status, f"<b>{label}</b>")


def test_values_stand_beside_ticks_of_what_they_are_compared_with() -> None:
    points = [group("JFK", 0.6, 0.7, Status.WARNING), group("LGA", 0.8, 0.7)]
    ticks, fine, warned = by_value_figure(points, GROUPS).data
    assert (ticks.name, ticks.x, ticks.y) == ("référence", (0.7, 0.7), (0, 1))
    assert (fine.name, fine.x, fine.y, fine.customdata) == ("mot ok", (0.8,), (1,), ("LGA",))
    assert (warned.name, warned.marker.symbol) == ("mot warning", "triangle-up")
    assert warned.error_x.array == pytest.approx([0.1])


def test_hours_stand_from_left_to_right() -> None:
    figure = by_value_figure([group("00", 0.6, 0.7), group("01", 0.8, 0.7)], GROUPS, upright=True)
    assert figure.layout.xaxis.ticktext == ("00", "01")
    assert figure.layout.xaxis.title.text == "aéroport"
    assert figure.data[1].error_y.arrayminus == pytest.approx([0.1, 0.1])


def test_a_value_without_interval_or_comparison_is_drawn_all_the_same() -> None:
    lonely = GroupPoint(EVIL, 0.5, math.nan, math.nan, math.nan, Status.UNDEFINED, "")
    figure = by_value_figure([lonely], GROUPS)
    ticks, marks = figure.data
    assert (ticks.x, marks.x, marks.error_x.array) == ((None,), (0.5,), (0.0,))
    assert "<" not in figure.layout.yaxis.ticktext[0]
