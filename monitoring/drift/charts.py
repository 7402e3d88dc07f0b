"""Figures of drift: what changed in which window, how a distribution looks, how an effect went on.

Words come in translated. Names that users gave are escaped, since Plotly reads a little HTML in every text. A
click gives `customdata` back: what it starts with is said at each figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from monitoring import palette
from monitoring.thresholds import Status, Threshold
from monitoring.traces import (
    GLYPH,
    SMALL_GLYPH,
    FloatArray,
    Strings,
    Trace,
    Windows,
    band,
    by_status,
    chosen_line,
    inert,
    level,
    limit_line,
    limit_word,
    over_time,
    quiet_axis,
    rounded,
    shortened,
    status_marker,
    status_marks,
)

_MOST_BARS = 30
_FLATTENS = 4
_ROW_HEIGHT = 26
_WIDE_WINDOWS = 60


@dataclass(frozen=True, slots=True)
class DriftWords:
    """Translated words: for the effect, for each status, and for the two thresholds."""

    effect: str
    statuses: Mapping[Status, str]
    warning: str
    critical: str


@dataclass(frozen=True, slots=True)
class DriftGrid:
    """Effect and status of features (rows) in windows (columns), both of shape (features, windows).

    features: names, given back on a click. labels: names as the reader sees them. Windows without rows belong
    to the grid, with NaN and the empty text for a status: it draws columns side by side, whatever time lies
    between them. outcomes_from: the row from which on the model's outputs and the truth stand, apart from the
    features.
    """

    features: Sequence[str]
    labels: Sequence[str]
    windows: Windows
    effect: FloatArray
    status: Strings
    threshold: Threshold
    outcomes_from: int | None = None


@dataclass(frozen=True, slots=True)
class EffectLine:
    """Effect and status of one feature, both of shape (windows,)."""

    windows: Windows
    effect: FloatArray
    status: Strings
    threshold: Threshold


@dataclass(frozen=True, slots=True)
class Distribution:
    """Shares of rows in the same bins, both of shape (B,): [bins..., other, missing], as the labels are.

    edges: what stands between neighbouring bins, B - 3 of them, for bins that are intervals. Other and missing
    are left out where no side has any.
    """

    labels: Sequence[str]
    reference: FloatArray
    current: FloatArray
    edges: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BandLine:
    """Quantiles per window, shape (windows, 5), rising; the same of what they are compared with, shape (5,)."""

    windows: Windows
    quantiles: FloatArray
    reference: FloatArray


@dataclass(frozen=True, slots=True)
class ShareLine:
    """A share per window, shape (windows,), and in what it is compared with."""

    name: str
    current: FloatArray
    reference: float


@dataclass(frozen=True, slots=True)
class BandWords:
    """Translated words: for the axis, the median, both bands, and the median of the reference."""

    values: str
    median: str
    half: str
    most: str
    reference: str


def heatmap_figure(grid: DriftGrid, words: DriftWords) -> go.Figure:
    """Features x windows, coloured by effect, with a glyph where the status is not ok.

    Clicks are answered by the markers over the cells, as heat maps of Plotly give none to Streamlit:
    customdata is [feature, window start, ...].
    """
    n_features, n_windows = grid.effect.shape
    layout = {
        "height": 96 + _ROW_HEIGHT * n_features,
        "xaxis": quiet_axis(range(n_windows), grid.windows.named) | {"range": [-0.5, n_windows - 0.5]},
        "yaxis": {
            "tickvals": list(range(n_features)),
            "ticktext": inert([shortened(label) for label in grid.labels]),
            # The first feature stands on top.
            "range": [n_features - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
            "zeroline": False,
        },
        "shapes": [] if grid.outcomes_from is None else [_divider(grid.outcomes_from - 0.5)],
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }
    return go.Figure({"data": [_cells(grid, words), *_glyphs(grid, words)], "layout": layout})


def distribution_figure(bars: Distribution, *, reference: str, current: str, share: str) -> go.Figure:
    """Shares of the reference (wide) and of the period (narrow) in the same bins, other and missing apart."""
    n_bins = len(bars.labels) - 2
    kept = [
        *range(n_bins),
        *(i for i in (n_bins, n_bins + 1) if bars.reference[i] > 0 or bars.current[i] > 0),
    ]
    positions = np.arange(len(kept), dtype=np.float64)
    positions[n_bins:] += 0.5
    labels = [bars.labels[index] for index in kept]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": positions,
            "y": shares[kept],
            "width": width,
            "marker": {
                "color": colour,
                "pattern": {"shape": ["" if index < n_bins else "/" for index in kept], "solidity": 0.25},
            },
            "hovertext": inert(labels),
            "hovertemplate": "<b>%{hovertext}</b><br>%{y:.1%}",
        }
        for name, shares, width, colour in (
            (reference, bars.reference, 0.92, palette.faded(palette.REFERENCE, 0.5)),
            (current, bars.current, 0.5, palette.CURRENT),
        )
    ]
    apart = len(kept) - n_bins
    axis = quiet_axis(positions.tolist(), labels, most=_MOST_BARS, always=apart)
    if bars.edges:
        between = [*(np.arange(len(bars.edges)) + 0.5).tolist(), *positions[n_bins:].tolist()]
        axis = quiet_axis(between, [*bars.edges, *labels[n_bins:]], always=apart)
    layout = {
        "barmode": "overlay",
        "bargap": 0,
        "hovermode": "closest",
        "xaxis": axis | {"range": [-0.75, positions[-1] + 0.75] if kept else None},
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
    details[:, 1] = inert(line.windows.labels)
    details[:, 2] = rounded(line.effect)
    ground = _ground(line)
    height = np.where(np.isnan(line.effect), ground, np.maximum(line.effect, ground))
    path: Trace = {
        "type": "scatter",
        "mode": "lines",
        "x": starts,
        "y": np.maximum(line.effect, ground),
        "line": {"color": palette.CURRENT, "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = []
    for status, chosen in by_status(line.status):
        trace = status_marks(status, words.statuses[status], starts[chosen], height[chosen], details[chosen])
        trace["hovertemplate"] = f"<b>%{{customdata[1]}}</b><br>{_verdict(status, words, 2)}"
        marks.append(trace)
    limits = (
        (line.threshold.warning, words.warning, palette.STATUS[Status.WARNING]),
        (line.threshold.critical, words.critical, palette.STATUS[Status.CRITICAL]),
    )
    is_log = is_logarithmic(line)
    layout = over_time(line.windows, words.effect) | {
        "yaxis": _effect_axis(line, words.effect),
        "shapes": [*(limit_line(value, colour) for value, _, colour in limits), *chosen_line(line.windows)],
        "annotations": [
            limit_word(math.log10(value) if is_log else value, word, above=word == words.critical)
            for value, word, _ in limits
        ],
    }
    return go.Figure({"data": [path, *marks], "layout": layout})


def band_figure(line: BandLine, words: BandWords) -> go.Figure:
    """The median per window inside the middle half and nine tenths of the rows, beside the reference's median."""
    starts, labels = line.windows.starts, inert(line.windows.labels)
    low, quarter, median, three_quarters, high = line.quantiles.T
    details = np.array(
        [labels, *(rounded(q, 6) for q in (low, quarter, three_quarters, high))], dtype=object
    ).T
    hover = (
        f"<b>%{{customdata[0]}}</b><br>{words.median} %{{y}}<br>{words.half} %{{customdata[2]}} – %{{customdata[3]}}"
        f"<br>{words.most} %{{customdata[1]}} – %{{customdata[4]}}<extra></extra>"
    )
    data: list[Trace] = [
        band(starts, low, high, name=words.most, fillcolor=palette.faded(palette.CURRENT, 0.14)),
        band(starts, quarter, three_quarters, name=words.half, fillcolor=palette.faded(palette.CURRENT, 0.3)),
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": words.median,
            "x": starts,
            "y": rounded(median, 6),
            "customdata": details,
            "hovertemplate": hover,
            "line": {"color": palette.CURRENT, "width": 2},
            "marker": {"size": 4},
        },
        level(starts, float(line.reference[2]), words.reference),
    ]
    return go.Figure({"data": data, "layout": over_time(line.windows, words.values)})


