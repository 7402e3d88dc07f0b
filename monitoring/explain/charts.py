"""Figures of attributions. Labels, units and sentences come from the caller, in the reader's language."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from monitoring import palette
from monitoring.explain.summary import FeatureImportance

MAX_POINTS = 2000
"""More points make a page slow and a swarm no clearer."""

_ROW_PIXELS = 32
_FRAME_PIXELS = 90
_MARGIN = 0.12
_LINES_PIXELS = 380
_SWARM_BINS = 40
_SWARM_HEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Contribution:
    """One feature of one inference: its label, its value as the reader writes it, and its attribution."""

    label: str
    value: str
    attribution: float


@dataclass(frozen=True, slots=True)
class Texts:
    """What figures say beside labels and numbers; `axis` names the unit."""

    axis: str
    current: str = ""
    reference: str = ""
    rest: str = ""
    base: str = ""
    output: str = ""
    low: str = ""
    high: str = ""


def importance_figure(
    current: Sequence[FeatureImportance],
    texts: Texts,
    *,
    reference: Sequence[FeatureImportance] = (),
    labels: Mapping[str, str] | None = None,
    top: int = 15,
) -> go.Figure:
    """Mean absolute attributions as bars, the largest on top, beside the reference's where given."""
    shown = sorted(current, key=lambda each: each.rank)[:top]
    names = [_label(each.feature, labels) for each in shown]
    figure = go.Figure()
    if reference:
        earlier = {each.feature: each.mean_absolute for each in reference}
        values = [earlier.get(each.feature) for each in shown]
        figure.add_bar(
            y=names, x=values, orientation="h", name=texts.reference, marker_color=palette.REFERENCE
        )
    values = [each.mean_absolute for each in shown]
    figure.add_bar(y=names, x=values, orientation="h", name=texts.current, marker_color=palette.CURRENT)
    figure.update_layout(
        height=_height(len(shown)),
        barmode="group",
        showlegend=bool(reference),
        xaxis={"title": texts.axis, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    return figure


def waterfall_figure(
    base_value: float, contributions: Sequence[Contribution], texts: Texts, *, top: int = 10
) -> go.Figure:
    """How one prediction came about: from the base value, the largest steps first, to the model's output."""
    ordered = sorted(contributions, key=lambda each: -abs(each.attribution))
    shown, others = ordered[:top], ordered[top:]
    steps = [(_step_label(each), each.attribution) for each in shown]
    if others:
        steps.append((_plain(texts.rest), sum(each.attribution for each in others)))
    labels = [_plain(texts.base), *(label for label, _ in steps), _plain(texts.output)]
    total = base_value + sum(value for _, value in steps)
    # Numbers are written by plotly, in the reader's manner where the page sets its separators.
    numbers = ["%{final:.3~g}", *("%{delta:+.3~g}" for _ in steps), "%{final:.3~g}"]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            measure=["absolute", *("relative" for _ in steps), "total"],
            # Positions, since two steps may have the same label.
            y=list(range(len(labels))),
            x=[base_value, *(value for _, value in steps), total],
            texttemplate=numbers,
            textposition="outside",
            increasing={"marker": {"color": palette.INCREASE}},
            decreasing={"marker": {"color": palette.DECREASE}},
            totals={"marker": {"color": palette.REFERENCE}},
            hovertext=labels,
            hovertemplate=[f"%{{hovertext}}: {number}<extra></extra>" for number in numbers],
        )
    )
    figure.update_layout(
        height=_height(len(labels)),
        showlegend=False,
        xaxis={"title": texts.axis, "range": _room(base_value, [value for _, value in steps])},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "tickmode": "array",
            "tickvals": list(range(len(labels))),
            "ticktext": labels,
        },
    )
    return figure


