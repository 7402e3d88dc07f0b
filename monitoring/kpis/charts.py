"""Figures of KPIs. Words come in translated; what users named is escaped, since Plotly reads a little HTML."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

import plotly.graph_objects as go

from monitoring import palette
from monitoring.thresholds import Status

Trace = dict[str, object]

_MOST_LABELS = 8
_MOST_MARKS = 60
_GAP = 0.08
_ROOM = 0.12
_FILL: Mapping[Status, str] = {
    Status.OK: palette.faded(palette.CURRENT, 0.55),
    Status.WARNING: palette.STATUS[Status.WARNING],
    Status.CRITICAL: palette.STATUS[Status.CRITICAL],
    Status.NOT_ENOUGH_DATA: palette.TRANSPARENT,
    Status.UNDEFINED: palette.TRANSPARENT,
}


@dataclass(frozen=True, slots=True)
class KpiPoint:
    """A KPI in one window, in the time zone of the axis. label: the window on the axis. hover: all that is said."""

    start: datetime
    end: datetime
    value: float | None
    status: Status
    label: str
    hover: str


@dataclass(frozen=True, slots=True)
class KpiWords:
    """Translated words: for the axis, the target, each status; the mark of a status above its bar."""

    kpi: str
    target: str
    statuses: Mapping[Status, str]
    marks: Mapping[Status, str]


def kpi_over_time_figure(
    points: Sequence[KpiPoint], words: KpiWords, *, target: float | None = None
) -> go.Figure:
    """A KPI per window as bars, beside its target; a window that is not judged is an empty bar."""
    known = [p for p in points if p.value is not None and math.isfinite(p.value)]
    marks = words.marks if len(points) <= _MOST_MARKS else {}
    data = [
        _bars([p for p in known if p.status is status], words.statuses[status], marks.get(status, ""))
        for status in Status
    ]
    if target is not None and points:
        data.append(_target(points, target, words.target))
    named = points[:: max(1, math.ceil(len(points) / _MOST_LABELS))]
    highest = max([*(p.value or 0.0 for p in known), target or 0.0], default=0.0)
    lowest = min([*(p.value or 0.0 for p in known), 0.0])
    room = _ROOM * (highest - lowest)
    layout = {
        "xaxis": {
            "type": "date",
            "tickvals": [_x(p.start + (p.end - p.start) / 2) for p in named],
            "ticktext": [escape(p.label, quote=False) for p in named],
            "range": [_x(points[0].start), _x(points[-1].end)] if points else None,
            "showgrid": False,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": {
            "title": {"text": escape(words.kpi, quote=False)},
            "range": [lowest - room if lowest < 0 else 0.0, highest + room],
            "fixedrange": True,
            "automargin": True,
        },
        "barmode": "overlay",
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [trace for trace in data if trace["x"]], "layout": layout})


def _bars(points: Sequence[KpiPoint], name: str, mark: str) -> Trace:
    status = points[0].status if points else Status.OK
    widths = [(p.end - p.start) / timedelta(milliseconds=1) for p in points]
    return {
        "type": "bar",
        "name": name,
        "x": [_x(p.start) for p in points],
        "y": [p.value for p in points],
        "width": [width * (1 - _GAP) for width in widths],
        "offset": [width * _GAP / 2 for width in widths],
        "marker": {
            "color": _FILL[status],
            "line": {"color": palette.STATUS[status], "width": 1 if status is not Status.OK else 0},
        },
        "text": [mark] * len(points),
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [p.start.isoformat() for p in points],
        "hovertext": [p.hover for p in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "unselected": {"marker": {"opacity": 1.0}},
    }


def _target(points: Sequence[KpiPoint], target: float, name: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": [_x(points[0].start), _x(points[-1].end)],
        "y": [target, target],
        "line": {"color": palette.TARGET, "width": 2, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _x(moment: datetime) -> str:
    # Plotly shows the clock as written and knows no zones.
    return moment.replace(tzinfo=None).isoformat()