def shares_figure(windows: Windows, lines: Sequence[ShareLine], *, share: str, reference: str) -> go.Figure:
    """Shares per window, each beside its share in the reference, dotted in the same colour."""
    data: list[Trace] = []
    for line, colour in zip(lines, palette.CATEGORIES, strict=False):
        name = inert([line.name])[0]
        data += [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": shortened(name),
                "legendgroup": name,
                "x": windows.starts,
                "y": rounded(line.current, 5),
                "hovertext": [f"<b>{name}</b><br>{label}" for label in inert(windows.labels)],
                "hovertemplate": "%{hovertext}<br>%{y:.1%}<extra></extra>",
                "line": {"color": colour, "width": 1.75},
                "marker": {"size": 4},
            },
            level(windows.starts, line.reference, f"{name}, {reference}", colour)
            | {"legendgroup": name, "showlegend": len(lines) == 1, "hovertemplate": "%{y:.1%}"},
        ]
    layout = over_time(windows, share)
    layout["yaxis"] |= {"tickformat": ".0%", "rangemode": "tozero"}
    return go.Figure({"data": data, "layout": layout})


def is_logarithmic(line: EffectLine) -> bool:
    """Whether effects are drawn by orders of magnitude: where one would flatten all others."""
    return float(np.nanmax(line.effect, initial=0.0)) > _FLATTENS * line.threshold.critical