def beeswarm_figure(
    values: NDArray[np.float64],
    levels: NDArray[np.float64],
    features: Sequence[str],
    texts: Texts,
    *,
    labels: Mapping[str, str] | None = None,
    top: int = 10,
) -> go.Figure:
    """A point for every row and feature: across its attribution, coloured by the feature's level.

    `values` and `levels` are [rows, features]; a level is in [0, 1] from low to high, NaN (grey) where a
    feature has no order or is missing. At most `MAX_POINTS` points are drawn, from evenly spaced rows.
    """
    shown = np.argsort(-np.abs(values).mean(axis=0), kind="stable")[:top] if len(values) else np.arange(0)
    step = max(1, -(-len(values) * len(shown) // MAX_POINTS))
    drawn, level = values[::step][:, shown], levels[::step][:, shown]
    heights = np.column_stack([_swarm(column) for column in drawn.T]) if len(shown) else drawn
    x, y = drawn.ravel(), (heights + np.arange(len(shown))).ravel()
    ordered = ~np.isnan(level.ravel())
    figure = go.Figure()
    figure.add_scattergl(
        x=x[~ordered], y=y[~ordered], mode="markers", marker={"size": 4, "color": palette.REFERENCE}
    )
    figure.add_scattergl(
        x=x[ordered], y=y[ordered], mode="markers", marker=_levels(level.ravel()[ordered], texts)
    )
    names = [_label(features[position], labels) for position in shown]
    figure.update_traces(hovertemplate="%{x:.3g}<extra></extra>")
    figure.update_layout(
        height=_height(len(names)),
        showlegend=False,
        xaxis={"title": texts.axis, "zeroline": True},
        yaxis={
            "autorange": "reversed",
            "automargin": True,
            "tickmode": "array",
            "tickvals": list(range(len(names))),
            "ticktext": names,
        },
    )
    return figure


def importance_over_time_figure(
    starts: Sequence[datetime],
    importances: Mapping[str, Sequence[float | None]],
    texts: Texts,
    *,
    labels: Mapping[str, str] | None = None,
    top: int = 8,
) -> go.Figure:
    """A line of every feature's importance over windows, the features with the largest mean first.

    `importances` holds one number per window and feature; None or NaN leaves a gap.
    """
    series = {name: _known(numbers) for name, numbers in importances.items()}
    order = sorted(series, key=lambda name: (-_mean(series[name]), name))[:top]
    figure = go.Figure()
    for position, name in enumerate(order):
        figure.add_scatter(
            x=list(starts),
            y=series[name],
            mode="lines+markers",
            name=_label(name, labels),
            connectgaps=False,
            line={"color": palette.CATEGORIES[position % len(palette.CATEGORIES)]},
        )
    figure.update_layout(
        height=_LINES_PIXELS, yaxis={"title": texts.axis, "rangemode": "tozero"}, hovermode="x unified"
    )
    return figure


def _plain(text: str) -> str:
    """Plotly reads tags in labels; users' text has none."""
    return html.escape(text, quote=False)


def _label(feature: str, labels: Mapping[str, str] | None) -> str:
    return _plain((labels or {}).get(feature, feature))


def _step_label(contribution: Contribution) -> str:
    return _plain(f"{contribution.label} = {contribution.value}")


def _room(base_value: float, steps: Sequence[float]) -> tuple[float, float]:
    """Range of the axis: all sums from 0 on, with a margin for the numbers beside the bars."""
    sums = np.cumsum([base_value, *steps])
    low, high = min(0.0, float(sums.min())), max(0.0, float(sums.max()))
    margin = _MARGIN * (high - low or 1.0)
    return (low - margin if low < 0 else low, high + margin if high > 0 else high)


def _height(rows: int) -> int:
    return _FRAME_PIXELS + _ROW_PIXELS * max(rows, 1)


def _levels(level: NDArray[np.float64], texts: Texts) -> dict[str, object]:
    scale = [[0.0, palette.DECREASE], [0.5, palette.REFERENCE], [1.0, palette.INCREASE]]
    bar = {"tickvals": [0.0, 1.0], "ticktext": [_plain(texts.low), _plain(texts.high)], "thickness": 10}
    return {"size": 4, "color": level, "cmin": 0.0, "cmax": 1.0, "colorscale": scale, "colorbar": bar}


def _swarm(column: NDArray[np.float64]) -> NDArray[np.float64]:
    """Heights in [-0.4, 0.4] that keep points of similar value apart, the denser the wider."""
    if not len(column) or np.ptp(column) == 0:
        return np.zeros(len(column))
    bins = ((column - column.min()) / np.ptp(column) * (_SWARM_BINS - 1)).astype(np.int64)
    order = np.argsort(bins, kind="stable")
    counts = np.bincount(bins, minlength=_SWARM_BINS)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    place = np.empty(len(column))
    place[order] = np.arange(len(column)) - starts[bins[order]]
    # Neighbours alternate above and below the middle.
    side = np.where(place % 2 == 0, 1.0, -1.0)
    return np.asarray(side * np.ceil(place / 2) / max(counts.max() / 2, 1.0) * _SWARM_HEIGHT)


def _known(numbers: Sequence[float | None]) -> list[float | None]:
    return [None if number is None or np.isnan(number) else number for number in numbers]


def _mean(numbers: Sequence[float | None]) -> float:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known else 0.0
