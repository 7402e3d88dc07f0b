"""Figures of two versions as the browser gets them."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from monitoring import palette
from monitoring.governance.charts import Level, VersionSeries, versions_over_time_figure
from monitoring.performance.traces import MetricPoint
from monitoring.thresholds import Status

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)


def series(name: str, *values: float, spread: float = 0.1) -> VersionSeries:
    points = []
    for week, value in enumerate(values):
        start = MONDAY + timedelta(weeks=week)
        numbers = (value, value - spread, value + spread)
        points.append(
            MetricPoint(
                start, start + timedelta(weeks=1), *numbers, Status.OK, True, f"w{week}", f"hover {week}"
            )
        )
    return VersionSeries(name, points)


def drawn(*arguments: Any) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = json.loads(versions_over_time_figure(*arguments).to_json())["data"]
    return data


def test_both_versions_are_told_apart_by_more_than_colour() -> None:
    marks = {
        trace["name"]: trace["marker"]
        for trace in drawn(series("one", 0.6, 0.7), series("two", 0.7, 0.8), "AUC")
        if trace["mode"] == "markers"
    }
    assert (marks["one"]["symbol"], marks["two"]["symbol"]) == ("circle-open", "circle")
    assert (marks["one"]["color"], marks["two"]["color"]) == (palette.REFERENCE, palette.CURRENT)


def test_a_target_is_a_dashed_line_of_its_own() -> None:
    (target,) = [
        trace
        for trace in drawn(series("one", 5.0, 6.0), series("two", 4.0, 3.0), "USD", Level("Target", 10.0))
        if trace.get("name") == "Target"
    ]
    assert (target["y"], target["line"]["color"]) == ([10.0, 10.0], palette.TARGET)


def test_the_axis_holds_the_target_and_both_intervals() -> None:
    figure = versions_over_time_figure(
        series("one", 5.0, spread=2.0), series("two", 4.0, spread=1.0), "USD", Level("Target", 10.0)
    )
    low, high = figure.layout.yaxis.range
    assert low < 3.0 and high > 10.0


def test_a_window_without_a_value_has_no_mark() -> None:
    marks = [
        trace
        for trace in drawn(series("one", 0.6, math.nan), series("two", 0.7, 0.8), "AUC")
        if trace["mode"] == "markers" and trace["name"] == "one"
    ]
    assert [mark["hovertext"] for mark in marks] == [["hover 0"]]


def test_the_name_of_a_version_is_text() -> None:
    names = {trace.get("name") for trace in drawn(series("<b>1</b>", 0.5), series("2", 0.5), "AUC")}
    assert "&lt;b&gt;1&lt;/b&gt;" in names
