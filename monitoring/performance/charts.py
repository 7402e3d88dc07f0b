"""Figures of performance: a metric over time, errors over time, confusion, reliability.

Words come in translated, hover texts whole and readable. Names that users gave are escaped, since Plotly
reads a little HTML in every text. Grounds, fonts and grid are left to the theme. A click on a window gives
its start as `customdata`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from monitoring import palette
from monitoring.performance.calibration import ReliabilityPoint
from monitoring.performance.sums import IntArray
from monitoring.performance.traces import (
    MetricPoint,
    Trace,
    band,
    dashed,
    hollow_marker,
    inert,
    level,
    markers,
    over_time_layout,
    path,
    plain_marker,
    span_of,
    status_marker,
    triples_of,
)
from monitoring.thresholds import Status

_MOST_WRITTEN_CLASSES = 15


@dataclass(frozen=True, slots=True)
class MetricWords:
    """Translated words: for the metric, its interval, the reference, hollow marks, and each status."""

    metric: str
    interval: str
    reference: str
    immature: str
    statuses: Mapping[Status, str]


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """Translated words: for the axis, the mean error, its interval, the usual size of errors, hollow marks."""

    error: str
    bias: str
    interval: str
    usual: str
    immature: str


@dataclass(frozen=True, slots=True)
class ConfusionWords:
    """Translated words. cell: a count and its share of the rows with that truth (None without any), as text."""

    truth: str
    prediction: str
    cell: Callable[[int, float | None], str]


@dataclass(frozen=True, slots=True)
class ReliabilityWords:
    """Translated words: for both axes, the counts below, both curves, the diagonal. hover: a point as text."""

    score: str
    share: str
    rows: str
    current: str
    reference: str
    perfect: str
    hover: Callable[[ReliabilityPoint], str]


@dataclass(frozen=True, slots=True)
class GroupPoint:
    """A metric over the rows that share a value, beside what it is compared with (NaN where nothing is)."""

    label: str
    value: float
    lower: float
    upper: float
    expected: float
    status: Status
    hover: str


@dataclass(frozen=True, slots=True)
class GroupWords:
    """Translated words: for the values' axis, the metric, what it is compared with, each status."""

    values: str
    metric: str
    reference: str
    statuses: Mapping[Status, str]


def metric_over_time_figure(
    points: Sequence[MetricPoint], words: MetricWords, *, reference: float = math.nan
) -> go.Figure:
    """A metric per window in its interval, beside its value in the reference.

    Windows are marked by their status in shape and colour; those whose truth has not come yet are hollow. A
    window without a value is marked at the bottom.
    """
    judged = [p for p in points if p.status is not Status.NOT_ENOUGH_DATA]
    # Few rows have bounds so wide that they would flatten all the others: their values must be seen, not these.
    bounds = [n for p in judged or points for n in (p.lower, p.upper)]
    low, high = span_of(*bounds, *(p.value for p in points), reference)
    data = [
        band(points, triples_of(points), palette.faded(palette.TRUTH, 0.18), words.interval),
        *level(points, reference, words.reference),
        *path(points, palette.TRUTH),
    ]
    for status in Status:
        marked = [p for p in points if p.mature and p.status is status]
        data += markers(marked, words.statuses[status], status_marker(status), low)
    waiting = [p for p in points if not p.mature]
    data += markers(waiting, words.immature, hollow_marker(palette.TRUTH), low)
    return go.Figure({"data": data, "layout": over_time_layout(points, words.metric, (low, high))})


