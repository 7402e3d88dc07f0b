"""JSON: an array of objects, or one object a line. Numbers keep every digit; types that differ become text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import (
    Quarantined,
    RawTable,
    ReadOptions,
    check_size,
    counted,
    cut,
    json_text,
    raw_table,
)
from monitoring.ingest.texts import as_text

Row = dict[str, Any]

_SLICE = 20_000
_EXACT = 2**53
_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands in the place of a row that cannot be read."""

    problem: str
    content: str


def read_json(name: str, data: bytes, options: ReadOptions) -> RawTable:
    """Read a JSON array of objects, or JSON Lines. What is no object is refused; the others are read."""
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"Line {line} of {name} is not {encoding}; JSON is written in UTF-8.") from error
    rows = _array(name, text) if text.lstrip().startswith("[") else _lines(text)
    return table_from_rows(name, rows, options)


def table_from_rows(name: str, rows: Iterable[object], options: ReadOptions) -> RawTable:
    """A RawTable from objects, in order; whatever is no object is refused."""
    refused: list[Quarantined] = []
    slices: list[pa.Table] = []
    n_rows = 0
    every = iter(rows)
    while piece := list(islice(every, _SLICE)):
        kept: list[Row] = []
        for number, row in enumerate(piece, n_rows + 1):
            if isinstance(row, dict) and row and _is_unicode(row):
                kept.append(row)
            else:
                refused.append(_refusal(number, row))
        n_rows += len(piece)
        columns = list(dict.fromkeys(key for row in kept for key in row))
        check_size(name, n_rows, len(columns), options)
        slices.append(pa.table({str(key): _column([row.get(key) for row in kept]) for key in columns}))
    notes = (f"{name}: {counted(len(refused), 'row')} that cannot be read.",) if refused else ()
    return raw_table(name, "json", _joined(slices), options, refused=tuple(refused), notes=notes)


def _array(name: str, text: str) -> list[object]:
    try:
        found = _loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"Line {error.lineno} of {name} is not valid JSON: {error.msg}.") from error
    except (RecursionError, ValueError) as error:  # nested too deep, or a number of thousands of digits
        raise InvalidInput(f"{name} cannot be read as JSON: {error}.") from error
    assert isinstance(found, list)  # it begins with a bracket
    return found


def _lines(text: str) -> Iterator[object]:
    for line in text.split("\n"):  # not splitlines: JSON may hold other line ends inside its strings
        if not line.strip():
            continue
        try:
            yield _loads(line)
        except (RecursionError, ValueError) as error:
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            yield Unreadable(f"is not valid JSON: {reason}", line.strip())


def _loads(text: str) -> object:
    return json.loads(text, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> Row | Unreadable:
    row = dict(pairs)
    if len(row) == len(pairs):
        return row
    return Unreadable("has a key twice", json_text(row))


def _is_unicode(row: Row) -> bool:
    """Whether all texts can be written, which half of a surrogate pair cannot."""
    try:
        for value in (*row, *row.values()):
            if isinstance(value, str) and not value.isascii():
                value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refusal(number: int, row: object) -> Quarantined:
    if isinstance(row, Unreadable):
        return Quarantined(number, None, row.problem, content=cut(row.content))
    problem = (
        "holds half a character (a lone surrogate)"
        if isinstance(row, dict) and row
        else "is no object with members"
    )
    return Quarantined(number, None, problem, content=cut(json.dumps(row, default=str)))


def _column(values: Sequence[Any]) -> pa.Array:
    """The values in the one Arrow type that loses nothing; text where there is no such type."""
    types = {*map(type, values)} - {type(None)}
    if types <= {str}:
        return pa.array(values, pa.string() if types else pa.null())
    if types == {bool}:
        return pa.array(values, pa.bool_())
    if types == {float}:
        return pa.array(values, pa.float64())
    if types <= {int, float}:
        limit = _INT64 if types == {int} else _EXACT
        if all(-limit < value < limit for value in values if type(value) is int):
            return pa.array(values, pa.int64() if types == {int} else pa.float64())
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _float_text(value)
    return str(value) if isinstance(value, int) else json_text(value)


def _float_text(value: float) -> str | None:
    text = as_text(pa.chunked_array([pa.array([value])]))
    assert text is not None  # a number has a text
    written: str | None = text[0].as_py()
    return written


def _joined(slices: Sequence[pa.Table]) -> pa.Table:
    """The slices under one another. A column whose type differs between them becomes text."""
    names = dict.fromkeys(name for piece in slices for name in piece.column_names)
    if len(slices) == 1:
        return slices[0]
    return pa.table({name: _joined_column(name, slices) for name in names})


def _joined_column(name: str, slices: Sequence[pa.Table]) -> pa.ChunkedArray:
    pieces = [
        piece.column(name) if name in piece.column_names else pa.chunked_array([pa.nulls(piece.num_rows)])
        for piece in slices
    ]
    kinds = {piece.type for piece in pieces if not pa.types.is_null(piece.type)}
    kind = kinds.pop() if len(kinds) == 1 else pa.string() if kinds else pa.null()
    same = [piece if piece.type == kind else _cast(piece, kind) for piece in pieces]
    return pa.chunked_array([chunk for piece in same for chunk in piece.chunks], kind)


def _cast(piece: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    return piece.cast(kind) if pa.types.is_null(piece.type) else as_text(piece)
