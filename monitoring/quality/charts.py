"""Figures of data quality: which check failed in which window, and how one check went on.

Words come in translated. A click gives `customdata` back: what it starts with is said at each figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from monitoring import palette
from monitoring.thresholds import Status
from monitoring.traces import (
    GLYPH,
    SMALL_GLYPH,
    FloatArray,
    Strings,
    Trace,
    Windows,
    by_status,
    inert,
    over_time,
    quiet_axis,
    rounded,
    shortened,
    status_marker,
    status_marks,
)

_ROW_HEIGHT = 26
_WIDE_WINDOWS = 60
_LEVELS = (Status.OK, Status.WARNING, Status.CRITICAL)


@dataclass(frozen=True, slots=True)
class CheckGrid:
    """Verdicts of checks (rows) in windows (columns), shape (checks, windows); the empty text where there is none.

    checks: what each row is called in the URL, given back on a click. labels: the same for the reader. hover: what is
    said of each cell, as the reader writes it.
    """

    checks: Sequence[str]
    labels: Sequence[str]
    windows: Windows
    status: Strings
    hover: Strings


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check's value per window, what was expected there (NaN where nothing is), and the verdict."""

    windows: Windows
    value: FloatArray
    expected: FloatArray
    status: Strings
    hover: Sequence[str]


def grid_figure(grid: CheckGrid, statuses: Mapping[Status, str]) -> go.Figure:
    """Checks x windows, coloured by verdict, with a glyph where it is not ok; customdata is [check, start]."""
    n_checks, n_windows = grid.status.shape
    layout = {
        "height": 92 + _ROW_HEIGHT * n_checks,
        "xaxis": quiet_axis(range(n_windows), grid.windows.named) | {"range": [-0.5, n_windows - 0.5]},
        "yaxis": {
            "tickvals": list(range(n_checks)),
            "ticktext": inert([shortened(label) for label in grid.labels]),
            # The first check stands on top.
            "range": [n_checks - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [_cells(grid), *_glyphs(grid, statuses)], "layout": layout})


def check_figure(
    line: CheckLine, statuses: Mapping[Status, str], *, value: str, expected: str, as_share: bool
) -> go.Figure:
    """A check's value per window beside what was expected, marked by verdict; customdata is [start]."""
    starts = np.array(line.windows.starts, dtype=object)
    path: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": starts,
        "y": rounded(line.value, 6),
        "line": {"color": palette.CURRENT, "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    usual: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": expected,
        "x": starts,
        "y": rounded(line.expected, 6),
        "line": {"color": palette.REFERENCE, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }
    marks = []
    height = np.where(np.isnan(line.value), 0.0, line.value)
    for status, chosen in by_status(line.status):
        details = starts[chosen][:, np.newaxis]
        trace = status_marks(status, statuses[status], starts[chosen], height[chosen], details)
        if status is Status.OK:
            trace["marker"] = status_marker(status, 5)
        trace["hovertext"] = inert([line.hover[place] for place in chosen])
        trace["hovertemplate"] = "%{hovertext}<extra></extra>"
        marks.append(trace)
    layout = over_time(line.windows, value)
    layout["yaxis"] |= {"rangemode": "tozero"} | ({"tickformat": ".1~%"} if as_share else {})
    return go.Figure({"data": [usual, path, *marks], "layout": layout})


def _cells(grid: CheckGrid) -> Trace:
    level = np.full(grid.status.shape, np.nan)
    for place, status in enumerate(_LEVELS):
        level[grid.status == status] = place
    colours = [
        palette.faded(palette.STATUS[status], share)
        for status, share in zip(_LEVELS, (0.12, 0.4, 0.7), strict=True)
    ]
    steps = [[edge / 3, colour] for place, colour in enumerate(colours) for edge in (place, place + 1)]
    return {
        "type": "heatmap",
        "z": rounded(level, 0),
        "zmin": -0.5,
        "zmax": 2.5,
        "colorscale": steps,
        "showscale": False,
        "xgap": 1 if grid.status.shape[1] <= _WIDE_WINDOWS else 0,
        "ygap": 2,
        "hoverinfo": "skip",
    }


def _glyphs(grid: CheckGrid, statuses: Mapping[Status, str]) -> list[Trace]:
    rows, columns = np.indices(grid.status.shape).reshape(2, -1)
    details = np.empty((grid.status.size, 2), dtype=object)
    details[:, 0] = np.array(grid.checks, dtype=object)[rows]
    details[:, 1] = np.array(grid.windows.starts, dtype=object)[columns]
    hover = grid.hover.ravel()
    traces = []
    for status, chosen in by_status(grid.status.ravel()):
        trace = status_marks(status, statuses[status], columns[chosen], rows[chosen], details[chosen])
        trace["hovertext"] = inert(hover[chosen].tolist())
        trace["hovertemplate"] = "%{hovertext}<extra></extra>"
        wide = grid.status.shape[1] > _WIDE_WINDOWS
        trace["marker"] = status_marker(status, SMALL_GLYPH if wide else GLYPH)
        if status is Status.OK:
            trace |= {"showlegend": False, "marker": {"color": palette.TRANSPARENT, "size": GLYPH}}
        traces.append(trace)
    return traces
