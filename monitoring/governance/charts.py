"""Figures of two versions over the same time.

Words come in translated. Names that users gave are escaped, since Plotly reads a little HTML in every text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from monitoring import palette
from monitoring.performance.traces import (
    MetricPoint,
    Trace,
    band,
    inert,
    level,
    markers,
    over_time_layout,
    path,
    span_of,
    triples_of,
)


@dataclass(frozen=True, slots=True)
class VersionSeries:
    """A version's name as it is shown, and its value in every window."""

    name: str
    points: Sequence[MetricPoint]


@dataclass(frozen=True, slots=True)
class Level:
    """A value that both versions are held against, such as a target."""

    name: str
    value: float


def versions_over_time_figure(
    champion: VersionSeries, challenger: VersionSeries, title: str, target: Level | None = None
) -> go.Figure:
    """A metric or KPI of two versions per window, each in its interval where it has one.

    The champion is grey with hollow marks, the challenger coloured with full ones.
    """
    series = ((champion, palette.REFERENCE, "circle-open"), (challenger, palette.CURRENT, "circle"))
    values = [number for each, _, _ in series for p in each.points for number in (p.value, p.lower, p.upper)]
    low, high = span_of(*values, target.value if target else math.nan)
    data: list[Trace] = []
    for each, colour, _ in series:
        shade = band(each.points, triples_of(each.points), palette.faded(colour, 0.16), "")
        data.append({**shade, "showlegend": False})
    if target is not None:
        data += [
            {**line, "line": {"color": palette.TARGET, "width": 1.5, "dash": "dash"}}
            for line in level(champion.points, target.value, target.name)
        ]
    for each, colour, symbol in series:
        data += path(each.points, colour)
        marker = {"symbol": symbol, "size": 7, "color": colour, "line": {"width": 1.5, "color": colour}}
        known = [point for point in each.points if not math.isnan(point.value)]
        data += markers(known, inert([each.name])[0], marker, low)
    return go.Figure({"data": data, "layout": over_time_layout(champion.points, title, (low, high))})
