"""Checks of one column against its reference, for many windows at once.

A check answers with the share of rows that should not be there (`value`), what the reference leads one to expect
(`expected`), how many rows that is (`n_rows`), and the verdict of monitoring.thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln
from scipy.stats import hypergeom

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
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """What the checks need to know of a column over W windows; the reference has W = 1. All shapes are (W,).

    n: rows. missing: rows without a value. outside: rows whose value the reference never had, below its minimum,
    above its maximum, infinite, or an unseen category. lonely: rows that would be outside if the others were the
    reference, such as a category of a single row; only the reference's are read. mistyped: rows refused for this
    column. distinct: how many of the column's bins have rows. fullest: rows in the bin that has most.
    """

    n: Counts
    missing: Counts
    outside: Counts
    lonely: Counts
    mistyped: Counts
    distinct: Counts
    fullest: Counts


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's answer in one window; value and expected are shares, NaN where there are no rows to ask."""

    value: float
    expected: float
    n_rows: int
    status: Status


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the table of checks.

    function: (reference, current) to one outcome per window. formula: LaTeX. trap: how it misleads. roles: the
    columns that it is asked of.
    """

    name: str
    label: str
    kinds: tuple[Kind, ...]
    function: Callable[[Tally, Tally], list[Outcome]]
    formula: str
    trap: str
    roles: tuple[str, ...] = ("feature", "prediction", "score")


def excess_pvalue(bad: Counts, n: Counts, reference_bad: int, reference_n: int) -> Floats:
    """Probability of at least that many bad rows if their share had stayed as it was in the reference.

    Fisher's exact test, one-sided: P(X >= bad) for X hypergeometric, given all bad rows of both samples.
    bad, n: shape (W,). Returns shape (W,), in [0, 1]; 1 where bad, n or reference_n is 0.

    Reference: R. A. Fisher, Statistical Methods for Research Workers, 1934.
    """
    pvalue = np.ones(len(n))
    asked = (bad > 0) & (n > 0) & (reference_n > 0)
    if reference_bad == 0:
        pvalue[asked] = _all_in_window(bad[asked], n[asked], reference_n)
    else:
        rows, total = n[asked] + reference_n, bad[asked] + reference_bad
        pvalue[asked] = hypergeom.sf(bad[asked] - 1, rows, total, n[asked])
    return np.asarray(np.clip(pvalue, 0.0, 1.0))


def _all_in_window(bad: Counts, n: Counts, reference_n: int) -> Floats:
    """The same where the reference has none: C(n, bad) / C(n + reference_n, bad), a hundred times faster."""
    rows = n + reference_n
    logarithm = gammaln(n + 1) - gammaln(n - bad + 1) - gammaln(rows + 1) + gammaln(rows - bad + 1)
    return np.asarray(np.exp(logarithm))


def missing(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows without a value, against the share in the reference; a fall is no fault."""
    return _shares(
        current.missing,
        current.n,
        int(reference.missing[0]),
        int(reference.n[0]),
        MISSING_INCREASE,
        increase=True,
    )


def value_range(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows below the reference's minimum, above its maximum, or infinite.

    The reference's own smallest and largest row are outside all others, so up to two of its rows are expected.
    """
    return _outside(reference, current, OUT_OF_RANGE_SHARE)


def unseen_category(reference: Tally, current: Tally) -> list[Outcome]:
    """Share of rows whose category the reference does not know.

    Expected is the share of the reference's rows that are alone in their category: each would be unseen if it were
    not there itself. Reference: I. J. Good, The Population Frequencies of Species, 1953.
    """
    return _outside(reference, current, UNSEEN_SHARE)


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
    for a while, and never counts. A window with a value in fewer than 50 rows gets no verdict.
    """
    varied = 2 * int(reference.fullest[0]) < int(reference.n[0])
    outcomes = []
    for distinct, n in zip(current.distinct.tolist(), (current.n - current.missing).tolist(), strict=True):
        breach = float(varied and distinct == 1)
        status = share_status(breach, CONSTANT_COLUMN, pvalue=0.0, n_rows=n, minimum_rows=MINIMUM_ROWS)
        outcomes.append(Outcome(breach if n else np.nan, 0.0, n if breach else 0, status))
    return outcomes


def _outside(reference: Tally, current: Tally, threshold: Threshold) -> list[Outcome]:
    usual = int(reference.outside[0] + reference.lonely[0])
    return _shares(current.outside, current.n, usual, int(reference.n[0]), threshold)


def _shares(
    bad: Counts,
    n: Counts,
    reference_bad: int,
    reference_n: int,
    threshold: Threshold,
    *,
    increase: bool = False,
) -> list[Outcome]:
    """Outcomes by the share of bad rows, or by its increase where the reference has such rows by nature."""
    expected = reference_bad / reference_n if reference_n else np.nan
    outcomes = []
    pvalues = excess_pvalue(bad, n, reference_bad, reference_n).tolist()
    for count, rows, pvalue in zip(bad.tolist(), n.tolist(), pvalues, strict=True):
        share = count / rows if rows else np.nan
        judged = share - expected if increase else share
        status = share_status(float(judged), threshold, pvalue=pvalue, n_rows=rows)
        outcomes.append(Outcome(float(share), float(expected), count, status))
    return outcomes


_ALL: tuple[Kind, ...] = ("numeric", "categorical", "boolean", "datetime", "text")

_TABLE = (
    Check(
        "missing",
        "Missing values",
        _ALL,
        missing,
        r"\frac{n_{\text{missing}}}{n}",
        "A value that stands for missing, such as -999, is not seen here but as out of range.",
    ),
    Check(
        "type",
        "Values of another type",
        _ALL,
        value_type,
        r"\frac{n_{\text{refused}}}{n + n_{\text{refused}}}",
        "A refused row without a readable time counts in the period and in none of its windows.",
    ),
    Check(
        "range",
        "Values outside the reference's range",
        ("numeric", "datetime", "text"),
        value_range,
        r"\frac{n_{x < \min} + n_{x > \max}}{n}",
        "A reference that saw one season only calls every other season out of range.",
        ("feature",),
    ),
    Check(
        "unseen_category",
        "Categories that the reference does not know",
        ("categorical", "boolean"),
        unseen_category,
        r"\frac{n_{\text{unseen}}}{n}",
        "A new spelling of a known category counts as unseen.",
        ("feature",),
    ),
    Check(
        "constant",
        "A value that no longer varies",
        ("numeric", "categorical", "boolean", "datetime"),
        constant,
        r"\mathbb{1}[n_{\text{distinct}} = 1]",
        "A value that is stuck for a part of the window only is not seen here.",
    ),
)

CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _TABLE})
"""Every check of a single column, in the order in which reports list them."""
