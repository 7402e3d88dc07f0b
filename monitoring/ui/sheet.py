"""Tables for reading and printing: words and numbers side by side, with headings between the rows.

A table that is sorted, searched or clicked is st.dataframe's; this one is text of the page, so that it wraps,
prints and is read aloud.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import streamlit as st

from monitoring.thresholds import Status
from monitoring.ui.components import badge_html

STYLE = f"<style>{(Path(__file__).parent / 'sheet.css').read_text('utf-8')}</style>"
"""Once per page that shows a sheet."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as text, with a quieter line below and a status beside it where there are any.

    share: draws a bar of that share of the cell's width, for shares that are compared down a column.
    """

    text: str
    note: str = ""
    status: Status | None = None
    share: float | None = None
    code: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, and a cell for each further column; the last ones may be left out."""

    name: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a heading, which is left out where it is empty."""

    title: str
    lines: tuple[Line, ...]


def line(name: str | Cell, *cells: str | Cell) -> Line:
    """A row of texts and cells."""
    return Line(_cell(name), tuple(map(_cell, cells)))


def lead(text: str, note: str = "", status: Status | None = None) -> None:
    """The sentence that a page begins with, a quieter line below it, and a status beside it."""
    mark = f" {badge_html(status)}" if status else ""
    below = f"<small>{escape(note)}</small>" if note else ""
    st.html(f'<p class="vg-lead">{escape(text)}{mark}{below}</p>')


def paragraph(text: str) -> None:
    """Text below it."""
    st.html(f'<p class="vg-more">{escape(text)}</p>')


def bullets(items: Sequence[tuple[str, str]], nothing: str) -> None:
    """A list of sentences, each with a quieter one behind it; `nothing` is said where there is none."""
    lines = (
        f"<li>{escape(said)} <small>{escape(note)}</small></li>" if note else f"<li>{escape(said)}</li>"
        for said, note in items or [(nothing, "")]
    )
    st.html(f'<ul class="vg-list">{"".join(lines)}</ul>')


def sheet(columns: Sequence[str], blocks: Sequence[Block], *, caption: str, numbers: bool = False) -> None:
    """Show a table. columns: headings, the first of the rows' names. caption: for those who cannot see it.

    numbers: whether the cells are numbers, to be aligned on the right.
    """
    st.html(sheet_html(columns, blocks, caption=caption, numbers=numbers))


def sheet_html(
    columns: Sequence[str], blocks: Sequence[Block], *, caption: str, numbers: bool = False
) -> str:
    """The table as HTML; all texts are shown as text."""
    heads = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(_block_html(block, len(columns)) for block in blocks if block.lines)
    kind = " vg-numbers" if numbers else ""
    return (
        f'<div class="vg-sheet-frame" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f'<table class="vg-sheet{kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead>{body}</table></div>"
    )


def _cell(value: str | Cell) -> Cell:
    return value if isinstance(value, Cell) else Cell(value)


def _block_html(block: Block, width: int) -> str:
    title = (
        f'<tr class="vg-sheet-title"><th colspan="{width}" scope="rowgroup">{escape(block.title)}</th></tr>'
        if block.title
        else ""
    )
    lines = "".join(_line_html(item, width) for item in block.lines)
    return f"<tbody>{title}{lines}</tbody>"


def _line_html(item: Line, width: int) -> str:
    nothing = (Cell(""),) * (width - 1 - len(item.cells))
    cells = "".join(f"<td>{_cell_html(cell)}</td>" for cell in (*item.cells, *nothing))
    return f'<tr><th scope="row">{_cell_html(item.name)}</th>{cells}</tr>'


def _cell_html(cell: Cell) -> str:
    text = f"<code>{escape(cell.text)}</code>" if cell.code else escape(cell.text)
    if cell.status is not None:
        text = f"{text} {badge_html(cell.status)}" if text else badge_html(cell.status)
    if cell.share is not None:
        width = max(0.0, min(1.0, cell.share))
        text = f'<span class="vg-bar" style="--vg-share:{width:.4f}">{text}</span>'
    note = f"<small>{escape(cell.note)}</small>" if cell.note else ""
    return f"{text}{note}"
