"""What figures over windows are made of: axes, marks by status, limits, bands; dictionaries, as Plotly reads them.

Names that users gave are escaped, since Plotly reads a little HTML in every text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from monitoring import palette
from monitoring.thresholds import Status

Trace = dict[str, object]
Strings = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]

MOST_WINDOWS, FEW_WINDOWS = 10, 6
"""Windows that an axis names, over the whole width of a page and over half of it."""

GLYPH, SMALL_GLYPH = 9, 7
LONGEST_NAME = 32

_SYMBOLS: Mapping[Status, str] = {
    Status.OK: "circle",
    Status.WARNING: "triangle-up",
    Status.CRITICAL: "diamond",
    Status.NOT_ENOUGH_DATA: "circle-open-dot",
    Status.UNDEFINED: "line-ew-open",
}
_OUTLINE = "#FFFFFF"


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a figure, in order: their starts as ISO 8601, and how the reader writes them.

    ticks: shorter words for an axis; the labels where there are none. chosen: start of the window that the reader
    looks at, if any.
    """

    starts: Sequence[str]
    labels: Sequence[str]
    ticks: Sequence[str] = ()
    chosen: str = ""

    @property
    def named(self) -> Sequence[str]:
        """The words for the axis."""
        return self.ticks or self.labels


def by_status(statuses: Strings) -> Iterator[tuple[Status, npt.NDArray[np.intp]]]:
    """Where each status stands; what is no status stands nowhere."""
    for status in Status:
        chosen = np.flatnonzero(statuses == status)
        if len(chosen):
            yield status, chosen


def status_marker(status: Status, size: int = GLYPH) -> dict[str, object]:
    """The mark of a status: a shape and a colour of its own."""
    outline = {"width": 1, "color": _OUTLINE}
    return {"symbol": _SYMBOLS[status], "color": palette.STATUS[status], "size": size, "line": outline}


def status_marks(
    status: Status, name: str, x: npt.NDArray[np.generic], y: npt.NDArray[np.generic], details: Strings
) -> Trace:
    """Marks of one status that can be clicked; details: customdata, a row for each mark."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": x,
        "y": y,
        "customdata": details,
        "marker": status_marker(status),
        # A click must not fade what was not clicked: that would look like another effect.
        "unselected": {"marker": {"opacity": 1.0}},
    }


def rounded(values: FloatArray, decimals: int = 3) -> Strings:
    """Short numbers, as the full ones make a figure twice as heavy; None where there is none."""
    short = np.round(values, decimals).astype(object)
    short[np.isnan(values)] = None
    return short


def shortened(text: str) -> str:
    """The text, or its first 32 characters."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def level(starts: Sequence[str], value: float, name: str, colour: str = palette.REFERENCE) -> Trace:
    """A dotted line at a value over all windows."""
    ends = [starts[0], starts[-1]] if starts else []
    line = {"color": colour, "width": 1.5, "dash": "dot"}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": ends,
        "y": [value] * len(ends),
        "line": line,
    }


def over_time(windows: Windows, title: str) -> dict[str, Any]:
    """The layout of values over moments."""
    return {
        "xaxis": time_axis(windows),
        "yaxis": {"title": {"text": title}, "fixedrange": True},
        "shapes": chosen_line(windows),
        "clickmode": "event+select",
        "hovermode": "closest",
        "dragmode": False,
    }


def quiet_axis(
    values: Sequence[object], labels: Sequence[str], *, most: int = MOST_WINDOWS, always: int = 0
) -> dict[str, object]:
    """An axis that names at most so many of its places, and the last `always` ones in any case."""
    last = len(labels) - always
    step = max(1, math.ceil(last / most))
    named = [*range(0, last, step), *range(last, len(labels))]
    return {
        "tickvals": [values[index] for index in named],
        "ticktext": inert([labels[index] for index in named]),
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
    }


def time_axis(windows: Windows) -> dict[str, object]:
    """An axis of moments that names some windows."""
    return quiet_axis(windows.starts, windows.named, most=FEW_WINDOWS) | {"type": "date"}


def chosen_line(windows: Windows) -> list[dict[str, object]]:
    """A line through the window that the reader looks at, on an axis of moments."""
    if not windows.chosen:
        return []
    ends = {"x0": windows.chosen, "x1": windows.chosen, "y0": 0, "y1": 1}
    line = {"color": palette.REFERENCE, "width": 1}
    return [{"type": "line", "yref": "paper", "layer": "below", "line": line, **ends}]


def limit_line(value: float, colour: str) -> dict[str, object]:
    """A dashed line at a value of the vertical axis."""
    ends = {"x0": 0, "x1": 1, "y0": value, "y1": value}
    return {"type": "line", "xref": "paper", "line": {"color": colour, "width": 1, "dash": "dash"}, **ends}


def limit_word(value: float, word: str, *, above: bool = True) -> dict[str, object]:
    """A word at the end of a line at a value of the vertical axis."""
    place = {"x": 1, "y": value, "xanchor": "right", "yanchor": "bottom" if above else "top"}
    return {"xref": "paper", "text": word, "showarrow": False, "font": {"size": 11}, **place}


def inert(texts: Sequence[str]) -> list[str]:
    """The texts with nothing in them that Plotly would read as markup."""
    return [escape(text, quote=False) for text in texts]


def band(starts: Sequence[str], lower: FloatArray, upper: FloatArray, **look: object) -> Trace:
    """An area between two lines, with a gap where there is no value; each run of values is an outline of its own."""
    x: list[str | None] = []
    y: list[float | None] = []
    for first, last in runs(~np.isnan(lower)):
        around = [*range(first, last), *reversed(range(first, last))]
        x += [starts[index] for index in around] + [None]
        y += [*upper[first:last].tolist(), *lower[first:last][::-1].tolist(), None]
    shape: Trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "fill": "toself", "hoverinfo": "skip"}
    return shape | {"line": {"width": 0}} | look


def runs(there: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where values stand without a gap, as [first, last) of each run.

    >>> runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], there, [False])).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
