"""The look: colours of both themes, marks of a status, and what every figure shares.

Grounds and texts stand in .streamlit/config.toml, since Streamlit reads them there; this is the same in
Python, for what is drawn by ourselves. Colours of series and statuses are in `monitoring.palette`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import plotly.graph_objects as go

from monitoring.thresholds import Status


@dataclass(frozen=True, slots=True)
class Palette:
    """Grounds and texts of one theme."""

    name: str
    background: str
    surface: str
    text: str
    muted: str
    border: str
    primary: str
    link: str
    status_text: Mapping[Status, str]


LIGHT = Palette(
    name="light",
    background="#FFFFFF",
    surface="#F3F6F8",
    text="#15232E",
    muted="#536574",
    border="#DCE4EA",
    primary="#0B6A88",
    link="#0B6A88",
    status_text=MappingProxyType(
        {
            Status.OK: "#08727C",
            Status.WARNING: "#8B6508",
            Status.CRITICAL: "#A3172F",
            Status.NOT_ENOUGH_DATA: "#536574",
            Status.UNDEFINED: "#536574",
        }
    ),
)
DARK = Palette(
    name="dark",
    background="#0F1A23",
    surface="#182733",
    text="#E3EAF0",
    muted="#9BACBA",
    border="#2A3C4A",
    primary="#23789A",
    link="#7CC6E3",
    status_text=MappingProxyType(
        {
            Status.OK: "#5AD0CF",
            Status.WARNING: "#F5C144",
            Status.CRITICAL: "#F2696B",
            Status.NOT_ENOUGH_DATA: "#9BACBA",
            Status.UNDEFINED: "#9BACBA",
        }
    ),
)

GLYPHS: Mapping[Status, str] = MappingProxyType(
    {
        Status.OK: "✓",
        Status.WARNING: "▲",
        Status.CRITICAL: "◆",
        Status.NOT_ENOUGH_DATA: "◌",
        Status.UNDEFINED: "–",
    }
)
"""A shape per status, so that nobody has to tell red from green."""

FONT = "Inter, sans-serif"
_FIGURE_MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 2}
_LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}


def dress(figure: go.Figure, separators: str, *, height: int | None = None) -> go.Figure:
    """Give a figure what all figures share: quiet margins, a legend on top, the reader's separators.

    Colours of text, grid and ground stay with Streamlit's theme, which follows the switch between light and
    dark.
    """
    layout = figure.layout
    shared: dict[str, object] = {
        "separators": separators,
        "hoverlabel": {"font": {"family": FONT, "size": 13}},
        "dragmode": layout.dragmode or False,
    }
    if layout.margin.l is None:
        shared["margin"] = _FIGURE_MARGIN
    if layout.legend.orientation is None:
        shared["legend"] = _LEGEND
    if layout.bargap is None:
        shared["bargap"] = 0.08
    if layout.height is None and height is not None:
        shared["height"] = height
    figure.update_layout(shared)
    return figure
