"""Checks of one column against its reference, for many windows at once.

A check answers with the share of rows that should not be there (`value`), what the reference leads one to expect
(`expected`), how many rows that is (`n_rows`), and the verdict of monitoring.thresholds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from monitoring.spec import Kind
from monitoring.thresholds import (
    CONSTANT_COLUMN,
    MINIMUM_ROWS,
    MISSING_INCREASE,
    OUT_OF_RANGE_SHARE,
    TYPE_ERROR_SHARE,
    UNSEEN_SHARE,
    Status,
    Threshold,
    share_status,
)

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the checks need to know of a column over W windows; the reference has W = 1.

    n: rows, shape (W,). missing, outside: rows without a value, and with a value that the reference never had: below
    its minimum or above its maximum (or infinite), or an unseen category. mistyped: rows refused for this column.
    distinct: how many of the column's bins have rows. fullest: rows in the bin that has most.
    """

    n: Counts
    missing: Counts
    outside: Counts
    mistyped: Counts
    distinct: Counts
    fullest: Counts


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's answer in one window."""

    value: float
    expected: float
    n_rows: int
    status: Status


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the table of checks."""

    name: str
    label: str
    kinds: tuple[Kind, ...]
    function: Callable[[Tally, Tally], list[Outcome]]
    formula: str
    roles: tuple[str, ...] = ("feature", "prediction", "score")


def excess_pvalue(bad: Counts, n: Counts, reference_bad: int, reference_n: int) -> NDArray[np.float64]:
    """Probability of at least that many bad rows if their share had stayed as it was in the reference.

    Fisher's exact test, one-sided: P(X >= bad) for X hypergeometric, given all bad rows of both samples.
    bad, n: shape (W,). Returns shape (W,), in [0, 1]; 1 where n or reference_n is 0.

    Reference: R. A. Fisher, Statistical Methods for Research Workers, 1934.
    """
    return np.asarray(stats.hypergeom.sf(bad - 1, n + reference_n, bad + reference_bad, n), dtype=np.float64)


def missing(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows without a value, against the share in the reference; a fall is no fault."""
    return _shares(
        current.missing, current.n, reference.missing, reference.n, MISSING_INCREASE, as_increase=True
    )


def value_range(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows below the reference's minimum, above its maximum, or infinite."""
    return _shares(current.outside, current.n, reference.outside, reference.n, OUT_OF_RANGE_SHARE)


def unseen_category(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows whose category the reference does not know."""
    return _shares(current.outside, current.n, reference.outside, reference.n, UNSEEN_SHARE)


def value_type(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows that were refused since the column's value has another type; none is expected."""
    del reference  # a reference with such rows is refused when it is registered
    outcomes = []
    for mistyped, n in zip(current.mistyped.tolist(), current.n.tolist(), strict=True):
        share = mistyped / (n + mistyped) if n + mistyped else np.nan
        status = share_status(share, TYPE_ERROR_SHARE, pvalue=0.0 if mistyped else 1.0, n_rows=n + mistyped)
        outcomes.append(Outcome(float(share), 0.0, mistyped, status))
    return outcomes


def constant(reference: Tally, current: Tally) -> list[Outcome]:
    """1 where a column that varied in the reference has one value only, else 0.

    A column of which the reference has one value in most of its rows (rain that rarely falls) may well be constant
    for a while, and never counts. A window of fewer than 50 rows gets no verdict.
    """
    varied = 2 * int(reference.fullest[0]) < int(reference.n[0])
    outcomes = []
    for distinct, n in zip(current.distinct.tolist(), current.n.tolist(), strict=True):
        is_constant = distinct == 1 and n > 1
        breach = float(varied and is_constant)
        status = share_status(breach, CONSTANT_COLUMN, pvalue=0.0, n_rows=n, minimum_rows=MINIMUM_ROWS)
        outcomes.append(Outcome(breach, 0.0, n if breach else 0, status))
    return outcomes


def _shares(
    bad: Counts,
    n: Counts,
    reference_bad: Counts,
    reference_n: Counts,
    threshold: Threshold,
    *,
    as_increase: bool = False,
) -> list[Outcome]:
    n_reference = int(reference_n[0])
    expected = int(reference_bad[0]) / n_reference if n_reference else np.nan
    pvalues = excess_pvalue(bad, n, int(reference_bad[0]), n_reference)
    outcomes = []
    for count, rows, pvalue in zip(bad.tolist(), n.tolist(), pvalues.tolist(), strict=True):
        share = count / rows if rows else np.nan
        judged = share - expected if as_increase else share
        status = share_status(float(judged), threshold, pvalue=pvalue, n_rows=rows)
        outcomes.append(Outcome(float(share), float(expected), count, status))
    return outcomes


_ALL: tuple[Kind, ...] = ("numeric", "categorical", "boolean", "datetime", "text")

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        Check("missing", "Missing values", _ALL, missing, r"\frac{n_{\text{missing}}}{n}"),
        Check(
            "type",
            "Values of another type",
            _ALL,
            value_type,
            r"\frac{n_{\text{refused}}}{n + n_{\text{refused}}}",
        ),
        Check(
            "range",
            "Values outside the reference's range",
            ("numeric", "datetime", "text"),
            value_range,
            r"\frac{n_{x < \min} + n_{x > \max}}{n}",
            ("feature",),
        ),
        Check(
            "unseen_category",
            "Categories that the reference does not know",
            ("categorical", "boolean"),
            unseen_category,
            r"\frac{n_{\text{unseen}}}{n}",
            ("feature",),
        ),
        Check(
            "constant",
            "A value that no longer varies",
            ("numeric", "categorical", "boolean", "datetime"),
            constant,
            r"\mathbb{1}[n_{\text{distinct}} = 1]",
        ),
    )
}
"""Every check of a single column. Screens, reports and tests read this table."""
