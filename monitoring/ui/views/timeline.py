"""Windows on the axis of a figure, and a click on one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import plotly.graph_objects as go
import streamlit as st
from babel.dates import format_skeleton

from monitoring import palette
from monitoring.scope import Scope
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.state import Context, history, period_parameters
from monitoring.ui.url import set_filters
from monitoring.windows import Grain, Window, fitting_grain, window_of, windows_between

FEW_WINDOWS = 6
"""A period of fewer windows is drawn inside its history, where it can be seen what it stands out from."""


MOST_WINDOWS = 120
"""More windows than a figure can tell apart."""


def axis_label(start: datetime, grain: Grain, timezone: str, *, with_year: bool) -> str:
    """A window in a few letters, for the axis of a figure."""
    local = start.astimezone(ZoneInfo(timezone))
    if grain == "hour":
        return f"{_skeleton('MMMd', local)} {local:%H:%M}"
    if grain == "month":
        return _skeleton("yMMM", local)
    return _skeleton("yMMMd" if with_year else "MMMd", local)


def _skeleton(skeleton: str, local: datetime) -> str:
    return str(format_skeleton(skeleton, local.replace(tzinfo=None), locale=fmt.locale()))


def some_of(count: int, total: int, grain: Grain) -> str:
    """In how many of the windows, as it stands in a sentence."""
    texts = {
        "hour": ngettext("in {count} of {total} hour", "in {count} of {total} hours", total),
        "day": ngettext("on {count} of {total} day", "on {count} of {total} days", total),
        "week": ngettext("in {count} of {total} week", "in {count} of {total} weeks", total),
        "month": ngettext("in {count} of {total} month", "in {count} of {total} months", total),
    }
    return texts[grain].format(count=fmt.integer(count), total=fmt.integer(total))


def all_of(total: int, grain: Grain) -> str:
    """In how many windows, as it stands in a sentence."""
    texts = {
        "hour": ngettext("in {total} hour", "in {total} hours", total),
        "day": ngettext("in {total} day", "in {total} days", total),
        "week": ngettext("in {total} week", "in {total} weeks", total),
        "month": ngettext("in {total} month", "in {total} months", total),
    }
    return texts[grain].format(total=fmt.integer(total))


def each(amount: str, grain: Grain) -> str:
    """An amount for each window: so much a week."""
    texts = {
        "hour": _("{amount} an hour"),
        "day": _("{amount} a day"),
        "week": _("{amount} a week"),
        "month": _("{amount} a month"),
    }
    return texts[grain].format(amount=amount)


def drawable(context: Context) -> Scope:
    """What the reader asks for, in longer windows where a figure could not tell the chosen ones apart."""
    scope, version = context.scope, context.version
    if version is None or scope.start is None or scope.end is None or scope.window is None:
        return scope
    if len(windows_between(scope.start, scope.end, scope.window, version.timezone)) <= MOST_WINDOWS:
        return scope
    return replace(scope, window=fitting_grain(Window(scope.start, scope.end), version.window))


def is_part(context: Context) -> bool:
    """Whether the reader looks at a part of the history."""
    return history(context.version) != (context.start, context.end)


def surroundings(context: Context, n_windows: int) -> Scope | None:
    """The whole history, for a period of few windows that is only a part of it; else None."""
    start, end = history(context.version)
    if start is None or end is None or context.version is None:
        return None
    if n_windows >= FEW_WINDOWS or not is_part(context):
        return None
    grain = fitting_grain(Window(start, end), context.version.window)
    return replace(context.scope, start=start, end=end, window=grain)


def shade(figure: go.Figure, start: datetime, end: datetime, timezone: str) -> go.Figure:
    """Mark a period in a figure over time."""
    zone = ZoneInfo(timezone)
    ends = [moment.astimezone(zone).replace(tzinfo=None).isoformat() for moment in (start, end)]
    figure.add_shape(
        type="rect", xref="x", yref="paper", x0=ends[0], x1=ends[1], y0=0, y1=1,
        fillcolor=palette.faded(palette.CURRENT, 0.14), line={"width": 0}, layer="below",
    )  # fmt: skip
    return figure


def look_at_window(key: str, context: Context, grain: Grain) -> None:
    """Make the window that was clicked in a figure the period; the callback of that figure."""
    points = clicked(st.session_state.get(key))
    if not points or context.version is None:
        return
    window = window_of(datetime.fromisoformat(str(points[0])), grain, context.version.timezone)
    start, end = period_parameters(context.version, window.start, window.end)
    set_filters(**{"from": start, "to": end})


def clicked(event: Mapping[str, Any] | None) -> Sequence[object]:
    """What the clicked points of a figure stand for: their customdata."""
    points = (event or {}).get("selection", {}).get("points", [])
    return [point["customdata"] for point in points if point.get("customdata") is not None]
