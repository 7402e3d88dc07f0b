"""What figures over time are made of: places on the axis, bands, lines and marks, as Plotly reads them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import pairwise

from monitoring import palette
from monitoring.thresholds import Status

Trace = dict[str, object]
Triple = tuple[float, float, float]
"""Value, lower and upper bound."""

_SYMBOLS: Mapping[Status, str] = {
    Status.OK: "circle",
    Status.WARNING: "triangle-up",
    Status.CRITICAL: "diamond",
    Status.NOT_ENOUGH_DATA: "circle-open-dot",
    Status.UNDEFINED: "line-ew-open",
}
_SMALL = 6
_SIZE = 9
_OUTLINE = "#FFFFFF"
_MOST_LABELS = 10
_ROOM = 0.06


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """A metric in one window.

    start, end: in the time zone of the axis. mature: whether enough truth has come to judge the window.
    label: the window on the axis, hover: all that is said beside the pointer, both as the reader writes it.
    """

    start: datetime
    end: datetime
    value: float
    lower: float
    upper: float
    status: Status
    mature: bool
    label: str
    hover: str


def triples_of(points: Sequence[MetricPoint]) -> list[Triple]:
    """Value and bounds of each window."""
    return [(p.value, p.lower, p.upper) for p in points]


def span_of(*numbers: float) -> tuple[float, float]:
    """Ends of an axis on which all these numbers lie, with a little room; NaN is left out."""
    numbers = tuple(filter(math.isfinite, numbers))
    if not numbers:
        return 0.0, 1.0
    low, high = min(numbers), max(numbers)
    room = _ROOM * (high - low) or 0.5 * abs(high) or 0.5
    return low - room, high + room


def _x(moment: datetime) -> str:
    # Plotly shows the clock as written and knows no zones.
    return moment.replace(tzinfo=None).isoformat()


def _stretches(points: Sequence[MetricPoint], triples: Sequence[Triple]) -> Iterator[list[int]]:
    """Places of windows that follow one another without a gap and all have what is drawn."""
    stretch: list[int] = []
    for place, numbers in enumerate(triples):
        missing = any(map(math.isnan, numbers))
        if stretch and (missing or points[stretch[-1]].end != points[place].start):
            yield stretch
            stretch = []
        if not missing:
            stretch.append(place)
    if stretch:
        yield stretch


def band(points: Sequence[MetricPoint], triples: Sequence[Triple], colour: str, name: str) -> Trace:
    """The area between the bounds given for each window: a closed shape for each stretch, in one trace."""
    x: list[str | None] = []
    y: list[float | None] = []
    for stretch in _stretches(points, triples):
        around = [(place, 2) for place in stretch] + [(place, 1) for place in reversed(stretch)]
        x += [*(_x(points[place].start) for place, _ in around), None]
        y += [*(triples[place][bound] for place, bound in around), None]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x[:-1],
        "y": y[:-1],
        "fill": "toself",
        "fillcolor": colour,
        # A single window has no area; its line shows the interval.
        "line": {"color": colour, "width": 1},
        "hoverinfo": "skip",
    }


def level(points: Sequence[MetricPoint], value: float, name: str) -> list[Trace]:
    """A dashed line at a value, over all windows; nothing where either is missing."""
    if math.isnan(value) or not points:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": [_x(points[0].start), _x(points[-1].start)],
            "y": [value, value],
            "line": dashed(palette.REFERENCE),
            "hoverinfo": "skip",
        }
    ]


def path(points: Sequence[MetricPoint], colour: str) -> list[Trace]:
    """Lines between neighbouring windows: full between mature ones, dotted from and to an immature one."""
    pairs = [
        (points[left], points[right])
        for stretch in _stretches(points, [(p.value, p.value, p.value) for p in points])
        for left, right in pairwise(stretch)
    ]
    full = [pair for pair in pairs if pair[0].mature and pair[1].mature]
    dotted = [pair for pair in pairs if not (pair[0].mature and pair[1].mature)]
    return [_segments(full, colour, "solid"), _segments(dotted, colour, "dot")]


def _segments(pairs: Sequence[tuple[MetricPoint, MetricPoint]], colour: str, dash: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [x for left, right in pairs for x in (_x(left.start), _x(right.start), None)],
        "y": [y for left, right in pairs for y in (left.value, right.value, None)],
        "line": {"color": colour, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def markers(
    points: Sequence[MetricPoint], name: str, marker: Mapping[str, object], ground: float
) -> list[Trace]:
    """A mark per window, at `ground` where it has no value; nothing without windows."""
    if not points:
        return []
    trace: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "marker": marker,
        "x": [_x(p.start) for p in points],
        "y": [ground if math.isnan(p.value) else p.value for p in points],
        "customdata": [p.start.isoformat() for p in points],
        "hovertext": [p.hover for p in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        # A click must not fade what was not clicked: that would look like another status.
        "unselected": {"marker": {"opacity": 1.0}},
    }
    return [trace]


def plain_marker(colour: str) -> dict[str, object]:
    """A mark without a verdict."""
    return {"symbol": "circle", "size": _SMALL, "color": colour}


def hollow_marker(colour: str) -> dict[str, object]:
    """The mark of a window that is still waiting for truth."""
    return {"symbol": "circle-open", "size": _SIZE, "color": colour, "line": {"width": 1.5}}


def status_marker(status: Status) -> dict[str, object]:
    """The mark of a verdict: a shape and a colour each, small where all is well."""
    return {
        "symbol": _SYMBOLS[status],
        "color": palette.STATUS[status],
        "size": _SMALL if status is Status.OK else _SIZE,
        "line": {"width": 1, "color": _OUTLINE},
    }


def over_time_layout(
    points: Sequence[MetricPoint], title: str, span: tuple[float, float]
) -> dict[str, object]:
    """Axes of a figure over time: few windows are named, the value axis is titled and spans what it must."""
    step = max(1, math.ceil(len(points) / _MOST_LABELS))
    named = points[::step]
    return {
        "xaxis": {
            "type": "date",
            "tickvals": [_x(p.start) for p in named],
            "ticktext": inert([p.label for p in named]),
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
        "yaxis": {
            "title": {"text": title},
            "range": list(span),
            "fixedrange": True,
            "zeroline": False,
            "automargin": True,
        },
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }


def dashed(colour: str) -> dict[str, object]:
    """The line of what is compared with."""
    return {"color": colour, "width": 1, "dash": "dash"}


def inert(texts: Sequence[str]) -> list[str]:
    """Texts that users gave, as text."""
    return [escape(text, quote=False) for text in texts]
