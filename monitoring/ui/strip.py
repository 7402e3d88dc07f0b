"""A strip of history: a row of small bars per domain, one bar per window, each a link to what explains it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from monitoring.thresholds import Status
from monitoring.ui.url import link_parameters, open_page


@dataclass(frozen=True, slots=True)
class Bar:
    """A window's verdict. left and width: shares of the strip. weight: how bad, 1 is the worst of its row.

    text: lines, the first one stands out. period: from and to, as they stand in the URL.
    """

    left: float
    width: float
    status: Status
    weight: float
    text: tuple[str, ...]
    period: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """The bars of one domain, and the page that they open with these parameters and their own period."""

    label: str
    page: str
    parameters: Mapping[str, str]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, under a heading where it is not empty."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the time axis. left: share of the strip."""

    left: float
    label: str


_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "vigie_strip",
    html='<div class="strip"></div>',
    css=(_HERE / "strip.css").read_text("utf-8"),
    js=(_HERE / "strip.js").read_text("utf-8"),
)


def strip(groups: Sequence[Group], ticks: Sequence[Tick], key: str) -> None:
    """Show a history; a click opens the page of its row with the period of its bar."""
    data = {
        "groups": [_group(group) for group in groups],
        "ticks": [{"left": tick.left, "label": tick.label} for tick in ticks],
    }
    result = _component(key=key, data=data, on_opened_change=_opened)
    bars = [(row, bar) for group in groups for row in group.rows for bar in row.bars]
    opened = result.opened
    if isinstance(opened, int) and 0 <= opened < len(bars):
        row, bar = bars[opened]
        open_page(row.page, **row.parameters, **_period(bar))


_HEIGHTS = {Status.OK: (16, 16), Status.WARNING: (32, 52), Status.CRITICAL: (60, 100)}


def bar_height(bar: Bar) -> int:
    """Height in percent: it says the same as the colour, and how bad."""
    low, high = _HEIGHTS.get(bar.status, (16, 16))
    return round(low + (high - low) * bar.weight)


def _opened() -> None:
    """A click is answered where the strip stands, once the page has been drawn so far."""


def _group(group: Group) -> dict[str, Any]:
    return {"label": group.label, "rows": [row_data(row) for row in group.rows]}


def row_data(row: Row) -> dict[str, Any]:
    """What the browser needs to draw a row: values and texts, no markup."""
    base = urlencode(link_parameters(**{**row.parameters, "from": "", "to": ""}))
    cells = [
        {
            "left": round(bar.left, 5),
            "width": round(bar.width, 5),
            "status": str(bar.status),
            "height": bar_height(bar),
            "text": list(bar.text),
            "period": "&" + urlencode({name: value for name, value in _period(bar).items() if value}),
        }
        for bar in row.bars
    ]
    return {"label": row.label, "link": f"{row.page}?{base}", "cells": cells}


def _period(bar: Bar) -> dict[str, str]:
    start, end = bar.period
    return {"from": start, "to": end}
