"""The colours of figures: chosen once, readable on light and dark ground and to colour-blind readers.

A chart names what it draws (the reference, the current period, a status), never a colour of its own. Text,
grid and ground of a figure are left to the theme, which follows the reader's switch between light and dark.
"""

from __future__ import annotations

from types import MappingProxyType

from monitoring.thresholds import Status

REFERENCE = "#8593A1"
"""What a period is compared with: grey, it stands back."""

CURRENT = "#1F88B5"
"""The period that somebody looks at."""

TRUTH = "#7A5FC0"
"""What really happened, and performance measured against it."""

ESTIMATE = "#B0578F"
"""What is estimated before truth is there."""

TARGET = "#D08A12"
"""A target or a limit that somebody wrote down."""

INCREASE = "#C4572E"
"""An attribution that raises the output."""

DECREASE = "#2C86B8"
"""An attribution that lowers the output."""

STATUS = MappingProxyType(
    {
        Status.OK: "#15868C",
        Status.WARNING: "#D99A1C",
        Status.CRITICAL: "#C2352B",
        Status.NOT_ENOUGH_DATA: "#8593A1",
        Status.UNDEFINED: "#A9B4BE",
    }
)
"""Fills by status. A status is never told by its colour alone: its glyph or its word stands beside it."""

CATEGORIES = ("#1F88B5", "#D99A1C", "#7A5FC0", "#1B8A7A", "#C4572E", "#B0578F", "#6C8F3C", "#8593A1")
"""Series that have no meaning of their own, in the order in which they are told apart best."""

TRANSPARENT = "rgba(0,0,0,0)"


def faded(colour: str, share: float) -> str:
    """The colour with that share of its opacity, for bands and areas."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"
