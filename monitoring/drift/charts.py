"""Figures of drift: what changed in which window, how a distribution looks, how an effect went on.

Words come in translated. Names that users gave are escaped, since Plotly reads a little HTML in every text. A
click gives `customdata` back: what it starts with is said at each figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from monitoring import palette
from monitoring.drift.binned import FloatArray
from monitoring.thresholds import Status, Threshold

Strings = npt.NDArray[np.object_]
Trace = dict[str, object]

_SYMBOLS: Mapping[Status, str] = {
    Status.OK: "circle",
    Status.WARNING: "triangle-up",
    Status.CRITICAL: "diamond",
    Status.NOT_ENOUGH_DATA: "circle-open-dot",
    Status.UNDEFINED: "line-ew-open",
}
_MOST_WINDOWS = 10
_MOST_BARS = 30
_ROW_HEIGHT = 26
_WIDE_WINDOWS = 60
_GLYPH = 9
_SMALL_GLYPH = 7
_GLYPH_OUTLINE = "#FFFFFF"
_LONGEST_NAME = 32


@dataclass(frozen=True, slots=True)
class DriftWords:
    """Translated words: for the effect, for each status, and for the two thresholds."""

    effect: str
    statuses: Mapping[Status, str]
    warning: str
    critical: str


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a figure, in order: their starts as ISO 8601, and how the reader writes them."""

    starts: Sequence[str]
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class DriftGrid:
    """Effect and status of features (rows) in windows (columns), both of shape (features, windows).

    features: names, given back on a click. labels: names as the reader sees them. Windows without rows belong
    to the grid, with NaN and a status: it draws columns side by side, whatever time lies between them.
    """

    features: Sequence[str]
    labels: Sequence[str]
    windows: Windows
    effect: FloatArray
    status: Strings
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class EffectLine:
    """Effect and status of one feature, both of shape (windows,)."""

    windows: Windows
    effect: FloatArray
    status: Strings
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of rows in the same bins, both of shape (B,): [bins..., other, missing], as the labels are."""

    labels: Sequence[str]
    reference: FloatArray
    current: FloatArray


def heatmap_figure(grid: DriftGrid, words: DriftWords) -> go.Figure:
    """Features x windows, coloured by effect, with a glyph where the status is not ok.

    Clicks are answered by the markers over the cells, as heat maps of Plotly give none to Streamlit:
    customdata is [feature, window start, ...].
    """
    n_features, n_windows = grid.effect.shape
    layout = {
        "height": 96 + _ROW_HEIGHT * n_features,
        "xaxis": _quiet_axis(range(n_windows), grid.windows.labels) | {"range": [-0.5, n_windows - 0.5]},
        "yaxis": {
            "tickvals": list(range(n_features)),
            "ticktext": _inert([_short(label) for label in grid.labels]),
            # The first feature stands on top.
            "range": [n_features - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [_cells(grid, words), *_glyphs(grid, words)], "layout": layout})


def distribution_figure(bars: Distribution, *, reference: str, current: str, share: str) -> go.Figure:
    """Shares of the reference (wide) and of the period (narrow) in the same bins, other and missing apart."""
    n_bins = len(bars.labels)
    positions = np.arange(n_bins, dtype=np.float64)
    positions[-2:] += 0.5
    hatched = [""] * (n_bins - 2) + ["/", "/"]
    labels = _inert(bars.labels)
    data = [
        {
            "type": "bar",
            "name": name,
            "x": positions,
            "y": shares,
            "width": width,
            "marker": {"color": colour, "pattern": {"shape": hatched, "solidity": 0.25}},
            "hovertext": labels,
            "hovertemplate": "<b>%{hovertext}</b><br>%{y:.1%}",
        }
        for name, shares, width, colour in (
            (reference, bars.reference, 0.9, palette.faded(palette.REFERENCE, 0.55)),
            (current, bars.current, 0.5, palette.CURRENT),
        )
    ]
    layout = {
        "barmode": "overlay",
        "bargap": 0,
        "hovermode": "closest",
        "xaxis": _quiet_axis(positions.tolist(), bars.labels, most=_MOST_BARS, always=2),
        "yaxis": {"title": {"text": share}, "tickformat": ".0%", "rangemode": "tozero", "fixedrange": True},
    }
    return go.Figure({"data": data, "layout": layout})


def effect_over_time_figure(line: EffectLine, words: DriftWords) -> go.Figure:
    """Effect per window, with its thresholds, each window marked by its status in shape and colour.

    A window whose effect is undefined is marked on the ground line. customdata is [window start, ...].
    """
    starts = np.array(line.windows.starts, dtype=object)
    details = np.empty((len(starts), 3), dtype=object)
    details[:, 0] = starts
    details[:, 1] = _inert(line.windows.labels)
    details[:, 2] = _rounded(line.effect)
    height = np.where(np.isnan(line.effect), 0.0, line.effect)
    path: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": starts,
        "y": line.effect,
        "line": {"color": palette.CURRENT, "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = []
    for status, chosen in _by_status(line.status):
        trace = _markers(status, words, starts[chosen], height[chosen], details[chosen])
        trace["hovertemplate"] = f"<b>%{{customdata[1]}}</b><br>{_verdict(status, words, 2)}"
        marks.append(trace)
    limits = (
        (line.threshold.warning, words.warning, palette.STATUS[Status.WARNING]),
        (line.threshold.critical, words.critical, palette.STATUS[Status.CRITICAL]),
    )
    layout = {
        "xaxis": _quiet_axis(line.windows.starts, line.windows.labels) | {"type": "date"},
        "yaxis": {"title": {"text": words.effect}, "rangemode": "tozero", "fixedrange": True},
        "shapes": [_limit_line(value, colour) for value, _, colour in limits],
        "annotations": [_limit_word(value, word) for value, word, _ in limits],
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [path, *marks], "layout": layout})


def _cells(grid: DriftGrid, words: DriftWords) -> Trace:
    return {
        "type": "heatmap",
        "z": grid.effect,
        "zmin": 0.0,
        "zmax": 2 * grid.threshold.critical,
        "colorscale": [[0.0, palette.faded(palette.CURRENT, 0.06)], [1.0, palette.CURRENT]],
        "colorbar": {
            "title": {"text": words.effect, "side": "right"},
            "tickvals": [0.0, grid.threshold.warning, grid.threshold.critical],
            "thickness": 10,
            "outlinewidth": 0,
        },
        # Ninety windows are a few pixels wide each: a gap would take a third of them.
        "xgap": 1 if grid.effect.shape[1] <= _WIDE_WINDOWS else 0,
        "ygap": 1,
        "hoverinfo": "skip",
    }


def _glyphs(grid: DriftGrid, words: DriftWords) -> Iterator[Trace]:
    rows, columns = np.indices(grid.effect.shape).reshape(2, -1)
    details = np.empty((grid.effect.size, 4), dtype=object)
    details[:, 0] = np.array(grid.features, dtype=object)[rows]
    details[:, 1] = np.array(grid.windows.starts, dtype=object)[columns]
    details[:, 2] = np.array(_inert(grid.windows.labels), dtype=object)[columns]
    details[:, 3] = _rounded(grid.effect.ravel())
    for status, chosen in _by_status(grid.status.ravel()):
        trace = _markers(status, words, columns[chosen], rows[chosen], details[chosen])
        trace["hovertemplate"] = f"<b>%{{y}}</b><br>%{{customdata[2]}}<br>{_verdict(status, words, 3)}"
        if status is Status.OK:
            trace |= {"showlegend": False, "marker": {"color": palette.TRANSPARENT, "size": _GLYPH}}
        elif grid.effect.shape[1] > _WIDE_WINDOWS:
            trace["marker"] = {**_marker(status), "size": _SMALL_GLYPH}
        yield trace


def _by_status(statuses: Strings) -> Iterator[tuple[Status, npt.NDArray[np.intp]]]:
    for status in Status:
        chosen = np.flatnonzero(statuses == status)
        if len(chosen):
            yield status, chosen


def _markers(
    status: Status,
    words: DriftWords,
    x: npt.NDArray[np.generic],
    y: npt.NDArray[np.generic],
    details: Strings,
) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": words.statuses[status],
        "x": x,
        "y": y,
        "customdata": details,
        "marker": _marker(status),
        # A click must not fade what was not clicked: that would look like another effect.
        "unselected": {"marker": {"opacity": 1.0}},
    }


def _marker(status: Status) -> dict[str, object]:
    outline = {"width": 1, "color": _GLYPH_OUTLINE}
    return {"symbol": _SYMBOLS[status], "color": palette.STATUS[status], "size": _GLYPH, "line": outline}


def _quiet_axis(
    values: Sequence[object], labels: Sequence[str], *, most: int = _MOST_WINDOWS, always: int = 0
) -> dict[str, object]:
    """An axis that names at most so many of its places, and the last `always` ones in any case."""
    last = len(labels) - always
    step = max(1, math.ceil(last / most))
    named = [*range(0, last, step), *range(last, len(labels))]
    return {
        "tickvals": [values[index] for index in named],
        "ticktext": _inert([labels[index] for index in named]),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }


def _limit_line(value: float, colour: str) -> dict[str, object]:
    ends = {"x0": 0, "x1": 1, "y0": value, "y1": value}
    return {"type": "line", "xref": "paper", "line": {"color": colour, "width": 1, "dash": "dash"}, **ends}


def _limit_word(value: float, word: str) -> dict[str, object]:
    place = {"x": 1, "y": value, "xanchor": "right", "yanchor": "bottom"}
    return {"xref": "paper", "text": word, "showarrow": False, "font": {"size": 11}, **place}


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 1]}…"


def _inert(texts: Sequence[str]) -> list[str]:
    return [escape(text, quote=False) for text in texts]


def _rounded(effect: FloatArray) -> Strings:
    """Short numbers for labels, as the full ones make a grid twice as heavy; None where there is none."""
    rounded = np.round(effect, 3).astype(object)
    rounded[np.isnan(effect)] = None
    return rounded


def _verdict(status: Status, words: DriftWords, effect: int) -> str:
    """The end of a hover text: the effect, that item of customdata, where it was judged; the status."""
    judged = status not in (Status.NOT_ENOUGH_DATA, Status.UNDEFINED)
    value = f"{words.effect} %{{customdata[{effect}]:.3f}}<br>" if judged else ""
    return f"{value}{words.statuses[status]}<extra></extra>"
