"""What pages are made of: headings, status badges, indicator tiles, findings, figures, empty states,
explanations.

All texts that come in are shown as text: markup in a column name, a title or a category stays inert.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal
from urllib.parse import quote

import plotly.graph_objects as go
import streamlit as st

from monitoring.thresholds import Status
from monitoring.ui import format as fmt
from monitoring.ui import theme, url
from monitoring.ui.i18n import _
from monitoring.ui.labels import status_word

_SPARK_WIDTH, _SPARK_HEIGHT, _SPARK_EDGE = 100.0, 28.0, 2.0
_HORIZON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 32" fill="none" stroke="#000" stroke-width="2"'
    ' stroke-linecap="round"><path d="M2 26h52M10 30h36M28 6v3M14 11l2 2M42 11l-2 2"/>'
    '<path d="M17 26a11 11 0 0 1 22 0"/></svg>'
)
_MARKDOWN = str.maketrans({character: f"\\{character}" for character in r"\`*_{}[]()<>#+-.!|~$:"})


def plain(text: str) -> str:
    """The text with everything escaped that Markdown would read, for labels and st.markdown."""
    return text.translate(_MARKDOWN)


def page_header(title: str, question: str) -> None:
    """The title of a page with the question that it answers."""
    st.html(f'<header class="vg-header"><h1>{escape(title)}</h1><p>{escape(question)}</p></header>')


def lead(sentence: str, note: str = "") -> None:
    """The answer of a page in one sentence, before any picture; the note says over which rows."""
    below = f"<small>{escape(note)}</small>" if note else ""
    st.html(f'<p class="vg-lead">{escape(sentence)}{below}</p>')


def section(title: str, caption: str = "") -> None:
    """The heading of a part of a page; the caption says over which rows and against what."""
    below = f"<p>{escape(caption)}</p>" if caption else ""
    st.html(f'<div class="vg-section"><h2>{escape(title)}</h2>{below}</div>')


def badge_html(status: Status) -> str:
    """A status as HTML: its glyph and its word, in its colour."""
    glyph = f'<span class="vg-glyph" aria-hidden="true">{theme.GLYPHS[status]}</span>'
    return f'<span class="vg-badge vg-is-{status}">{glyph}{escape(status_word(status))}</span>'


def badge(status: Status) -> None:
    """Show a status."""
    st.html(badge_html(status))


def status_text(status: Status) -> str:
    """A status as plain text, for the cells of a table: ▲ Warning."""
    return f"{theme.GLYPHS[status]} {status_word(status)}"


@dataclass(frozen=True, slots=True)
class Tile:
    """An indicator: what it is, its value as text, how it stands, how it came there.

    detail: one line under the value, such as the target. trend: values by window, oldest first, None where
    there is none. target: drawn as a line through the trend. alt: the trend in words, for those who cannot
    see it.
    """

    label: str
    value: str
    status: Status | None = None
    detail: str = ""
    trend: Sequence[float | None] = ()
    target: float | None = None
    alt: str = ""
    help: str = ""


def tiles(items: Sequence[Tile]) -> None:
    """Show indicators side by side, as many as fit."""
    st.html(f'<div class="vg-tiles">{"".join(map(_tile_html, items))}</div>')


def _tile_html(tile: Tile) -> str:
    tone = f" vg-is-{tile.status}" if tile.status else ""
    mark = badge_html(tile.status) if tile.status else ""
    hover = f' title="{escape(tile.help)}"' if tile.help else ""
    return (
        f'<section class="vg-tile{tone}"{hover}><div class="vg-tile-top">'
        f'<span class="vg-tile-label">{escape(tile.label)}</span>{mark}</div>'
        f'<div class="vg-tile-value vg-number">{escape(tile.value)}</div>'
        f'<div class="vg-tile-detail">{escape(tile.detail)}</div>{sparkline_html(tile)}</section>'
    )


def sparkline_html(tile: Tile) -> str:
    """The trend of a tile as HTML: a shape cut out of the tile's colour, so that it follows the theme."""
    finite = [value for value in tile.trend if value is not None and math.isfinite(value)]
    if len(finite) < 2:  # noqa: PLR2004 - one point is no trend
        return ""
    alt = tile.alt or _("From {first} to {last}").format(
        first=fmt.number(finite[0]), last=fmt.number(finite[-1])
    )
    return (
        f'<span class="vg-spark" role="img" aria-label="{escape(alt)}"'
        f' style="{_shape(_sparkline_svg(tile.trend, tile.target))}"></span>'
    )


