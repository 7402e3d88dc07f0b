"""What came in: inferences per window against what is usual, and how much of their ground truth is known."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import plotly.graph_objects as go

from monitoring import palette
from monitoring.performance.report import PerformanceReport
from monitoring.quality.report import CheckHistory
from monitoring.thresholds import MATURE, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.theme import GLYPHS
from monitoring.windows import Grain, Window

MOST_WINDOWS = 120
_MOST_LABELS = 9
_WIDEST_GLYPHS = 60


@dataclass(frozen=True, slots=True)
class Arrival:
    """A window: how many inferences came, how many usually come, how many have truth; None where nobody knows.

    label: the window's name; mark: what stands on the axis.
    """

    start: datetime
    end: datetime
    label: str
    mark: str
    n: int
    usual: float | None
    status: Status
    n_truth: int | None


def arrivals(
    volume: CheckHistory, performance: PerformanceReport | None, grain: Grain, timezone: str
) -> list[Arrival]:
    """The windows of a period, in order."""
    windows = performance.windows if performance else ()
    truths = {window.start: window.slice.n_truth for window in windows}
    return [
        Arrival(
            window.start,
            window.end,
            fmt.window(window.start, grain, timezone),
            _mark(window.start, grain, timezone),
            round(check.value or 0),
            check.expected,
            check.status,
            truths.get(window.start, 0) if performance else None,
        )
        for window, check in zip(volume.windows, volume.results, strict=True)
    ]


def summary(found: Sequence[Arrival], period: Window, timezone: str) -> str:
    """How much came in a period, and for how much of it the truth is known."""
    total = sum(arrival.n for arrival in found)
    text = ngettext("{count} inference of {period}", "{count} inferences of {period}", total)
    what = text.format(count=fmt.integer(total), period=fmt.period(period.start, period.end, timezone))
    known = [arrival.n_truth for arrival in found if arrival.n_truth is not None]
    if not known or not total:
        return _("{what}.").format(what=what)
    return _("{what}; the ground truth of {share} of them has come.").format(
        what=what, share=fmt.percent(sum(known) / total)
    )


def unusual(found: Sequence[Arrival], length: str) -> str:
    """How many windows had an unusual number of rows; length: the word for a window's length."""
    odd = [arrival for arrival in found if needs_attention(arrival.status)]
    if all(arrival.usual is None for arrival in found):
        return _("There is too little history yet to say what volume is usual.")
    if not odd:
        return _("The volume was as usual throughout.")
    text = ngettext(
        "In {count} window ({length}) the volume was unusual, last: {last}.",
        "In {count} windows ({length}) the volume was unusual, last: {last}.",
        len(odd),
    )
    return text.format(count=fmt.integer(len(odd)), length=length, last=odd[-1].label)


def volume_figure(found: Sequence[Arrival]) -> go.Figure:
    """Inferences per window as bars, what is usual as a line. customdata: the window's position."""
    positions = list(range(len(found)))
    bars = {
        "type": "bar",
        "name": _("Inferences"),
        "x": positions,
        "y": [arrival.n for arrival in found],
        "marker": {"color": [_colour(arrival) for arrival in found]},
        "text": [_glyph(arrival, len(found)) for arrival in found],
        "textposition": "outside",
        "textangle": 0,
        "cliponaxis": False,
        "customdata": positions,
        "hovertext": [_volume_hover(arrival) for arrival in found],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "unselected": {"marker": {"opacity": 1.0}},
    }
    usual = {
        "type": "scatter",
        "mode": "lines",
        "name": _("Usual"),
        "x": positions,
        "y": [arrival.usual for arrival in found],
        "line": {"color": palette.REFERENCE, "width": 2, "dash": "dot", "shape": "hvh"},
        "hoverinfo": "skip",
    }
    known = any(arrival.usual is not None for arrival in found)
    return go.Figure({"data": [bars, usual] if known else [bars], "layout": _layout(found, _("Inferences"))})


def maturity_figure(found: Sequence[Arrival]) -> go.Figure:
    """Share of each window's inferences whose truth has come, with the share from which it is judged."""
    positions = list(range(len(found)))
    shares = [_share(arrival) for arrival in found]
    bars = {
        "type": "bar",
        "name": _("Truth has come"),
        "x": positions,
        "y": shares,
        "marker": {
            "color": [
                palette.TRUTH if share >= MATURE else palette.faded(palette.TRUTH, 0.45) for share in shares
            ]
        },
        "customdata": positions,
        "hovertext": [_truth_hover(arrival, share) for arrival, share in zip(found, shares, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "showlegend": False,
        "unselected": {"marker": {"opacity": 1.0}},
    }
    limit = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": MATURE, "y1": MATURE}
    line = {"line": {"color": palette.REFERENCE, "width": 1, "dash": "dash"}}
    shares_axis = {"tickformat": ".0%", "range": [0, 1.05]}
    layout = _layout(found, _("Truth has come"), shares_axis) | {"shapes": [limit | line]}
    return go.Figure({"data": [bars], "layout": layout})


def _layout(
    found: Sequence[Arrival], title: str, values: Mapping[str, object] = MappingProxyType({})
) -> dict[str, object]:
    step = max(1, math.ceil(len(found) / _MOST_LABELS))
    named = range(0, len(found), step)
    axis = {"tickvals": list(named), "ticktext": [found[index].mark for index in named]}
    return {
        "xaxis": axis | {"showgrid": False, "zeroline": False, "fixedrange": True, "automargin": True},
        "yaxis": {"title": {"text": title}, "rangemode": "tozero", "fixedrange": True, **values},
        "bargap": 0.15,
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }


def _mark(start: datetime, grain: Grain, timezone: str) -> str:
    return fmt.day(start, timezone) if grain == "week" else fmt.window(start, grain, timezone)


def _colour(arrival: Arrival) -> str:
    """That of a verdict; a window that is not complete, so that it gets none, is pale."""
    if needs_attention(arrival.status):
        return palette.STATUS[arrival.status]
    is_judged = arrival.status == Status.OK or arrival.usual is None
    return palette.CURRENT if is_judged else palette.faded(palette.CURRENT, 0.45)


def _glyph(arrival: Arrival, n_windows: int) -> str:
    return GLYPHS[arrival.status] if needs_attention(arrival.status) and n_windows <= _WIDEST_GLYPHS else ""


def _share(arrival: Arrival) -> float:
    return (arrival.n_truth or 0) / arrival.n if arrival.n else 0.0


def _volume_hover(arrival: Arrival) -> str:
    lines = [f"<b>{arrival.label}</b>", _("{count} inferences").format(count=fmt.integer(arrival.n))]
    if arrival.usual is not None:
        lines.append(_("{count} are usual").format(count=fmt.number(arrival.usual)))
    if arrival.usual is not None or needs_attention(arrival.status):
        lines.append(status_text(arrival.status))
    return "<br>".join(lines)


def _truth_hover(arrival: Arrival, share: float) -> str:
    text = _("{known} of {count} known ({share})").format(
        known=fmt.integer(arrival.n_truth), count=fmt.integer(arrival.n), share=fmt.percent(share)
    )
    return f"<b>{arrival.label}</b><br>{text}"