def error_over_time_figure(
    bias: Sequence[MetricPoint], size: Sequence[float], words: ErrorWords
) -> go.Figure:
    """How far predictions are off, and to which side: the mean error, above 0 where they are too high.

    size: the root mean squared error of the same windows; the band around 0 reaches as far to both sides.
    """
    usual = [(0.0, -each, each) for each in size]
    data = [
        band(bias, usual, palette.faded(palette.REFERENCE, 0.18), words.usual),
        band(bias, triples_of(bias), palette.faded(palette.TRUTH, 0.3), words.interval),
        *path(bias, palette.TRUTH),
    ]
    low, high = span_of(0.0, *(p.value for p in bias), *size, *(-each for each in size))
    for mature, name, marker in ((True, words.bias, plain_marker), (False, words.immature, hollow_marker)):
        marked = [p for p in bias if p.mature == mature and not math.isnan(p.value)]
        data += markers(marked, name, marker(palette.TRUTH), low)
    layout = over_time_layout(bias, words.error, (low, high))
    ends = {"x0": 0, "x1": 1, "y0": 0, "y1": 0}
    layout["shapes"] = [{"type": "line", "xref": "paper", "line": dashed(palette.REFERENCE), **ends}]
    return go.Figure({"data": data, "layout": layout})


def by_value_figure(points: Sequence[GroupPoint], words: GroupWords, *, upright: bool = False) -> go.Figure:
    """A metric for each of some values, as marks with their intervals, beside ticks of what they are compared with.

    upright: values from left to right, as hours are read; else from top to bottom, where long names find room.
    """
    across, along = ("y", "x") if upright else ("x", "y")
    places = list(range(len(points)))
    ticks: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": words.reference,
        across: [p.expected if math.isfinite(p.expected) else None for p in points],
        along: places,
        "marker": {
            "symbol": "line-ew" if upright else "line-ns",
            "size": 15,
            "line": {"color": palette.REFERENCE, "width": 3},
        },
        "hoverinfo": "skip",
    }
    data = [ticks]
    for status in Status:
        marked = [place for place in places if points[place].status is status]
        data += [_group_marks([points[place] for place in marked], marked, status, words, across, along)]
    low, high = span_of(*(n for p in points for n in (p.value, p.expected, p.lower, p.upper)))
    names = inert([p.label for p in points])
    value_axis = {
        "title": {"text": words.metric},
        "range": [low, high],
        "fixedrange": True,
        "zeroline": False,
    }
    group_axis = {
        "title": {"text": words.values if upright else ""},
        "tickvals": places,
        "ticktext": names,
        "range": [-0.6, len(points) - 0.4] if upright else [len(points) - 0.4, -0.6],
        "fixedrange": True,
        "zeroline": False,
        "showgrid": False,
        "automargin": True,
    }
    layout = {
        f"{across}axis": value_axis,
        f"{along}axis": group_axis,
        "hovermode": "closest",
        "clickmode": "event+select",
        "dragmode": False,
    }
    return go.Figure({"data": [trace for trace in data if trace[along]], "layout": layout})


def _group_marks(
    points: Sequence[GroupPoint],
    places: Sequence[int],
    status: Status,
    words: GroupWords,
    across: str,
    along: str,
) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.statuses[status],
        across: [p.value if math.isfinite(p.value) else None for p in points],
        along: list(places),
        f"error_{across}": {
            "type": "data",
            "symmetric": False,
            "array": [_reach(p.upper - p.value) for p in points],
            "arrayminus": [_reach(p.value - p.lower) for p in points],
            "color": palette.faded(palette.TRUTH, 0.55),
            "thickness": 2,
            "width": 0,
        },
        "marker": status_marker(status) | {"size": 10},
        "customdata": [p.label for p in points],
        "hovertext": [p.hover for p in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "unselected": {"marker": {"opacity": 1.0}},
    }


def _reach(distance: float) -> float:
    return distance if math.isfinite(distance) else 0.0


