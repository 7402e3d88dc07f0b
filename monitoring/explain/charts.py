"""Figures of attributions. Labels, units and sentences come from the caller, in the reader's language."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from monitoring import palette
from monitoring.explain.summary import FeatureImportance
from monitoring.thresholds import Status
from monitoring.traces import status_marker

MAX_POINTS = 2000
"""More points make a page slow and a swarm no clearer."""

_ROW_PIXELS = 32
_FRAME_PIXELS = 90
_MARGIN = 0.16
_LINES_PIXELS = 380
_SWARM_BINS = 40
_SWARM_HEIGHT = 0.4
_MOST_LABELS = 10


@dataclass(frozen=True, slots=True)
class Contribution:
    """One feature of one inference: its label, its value as the reader writes it, and its attribution."""

    label: str
    value: str
    attribution: float


@dataclass(frozen=True, slots=True)
class Texts:
    """What figures say beside labels and numbers; `axis` names the unit, `number` is how Plotly writes it."""

    axis: str
    current: str = ""
    reference: str = ""
    low: str = ""
    high: str = ""
    number: str = ""


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
    figure.update_traces(customdata=[each.feature for each in shown], unselected={"marker": {"opacity": 1.0}})
    figure.update_layout(
        height=_height(len(shown)),
        barmode="group",
        showlegend=bool(reference),
        clickmode="event+select",
        xaxis={"title": texts.axis, "rangemode": "tozero", "tickformat": texts.number, "fixedrange": True},
        yaxis={"autorange": "reversed", "automargin": True, "type": "category"},
    )
    return figure


@dataclass(frozen=True, slots=True)
class WaterfallWords:
    """Translated words of a waterfall, and how its numbers are written.

    axis: the unit. base, output: the first and the last row. rest: the features that are not shown, by how many they
    are. level, step: an output and an attribution as people write them. ticks: levels that the axis names, where it
    shall not name them itself.
    """

    axis: str
    base: str
    output: str
    rest: Callable[[int], str]
    level: Callable[[float], str]
    step: Callable[[float], str]
    ticks: tuple[tuple[float, str], ...] = ()


def waterfall_figure(
    base_value: float, contributions: Sequence[Contribution], words: WaterfallWords, *, top: int = 10
) -> go.Figure:
    """How one prediction came about: from the base value, the largest steps first, to the model's output.

    The last bar is all steps together.
    """
    ordered = sorted(contributions, key=lambda each: -abs(each.attribution))
    shown, others = ordered[:top], ordered[top:]
    steps = [(_step_label(each), each.attribution) for each in shown]
    if others:
        steps.append((_plain(words.rest(len(others))), math.fsum(each.attribution for each in others)))
    total = base_value + math.fsum(value for _, value in steps)
    labels = [_plain(words.base), *(label for label, _ in steps), _plain(words.output)]
    numbers = [words.level(base_value), *(words.step(value) for _, value in steps), words.level(total)]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            base=base_value,
            measure=["absolute", *("relative" for _ in steps), "total"],
            # Positions, since two steps may have the same label.
            y=list(range(len(labels))),
            x=[0.0, *(value for _, value in steps), 0.0],
            text=list(map(_plain, numbers)),
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": palette.INCREASE}},
            decreasing={"marker": {"color": palette.DECREASE}},
            totals={"marker": {"color": palette.REFERENCE}},
            connector={"line": {"color": palette.faded(palette.REFERENCE, 0.5), "width": 1}},
            hovertext=[f"{label}: {_plain(number)}" for label, number in zip(labels, numbers, strict=True)],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    ticks: dict[str, object] = {}
    if words.ticks:
        ticks = {"tickvals": [at for at, _ in words.ticks], "ticktext": [_plain(t) for _, t in words.ticks]}
    figure.add_shape(
        type="line", xref="x", yref="paper", x0=base_value, x1=base_value, y0=0, y1=1, layer="below",
        line={"color": palette.REFERENCE, "width": 1, "dash": "dot"},
    )  # fmt: skip
    figure.update_layout(
        height=_height(len(labels)),
        showlegend=False,
        xaxis={
            "title": _plain(words.axis),
            "range": _room(base_value, [value for _, value in steps]),
            "zeroline": False,
            "fixedrange": True,
            **ticks,
        },
        yaxis={
            "range": [len(labels) - 0.4, -0.6],
            "automargin": True,
            "fixedrange": True,
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
    windows: Sequence[str] = (),
    top: int = 8,
) -> go.Figure:
    """A line of every feature's importance over windows, the features with the largest mean first.

    `importances` holds one number per window and feature; None or NaN leaves a gap. `windows` are the windows' names
    on the axis.
    """
    series = {name: _known(numbers) for name, numbers in importances.items()}
    order = sorted(series, key=lambda name: (-_mean(series[name]), name))[:top]
    figure = go.Figure()
    for position, name in enumerate(order):
        figure.add_scatter(
            x=list(map(_x, starts)),
            y=series[name],
            customdata=[start.isoformat() for start in starts],
            text=list(map(_plain, windows)) or None,
            hovertemplate=f"%{{fullData.name}}, %{{text}}: %{{y:{texts.number}}}<extra></extra>",
            mode="lines+markers",
            name=_label(name, labels),
            connectgaps=False,
            line={"color": palette.CATEGORIES[position % len(palette.CATEGORIES)], "width": 1.5},
            marker={"size": 5},
            unselected={"marker": {"opacity": 1.0}},
        )
    figure.update_layout(
        height=_LINES_PIXELS,
        xaxis=_time_axis(starts, windows),
        yaxis={"title": texts.axis, "rangemode": "tozero", "tickformat": texts.number, "fixedrange": True},
        hovermode="closest",
        clickmode="event+select",
    )
    return figure


def _time_axis(starts: Sequence[datetime], windows: Sequence[str]) -> dict[str, object]:
    """An axis of windows that names a few of them."""
    step = max(1, -(-len(starts) // _MOST_LABELS))
    named = {"tickvals": list(map(_x, starts[::step])), "ticktext": list(map(_plain, windows[::step]))}
    quiet: dict[str, object] = {"type": "date", "showgrid": False, "fixedrange": True, "automargin": True}
    return quiet | named if windows else quiet


@dataclass(frozen=True, slots=True)
class AgreementPoint:
    """How far the order of the features in a window is that of the reference. label: the window on the axis."""

    start: datetime
    value: float
    status: Status
    label: str
    hover: str


@dataclass(frozen=True, slots=True)
class AgreementWords:
    """Translated words: for the axis, the limit, each status."""

    axis: str
    limit: str
    statuses: Mapping[Status, str]


def agreement_figure(points: Sequence[AgreementPoint], words: AgreementWords, *, limit: float) -> go.Figure:
    """Agreement per window, marked by verdict, above a limit below which it is reported."""
    known = [p for p in points if not math.isnan(p.value)]
    figure = go.Figure()
    figure.add_scatter(
        x=[_x(p.start) for p in known],
        y=[p.value for p in known],
        mode="lines",
        line={"color": palette.CURRENT, "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
    )
    for status in Status:
        marked = [p for p in known if p.status is status]
        if marked:
            figure.add_scatter(
                x=[_x(p.start) for p in marked],
                y=[p.value for p in marked],
                mode="markers",
                name=words.statuses[status],
                marker=status_marker(status),
                customdata=[p.start.isoformat() for p in marked],
                hovertext=[p.hover for p in marked],
                hovertemplate="%{hovertext}<extra></extra>",
                unselected={"marker": {"opacity": 1.0}},
            )
    if known:
        ends = [_x(known[0].start), _x(known[-1].start)]
        line = {"color": palette.TARGET, "width": 1.5, "dash": "dash"}
        figure.add_scatter(
            x=ends, y=[limit, limit], mode="lines", name=words.limit, line=line, hoverinfo="skip"
        )
    lowest = min([limit, *(p.value for p in known)])
    figure.update_layout(
        xaxis=_time_axis([p.start for p in known], [p.label for p in known]),
        yaxis={
            "title": words.axis,
            "range": [lowest - 0.02, 1.01],
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
        hovermode="closest",
        clickmode="event+select",
    )
    return figure


def dependence_figure(
    values: Sequence[object], attributions: NDArray[np.float64], ids: Sequence[str], texts: Texts
) -> go.Figure:
    """A point per row: the value of a feature, and what it added to the output there.

    Numbers and times lie on an axis of their own; other values stand side by side, those that raise the output most on
    the right. `texts.current` names the feature, `texts.axis` the unit of attributions.
    """
    figure = go.Figure()
    rows = zip(values, attributions.tolist(), ids, strict=True)
    known: list[tuple[object, float, str]] = [row for row in rows if row[0] is not None]
    is_text = any(isinstance(value, str) for value, _, _ in known)
    if is_text:
        known = _in_order_of_effect(known)
    x = [_x(value) if isinstance(value, datetime) else value for value, _, _ in known]
    figure.add_trace(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [_plain(str(value)) for value in x] if is_text else x,
            "y": [size for _, size, _ in known],
            "marker": {"size": 5, "color": palette.CURRENT, "opacity": 0.45},
            "customdata": [name for _, _, name in known],
            "hovertemplate": "%{x}: %{y:.3g}<extra></extra>",
            "unselected": {"marker": {"opacity": 0.45}},
            "showlegend": False,
        }
    )
    figure.add_shape(
        type="line", xref="paper", x0=0, x1=1, y0=0, y1=0, layer="below",
        line={"color": palette.REFERENCE, "width": 1, "dash": "dot"},
    )  # fmt: skip
    axis: dict[str, object] = {
        "title": _plain(texts.current),
        "fixedrange": True,
        "zeroline": False,
        "automargin": True,
    }
    figure.update_layout(
        xaxis=axis | ({"type": "category"} if is_text else {}),
        yaxis={"title": _plain(texts.axis), "fixedrange": True, "zeroline": False},
        hovermode="closest",
        clickmode="event+select",
        showlegend=False,
    )
    return figure


def _in_order_of_effect(known: list[tuple[object, float, str]]) -> list[tuple[object, float, str]]:
    """Rows by their category, those with the lowest mean attribution first."""
    sizes: dict[str, list[float]] = {}
    for value, size, _ in known:
        sizes.setdefault(str(value), []).append(size)
    order = {value: (math.fsum(found) / len(found), value) for value, found in sizes.items()}
    return sorted(known, key=lambda each: order[str(each[0])])


def _x(moment: datetime) -> str:
    # Plotly shows the clock as written and knows no zones.
    return moment.replace(tzinfo=None).isoformat()


def _plain(text: str) -> str:
    """Plotly reads tags in labels; users' text has none."""
    return html.escape(text, quote=False)


def _label(feature: str, labels: Mapping[str, str] | None) -> str:
    return _plain((labels or {}).get(feature, feature))


def _step_label(contribution: Contribution) -> str:
    return _plain(f"{contribution.label} = {contribution.value}")


def _room(base_value: float, steps: Sequence[float]) -> tuple[float, float]:
    """Range of the axis: all sums, with a margin for the numbers beside the bars."""
    sums = np.cumsum([base_value, *steps])
    low, high = float(sums.min()), float(sums.max())
    margin = _MARGIN * (high - low or abs(base_value) or 1.0)
    return low - margin, high + margin


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
