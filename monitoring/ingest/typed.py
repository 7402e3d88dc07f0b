"""A column after its cells were read: values of one type, and where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput

Positions = npt.NDArray[np.int64]

MISSING = "is missing"


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows (from 0) whose cell cannot be taken, and why, in words that follow the value."""

    positions: Positions
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A column's values, null where they are missing or a problem, with the problems and what is to be noted."""

    values: pa.ChunkedArray
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def problem_where(mask: pa.ChunkedArray | pa.Array, text: str) -> tuple[Problem, ...]:
    """The problem of the rows where the mask is true; none where it is nowhere."""
    positions: Positions = np.asarray(pc.indices_nonzero(pc.fill_null(mask, False))).astype(np.int64)
    return (Problem(positions, text),) if len(positions) else ()


def with_missing_refused(typed: Typed) -> Typed:
    """The column with every missing cell as a problem, after those that it has."""
    if typed.values.null_count == 0:
        return typed
    missing = problem_where(pc.is_null(typed.values), MISSING)
    return Typed(typed.values, (*typed.problems, *missing), typed.notes)


def wrong_type(name: str, kind: str, found: pa.DataType) -> InvalidInput:
    """The error for a column whose type cannot be read as what it should be."""
    return InvalidInput(
        f"The column {name!r} is {kind}, and its type is {found}, which cannot be read as that."
    )