def _shape(svg: str) -> str:
    return f"--vg-shape:url('data:image/svg+xml,{quote(svg)}')"


def _sparkline_svg(trend: Sequence[float | None], target: float | None) -> str:
    known = [value for value in trend if value is not None and math.isfinite(value)]
    levels = [*known, target] if target is not None else known
    low, high = min(levels), max(levels)
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return _SPARK_HEIGHT - _SPARK_EDGE - (value - low) / span * (_SPARK_HEIGHT - 2 * _SPARK_EDGE)

    step = _SPARK_WIDTH / max(1, len(trend) - 1)
    runs = _runs(
        [None if v is None or not math.isfinite(v) else (i * step, y(v)) for i, v in enumerate(trend)]
    )
    lines = "".join("M" + "L".join(f"{x:.1f} {height:.1f}" for x, height in run) for run in runs)
    areas = "".join(
        f"M{run[0][0]:.1f} {_SPARK_HEIGHT}L"
        + "L".join(f"{x:.1f} {h:.1f}" for x, h in run)
        + f"L{run[-1][0]:.1f} 28Z"
        for run in runs
    )
    goal = (
        f'<path d="M0 {y(target):.1f}H100" stroke-dasharray="3 3" stroke-opacity=".55" stroke-width="1"/>'
        if target is not None
        else ""
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 28" preserveAspectRatio="none" fill="none"'
        ' stroke="#000"><style>path{vector-effect:non-scaling-stroke}</style>'
        f'<path d="{areas}" fill="#000" fill-opacity=".13" stroke="none"/>{goal}'
        f'<path d="{lines}" stroke-width="1.75" stroke-linejoin="round" stroke-linecap="round"/></svg>'
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that needs attention, in a sentence, with the page that shows it.

    changes: parameters of the link, such as model and feature.
    """

    status: Status
    sentence: str
    page: str = ""
    link: str = ""
    note: str = ""
    changes: Mapping[str, str] | None = None


def findings(items: Sequence[Finding], key: str = "attention") -> None:
    """Show what needs attention, each with its link; a second list on a page needs a key of its own."""
    for position, item in enumerate(items):
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=f"vigie_finding_{key}_{position}"
        ):
            note = f"<small>{escape(item.note)}</small>" if item.note else ""
            words = f"<div><p>{escape(item.sentence)}</p>{note}</div>"
            st.html(f'<div class="vg-finding">{badge_html(item.status)}{words}</div>')
            if item.page:
                label = item.link or _("Look closer")
                url.link(item.page, plain(label), icon=":material/arrow_forward:", **(item.changes or {}))


def empty(title: str, advice: str, command: str = "") -> None:
    """Say honestly that there is nothing to show, and what to do about it."""
    code = f"<code>{escape(command)}</code>" if command else ""
    horizon = f'<span class="vg-horizon" style="{_shape(_HORIZON)}"></span>'
    st.html(f'<div class="vg-empty">{horizon}<h2>{escape(title)}</h2><p>{escape(advice)}</p>{code}</div>')


def facts(pairs: Mapping[str, str]) -> None:
    """Show names and values in two columns."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items())
    st.html(f'<dl class="vg-facts">{rows}</dl>')


def explained(what: str, *, formula: str = "", rows: str = "", sql: str = "", reference: str = "") -> None:
    """The popover "How is this computed?": the idea, the formula in LaTeX, the rows, the query, a source.

    what may use Markdown: a name of the user's in it goes through `plain`.
    """
    with st.popover(_("How is this computed?"), icon=":material/function:", type="tertiary", width="content"):
        st.markdown(what)
        if formula:
            st.latex(formula)
        if rows:
            st.markdown("**" + _("Rows") + f"**  \n{plain(rows)}")
        if sql:
            st.markdown("**" + _("Query") + "**")
            st.code(sql, language="sql", wrap_lines=True)
        if reference:
            st.caption(plain(reference))


def chart(
    figure: go.Figure,
    *,
    alt: str,
    key: str | None = None,
    height: int | None = None,
    on_select: Literal["ignore", "rerun"] | Callable[[], None] = "ignore",
) -> Any:
    """Show a figure in our dress; alt says in words what is to be seen. Returns what the reader selected."""
    return st.plotly_chart(
        theme.dress(figure, fmt.separators(), height=height),
        width="stretch",
        theme="streamlit",
        key=key,
        on_select=on_select,
        selection_mode="points",
        config={"displaylogo": False, "displayModeBar": False, "locale": fmt.locale().language},
        alt=alt,
    )
