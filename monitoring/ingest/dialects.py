"""How a CSV file is written: its delimiter, its header, and whether its quotes are sound."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import shown

DELIMITERS = (",", ";", "\t", "|")

_SAMPLE = 64 * 1024
_SAMPLE_ROWS = 50
_PIECE = 1024**2
_QUOTE = ord('"')
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
_TIME = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ]\d{1,2}:\d{2}.*)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """A CSV file's delimiter, its column names, and whether quotes occur in it."""

    delimiter: str
    header: tuple[str, ...]
    has_quotes: bool


def find_dialect(name: str, data: bytes, delimiter: str | None = None) -> Dialect:
    """The dialect of CSV text in UTF-8.

    Raises InvalidInput for an unsound quote, naming its line, and for a first line that is data.
    """
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n'):
        raise InvalidInput(
            f"The delimiter {delimiter!r} is none.", "Write one character, such as a comma or ;."
        )
    sample = _sample(data)
    delimiter = delimiter or _delimiter(sample)
    has_quotes = _QUOTE in data
    if has_quotes:
        _check_quotes(name, data, delimiter)
    rows = list(_rows(sample, delimiter, 2))
    if not rows:
        raise InvalidInput(f"The header of {name} cannot be read.", "Its first line must name the columns.")
    if _is_data(rows[0], rows[1] if len(rows) > 1 else None):
        raise InvalidInput(
            f"{name} has no header: its first line, which begins with {shown(rows[0][0])}, looks like data.",
            "Add a first line that names the columns.",
        )
    return Dialect(delimiter, tuple(rows[0]), has_quotes)


def looks_like_data(names: list[str]) -> bool:
    """Whether at least a third of the names are numbers or times, as in a file that has no header."""
    return 3 * sum(_is_value(name) for name in names) >= len(names)


def _sample(data: bytes) -> str:
    """The first lines, uncut, as text."""
    end = data.find(b"\n", _SAMPLE)
    return (data if end < 0 else data[: end + 1]).decode("utf-8")


def _rows(sample: str, delimiter: str, limit: int) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            if row:
                yield row
                limit -= 1
            if limit == 0:
                return
    except csv.Error:  # a cell longer than this reader takes: what came before it is sample enough
        return


def _delimiter(sample: str) -> str:
    """The delimiter that gives most rows as many cells as the header, at least two; else a comma."""
    scores = {}
    for candidate in DELIMITERS:
        rows = list(_rows(sample, candidate, _SAMPLE_ROWS))
        if rows and len(rows[0]) > 1:
            even = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
            scores[candidate] = (even, len(rows[0]))
    return max(scores, key=scores.__getitem__, default=",")


def _is_data(header: list[str], first: list[str] | None) -> bool:
    """A time above another time, or numbers only: no header has that."""
    times = [i for i, cell in enumerate(header) if _TIME.fullmatch(cell.strip())]
    if first is not None and any(i < len(first) and _TIME.fullmatch(first[i].strip()) for i in times):
        return True
    return all(_is_value(cell) for cell in header)


def _is_value(cell: str) -> bool:
    text = cell.strip()
    return bool(_NUMBER.fullmatch(text) or _TIME.fullmatch(text))


def _check_quotes(name: str, data: bytes, delimiter: str) -> None:
    """Every quote opens a cell, closes one or is doubled; only a file where that fails is walked through."""
    content: npt.NDArray[np.uint8] = np.frombuffer(data, np.uint8)
    quotes = np.concatenate(
        [np.flatnonzero(content[i : i + _PIECE] == _QUOTE) + i for i in range(0, len(content), _PIECE)]
    )
    edge = np.zeros(256, bool)
    edge[list(delimiter.encode() + b'\r\n"')] = True
    padded_before = np.where(quotes > 0, content[quotes - 1], ord("\n"))
    last = len(content) - 1
    padded_after = np.where(quotes < last, content[np.minimum(quotes + 1, last)], ord("\n"))
    if len(quotes) % 2 == 0 and edge[padded_before[0::2]].all() and edge[padded_after[1::2]].all():
        return
    _walk_quotes(name, data, delimiter.encode() + b"\r\n")


def _walk_quotes(name: str, data: bytes, edges: bytes) -> None:
    """Raise InvalidInput at the first cell whose opening quote is not closed before the cell's end."""
    position = data.find(b'"')
    while position >= 0:
        if position > 0 and data[position - 1] not in edges:
            position = data.find(
                b'"', position + 1
            )  # inside a cell that is not quoted: an ordinary character
            continue
        closing = _closing(data, position)
        if closing < 0 or (closing + 1 < len(data) and data[closing + 1] not in edges):
            line = data.count(b"\n", 0, position) + 1
            raise InvalidInput(
                f"Line {line} of {name} opens a quote that is not closed at the end of its cell: "
                f"{shown(data[position : position + 60].decode('utf-8', 'replace'))}.",
                'Close it, and write a quote inside a quoted cell twice ("").',
            )
        position = data.find(b'"', closing + 1)


def _closing(data: bytes, opening: int) -> int:
    """Where the cell's closing quote is, or -1."""
    position = data.find(b'"', opening + 1)
    while position >= 0 and data[position + 1 : position + 2] == b'"':
        position = data.find(b'"', position + 2)
    return position
