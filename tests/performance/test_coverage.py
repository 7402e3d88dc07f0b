"""How often the 95 % intervals hold the true value, in simulations whose true value is known.

Coarse on purpose: 400 windows tell 93 % from 97 %, not from 94 %. Conservative intervals may hold it always.
"""

from collections.abc import Callable

import numpy as np
import pytest

from monitoring.performance.classification import BinaryProfile
from monitoring.performance.methods import METHODS, Profile
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.regression import RegressionProfile

WINDOWS = 400
LOWEST = 0.915
Draw = Callable[[np.random.Generator, int], Profile]


def scored(rng: np.random.Generator, n: int) -> BinaryProfile:
    """A third positive, scores of both classes normal and one apart, turned into calibrated probabilities."""
    truth = rng.random(n) < 1 / 3
    place = rng.normal(size=n) + truth
    probability = 1 / (1 + 2 * np.exp(0.5 - place))
    return BinaryProfile.from_rows(truth, probability > 0.4, probability)


def rare(rng: np.random.Generator, n: int) -> BinaryProfile:
    """The same with four positives in a hundred, two apart."""
    truth = rng.random(n) < 0.04
    place = rng.normal(size=n) + 2 * truth
    probability = 1 / (1 + 24 * np.exp(2 - 2 * place))
    return BinaryProfile.from_rows(truth, probability > 0.3, probability)


def overconfident(rng: np.random.Generator, n: int) -> BinaryProfile:
    """Probabilities that are too far from a half."""
    score = rng.random(n)
    truth = rng.random(n) < 0.5 + 0.7 * (score - 0.5)
    return BinaryProfile.from_rows(truth, score > 0.5, score)


def several(rng: np.random.Generator, n: int) -> MulticlassProfile:
    """Three classes of unequal size, probabilities calibrated."""
    score = rng.dirichlet([2.0, 1.0, 0.5], n)
    truth = (score.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    labels = np.array(["a", "b", "c"])
    names = labels[truth].tolist(), labels[score.argmax(axis=1)].tolist()
    return MulticlassProfile.from_rows(*names, dict(zip("abc", score.T, strict=True)))


def skewed(rng: np.random.Generator, n: int) -> RegressionProfile:
    """Positive truth, errors that grow with it, a bias."""
    truth = rng.gamma(3.0, 2.0, n) + 1
    error = 0.2 * truth * rng.normal(size=n) + 0.1
    return RegressionProfile.from_rows(truth, truth + error)


CASES: list[tuple[Draw, int, str]] = [
    *(
        (scored, n, name)
        for n in (60, 300)
        for name in METHODS
        if "binary_classification" in METHODS[name].tasks
    ),
    *((rare, 400, name) for name in ("roc_auc", "average_precision", "precision", "recall", "f1")),
    *((overconfident, n, "expected_calibration_error") for n in (100, 2000)),
    *((several, 200, name) for name in METHODS if "multiclass_classification" in METHODS[name].tasks),
    *((skewed, 200, name) for name in METHODS if "regression" in METHODS[name].tasks),
]


@pytest.fixture(scope="module")
def drawn() -> Callable[[Draw, int], tuple[Profile, list[Profile]]]:
    """A very large window, whose values count as true, and many small ones; the same for every metric."""
    cache: dict[tuple[Draw, int], tuple[Profile, list[Profile]]] = {}

    def draw(source: Draw, n: int) -> tuple[Profile, list[Profile]]:
        if (source, n) not in cache:
            rng = np.random.default_rng(0)
            cache[source, n] = source(rng, 1_000_000), [source(rng, n) for _ in range(WINDOWS)]
        return cache[source, n]

    return draw


@pytest.mark.parametrize(
    ("source", "n", "name"), CASES, ids=[f"{name}-{source.__name__}-{n}" for source, n, name in CASES]
)
def test_intervals_hold_the_true_value(
    source: Draw, n: int, name: str, drawn: Callable[[Draw, int], tuple[Profile, list[Profile]]]
) -> None:
    large, windows = drawn(source, n)
    method = METHODS[name]
    true = 0.0 if name == "expected_calibration_error" and source is scored else method.function(large).value
    found = [method.function(window) for window in windows]
    held = [each.lower <= true <= each.upper for each in found if each.reason is None]
    assert len(held) > 0.9 * WINDOWS
    assert np.mean(held) >= LOWEST