def _ground(line: EffectLine) -> float:
    """Where the axis of effects begins; by orders of magnitude at a hundredth of a warning, which is none."""
    return line.threshold.warning / 100 if is_logarithmic(line) else 0.0


def _effect_axis(line: EffectLine, title: str) -> Trace:
    axis: Trace = {"title": {"text": title}, "fixedrange": True}
    if not is_logarithmic(line):
        return axis | {"rangemode": "tozero"}
    ends = [math.log10(_ground(line)), math.log10(float(np.nanmax(line.effect))) + 0.15]
    return axis | {"type": "log", "range": ends, "tickformat": "~g", "dtick": 1}


def _divider(at: float) -> Trace:
    """A line across the grid between two rows."""
    line = {"color": palette.REFERENCE, "width": 1.5}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}


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
    details[:, 2] = np.array(inert(grid.windows.labels), dtype=object)[columns]
    details[:, 3] = rounded(grid.effect.ravel())
    for status, chosen in by_status(grid.status.ravel()):
        trace = status_marks(status, words.statuses[status], columns[chosen], rows[chosen], details[chosen])
        trace["hovertemplate"] = f"<b>%{{y}}</b><br>%{{customdata[2]}}<br>{_verdict(status, words, 3)}"
        if status is Status.OK:
            trace |= {"showlegend": False, "marker": {"color": palette.TRANSPARENT, "size": GLYPH}}
        elif grid.effect.shape[1] > _WIDE_WINDOWS:
            trace["marker"] = status_marker(status, SMALL_GLYPH)
        yield trace


def _verdict(status: Status, words: DriftWords, effect: int) -> str:
    """The end of a hover text: the effect, that item of customdata, where it was judged; the status."""
    judged = status not in (Status.NOT_ENOUGH_DATA, Status.UNDEFINED)
    value = f"{words.effect} %{{customdata[{effect}]:.3f}}<br>" if judged else ""
    return f"{value}{words.statuses[status]}<extra></extra>"
