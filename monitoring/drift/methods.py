"""The table of drift methods: what each is called, applies to, ranges over, and can mislead about.

Pages, reports, documentation and the property tests read it; a method is added by a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy.typing as npt

from monitoring.drift import distances, ordered
from monitoring.drift.binned import Binned, FloatArray, Kind
from monitoring.thresholds import Threshold

Function = Callable[[Binned, Binned], FloatArray]


@dataclass(frozen=True, slots=True)
class Method:
    """A drift method and its facts.

    function: (reference, current) to one number per window. unit: empty for a number without unit. bounds:
    smallest and largest value. effect: the values from which it is a warning and critical, None where its
    size alone says little. formula: LaTeX, p for the reference's share of a bin, q for the current one's.
    trap: how it misleads.
    """

    name: str
    label: str
    function: Function
    kinds: frozenset[Kind]
    unit: str
    symmetric: bool
    bounds: tuple[float, float]
    effect: Threshold | None
    formula: str
    trap: str
    reference: str


def measure(reference: Binned, current: Binned) -> dict[str, FloatArray]:
    """All methods that apply to the column, by name: one number per window each; NaN is undefined."""
    return {m.name: m.function(reference, current) for m in METHODS.values() if current.kind in m.kinds}


def _over_bins(function: Callable[[npt.ArrayLike, npt.ArrayLike], FloatArray]) -> Function:
    return lambda reference, current: function(reference.counts, current.counts)


def _over_distinct(reference: Binned, current: Binned) -> FloatArray:
    return distances.cardinality_change(reference.cardinality, current.cardinality)


def _over_fine_bins(reference: Binned, current: Binned) -> FloatArray:
    return ordered.kolmogorov_smirnov(reference.fine.counts, current.fine.counts)


_BOTH: frozenset[Kind] = frozenset({"numeric", "categorical"})
_NUMERIC: frozenset[Kind] = frozenset({"numeric"})
_CATEGORICAL: frozenset[Kind] = frozenset({"categorical"})

_TABLE = (
    Method(
        name="psi",
        label="Population stability index",
        function=_over_bins(distances.psi),
        kinds=_BOTH,
        unit="",
        symmetric=True,
        bounds=(0.0, math.inf),
        effect=Threshold(warning=0.1, critical=0.25),
        formula=r"\sum_b (q_b - p_b) \ln\frac{q_b}{p_b},\quad p_b = \frac{c_b + 1/2}{n + B/2}",
        trap="Small windows and many bins raise it: about (B - 1)(1/n + 1/m) by chance alone.",
        reference="Lewis (1994), An Introduction to Credit Scoring; Yurdakul (2018)",
    ),
    Method(
        name="kolmogorov_smirnov",
        label="Kolmogorov-Smirnov distance",
        function=_over_fine_bins,
        kinds=_NUMERIC,
        unit="",
        symmetric=True,
        bounds=(0.0, 1.0),
        effect=Threshold(warning=0.1, critical=0.2),
        formula=r"\max_x \left| F_{ref}(x) - F_{cur}(x) \right|",
        trap="It hardly sees the tails, and not at all how far values moved.",
        reference="Smirnov (1948), Table for Estimating the Goodness of Fit of Empirical Distributions",
    ),
    Method(
        name="wasserstein",
        label="Wasserstein distance",
        function=lambda reference, current: ordered.wasserstein(reference.fine, current.fine),
        kinds=_NUMERIC,
        unit="the column's unit",
        symmetric=True,
        bounds=(0.0, math.inf),
        effect=None,
        formula=r"\int \left| F_{ref}(x) - F_{cur}(x) \right| dx",
        trap="One absurd value can make up all of it.",
        reference="Vallender (1974), Calculation of the Wasserstein Distance on the Line",
    ),
    Method(
        name="wasserstein_normalised",
        label="Normalised Wasserstein distance",
        function=lambda reference, current: ordered.wasserstein_normalised(reference.fine, current.fine),
        kinds=_NUMERIC,
        unit="standard deviations",
        symmetric=False,
        bounds=(0.0, math.inf),
        effect=Threshold(warning=0.1, critical=0.3),
        formula=r"\frac{1}{\sigma_{ref}} \int \left| F_{ref}(x) - F_{cur}(x) \right| dx",
        trap="Outliers in the reference widen its deviation and shrink every later distance.",
        reference="Vallender (1974), Calculation of the Wasserstein Distance on the Line",
    ),
    Method(
        name="jensen_shannon",
        label="Jensen-Shannon distance",
        function=_over_bins(distances.jensen_shannon),
        kinds=_BOTH,
        unit="",
        symmetric=True,
        bounds=(0.0, 1.0),
        effect=Threshold(warning=0.1, critical=0.2),
        formula=(
            r"\sqrt{\tfrac12 \sum_b p_b \log_2\frac{p_b}{m_b} + \tfrac12 \sum_b q_b \log_2\frac{q_b}{m_b}},"
            r"\quad m = \tfrac{p + q}{2}"
        ),
        trap="In a window of 100 rows it passes 0.1 by chance alone most of the time.",
        reference="Lin (1991), Divergence Measures Based on the Shannon Entropy",
    ),
    Method(
        name="kullback_leibler",
        label="Kullback-Leibler divergence",
        function=_over_bins(distances.kullback_leibler),
        kinds=_BOTH,
        unit="nats",
        symmetric=False,
        bounds=(0.0, math.inf),
        effect=None,
        formula=r"\sum_b q_b \ln\frac{q_b}{p_b}",
        trap="A bin that is new brings smoothing to its window, which is then not quite like the others.",
        reference="Kullback and Leibler (1951), On Information and Sufficiency",
    ),
    Method(
        name="hellinger",
        label="Hellinger distance",
        function=_over_bins(distances.hellinger),
        kinds=_BOTH,
        unit="",
        symmetric=True,
        bounds=(0.0, 1.0),
        effect=Threshold(warning=0.1, critical=0.2),
        formula=r"\sqrt{\tfrac12 \sum_b \left(\sqrt{p_b} - \sqrt{q_b}\right)^2}",
        trap="Many rare categories that come and go raise it without any drift.",
        reference="Hellinger (1909), Neue Begründung der Theorie quadratischer Formen",
    ),
    Method(
        name="total_variation",
        label="Total variation",
        function=_over_bins(distances.total_variation),
        kinds=_BOTH,
        unit="",
        symmetric=True,
        bounds=(0.0, 1.0),
        effect=Threshold(warning=0.1, critical=0.2),
        formula=r"\tfrac12 \sum_b \left| q_b - p_b \right|",
        trap="It adds up the noise of all bins, so many bins raise it without any drift.",
        reference="Levin, Peres and Wilmer (2009), Markov Chains and Mixing Times",
    ),
    Method(
        name="l_infinity",
        label="Largest change of a share",
        function=_over_bins(distances.l_infinity),
        kinds=_BOTH,
        unit="",
        symmetric=True,
        bounds=(0.0, 1.0),
        effect=Threshold(warning=0.1, critical=0.2),
        formula=r"\max_b \left| q_b - p_b \right|",
        trap="Many small changes that go the same way stay invisible.",
        reference="Breck et al. (2019), Data Validation for Machine Learning",
    ),
    Method(
        name="chi2",
        label="Chi-squared test",
        function=_over_bins(distances.chi2),
        kinds=_CATEGORICAL,
        unit="",
        symmetric=True,
        bounds=(0.0, math.inf),
        effect=None,
        formula=r"\frac{nm}{n + m} \sum_b \frac{(q_b - p_b)^2}{(n p_b + m q_b) / (n + m)}",
        trap="It grows with the number of rows: it says how sure a change is, never how large.",
        reference="Pearson (1900), On the Criterion that a Given System of Deviations",
    ),
    Method(
        name="entropy_change",
        label="Change of entropy",
        function=_over_bins(distances.entropy_change),
        kinds=_BOTH,
        unit="nats",
        symmetric=False,
        bounds=(-math.inf, math.inf),
        effect=None,
        formula=r"-\sum_b q_b \ln q_b + \sum_b p_b \ln p_b",
        trap="Shares that swap bins leave it at zero.",
        reference="Shannon (1948), A Mathematical Theory of Communication",
    ),
    Method(
        name="cardinality_change",
        label="Change of cardinality",
        function=_over_distinct,
        kinds=_CATEGORICAL,
        unit="values",
        symmetric=False,
        bounds=(-math.inf, math.inf),
        effect=None,
        formula=r"\left| \{x_{cur}\} \right| - \left| \{x_{ref}\} \right|",
        trap="A window is smaller than the reference and misses its rare values, so below zero is usual.",
        reference="Heaps (1978), Information Retrieval: Computational and Theoretical Aspects",
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _TABLE})
"""All drift methods by name, in the order in which reports list them."""