def confusion_figure(confusion: IntArray, labels: Sequence[str], words: ConfusionWords) -> go.Figure:
    """Rows by truth (downwards) and prediction, shaded by their share of the rows with that truth.

    confusion: counts, shape (K, K). labels: K names. Right and wrong have colours of their own.
    """
    totals = confusion.sum(axis=1, keepdims=True)
    shares = np.divide(confusion, totals, out=np.full(confusion.shape, np.nan), where=totals > 0)
    known = np.where(np.isnan(shares), None, shares)
    cells = [
        [words.cell(int(n), share) for n, share in zip(*row, strict=True)]
        for row in zip(confusion, known, strict=True)
    ]
    right = np.eye(len(labels), dtype=np.bool_)
    shaded = np.nan_to_num(shares)
    data = [
        _tiles(np.where(right, shaded, np.nan), cells, palette.CURRENT, words),
        _tiles(np.where(right, np.nan, shaded), cells, palette.INCREASE, words),
    ]
    names = inert(labels)
    for each in data:
        each["customdata"] = [[[truth, prediction] for prediction in names] for truth in names]
    if len(labels) <= _MOST_WRITTEN_CLASSES:
        data.append(_written(cells))
    ticks = {"tickvals": list(range(len(names))), "ticktext": names, "showgrid": False, "zeroline": False}
    layout = {
        "xaxis": {"title": {"text": words.prediction}, "side": "top", "fixedrange": True, **ticks},
        "yaxis": {
            "title": {"text": words.truth},
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            **ticks,
        },
        "dragmode": False,
    }
    return go.Figure({"data": data, "layout": layout})


def reliability_figure(
    current: Sequence[ReliabilityPoint],
    words: ReliabilityWords,
    *,
    reference: Sequence[ReliabilityPoint] = (),
) -> go.Figure:
    """How often positives came for each predicted probability, with intervals, and how many rows are behind
    it.

    A calibrated model lies on the diagonal; below it, probabilities are too high.
    """
    diagonal: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": words.perfect,
        "x": [0, 1],
        "y": [0, 1],
        "line": dashed(palette.REFERENCE),
        "hoverinfo": "skip",
    }
    curves = [
        _curve(reference, palette.REFERENCE, words.reference, words),
        _curve(current, palette.TRUTH, words.current, words),
    ]
    rows: Trace = {
        "type": "bar",
        "x": [point.mean_score for point in current],
        "y": [point.n for point in current],
        "width": 0.02,
        "marker": {"color": palette.faded(palette.TRUTH, 0.6)},
        "hovertext": [words.hover(point) for point in current],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "yaxis": "y2",
    }
    span = {"range": [-0.02, 1.02], "tickformat": ".0%", "fixedrange": True, "zeroline": False}
    layout = {
        "xaxis": {"title": {"text": words.score}, "anchor": "y2", **span},
        "yaxis": {"title": {"text": words.share}, "domain": [0.26, 1.0], **span},
        "yaxis2": {"title": {"text": words.rows}, "domain": [0.0, 0.18], "fixedrange": True, "nticks": 3},
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [diagonal, *(c for c in curves if c["x"]), rows], "layout": layout})


def _tiles(shares: object, cells: list[list[str]], colour: str, words: ConfusionWords) -> Trace:
    return {
        "type": "heatmap",
        "z": shares,
        "zmin": 0.0,
        "zmax": 1.0,
        # Never opaque: the text in a cell must stay readable on light and dark ground.
        "colorscale": [[0.0, palette.faded(colour, 0.04)], [1.0, palette.faded(colour, 0.55)]],
        "showscale": False,
        "text": cells,
        "hovertemplate": (
            f"{words.truth}: <b>%{{customdata[0]}}</b><br>{words.prediction}: <b>%{{customdata[1]}}</b><br>"
            "%{text}<extra></extra>"
        ),
        "hoverongaps": False,
        "xgap": 2,
        "ygap": 2,
    }


def _written(cells: list[list[str]]) -> Trace:
    """The cells' texts in the theme's colour: a heat map chooses its own, and wrongly on see-through tiles."""
    rows, columns = np.indices((len(cells), len(cells))).reshape(2, -1)
    return {
        "type": "scatter",
        "mode": "text",
        "x": columns,
        "y": rows,
        "text": [text for row in cells for text in row],
        "textfont": {"size": 14},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _curve(points: Sequence[ReliabilityPoint], colour: str, name: str, words: ReliabilityWords) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [p.mean_score for p in points],
        "y": [p.share_positive for p in points],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [p.upper - p.share_positive for p in points],
            "arrayminus": [p.share_positive - p.lower for p in points],
            "color": colour,
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": colour, "width": 1.5},
        "marker": {"color": colour, "size": 7},
        "hovertext": [words.hover(p) for p in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
