"""What holds for every metric of the table."""

import math
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.performance.classification import BinaryProfile
from monitoring.performance.intervals import Estimate, Reason
from monitoring.performance.methods import METHODS, Profile, Unit, measure
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.regression import RegressionProfile

DESIGN = {
    "binary_classification": (
        "roc_auc average_precision accuracy precision recall f1 log_loss brier_score "
        "expected_calibration_error"
    ),
    "multiclass_classification": "roc_auc accuracy precision recall f1 log_loss",
    "regression": (
        "mean_absolute_error root_mean_squared_error mean_absolute_percentage_error r2 mean_error"
    ),
}
PAIRS = [(name, task) for name, method in METHODS.items() for task in method.tasks]


def rows_of(task: str, seed: int, n: int, skill: float, level: float = 5.0) -> tuple[Any, ...]:
    """Columns of a window of any task: tied, gappy, of one class when n is small, with zeros when low."""
    rng = np.random.default_rng(seed)
    if task == "regression":
        truth = np.round(rng.normal(level, 3, n), 1)
        truth[rng.random(n) < 0.1] = np.nan
        return truth, np.round(skill * np.nan_to_num(truth) + rng.normal(size=n), 1)
    if task == "binary_classification":
        score = np.round(rng.random(n), 2)
        truth = (rng.random(n) < skill * score + (1 - skill) * 0.5).astype(float)
        truth[rng.random(n) < 0.1] = np.nan
        return truth, (score > 0.5).astype(float), score
    score = rng.dirichlet([1, 1, 1], n).round(2)
    names = [str(name) for name in rng.choice(["a", "b", "c"], n)]
    prediction = [("a", "b", "c")[i] for i in score.argmax(axis=1)] if n else []
    return names, prediction, dict(zip("abc", score.T, strict=True))


def profile_of(task: str, *columns: Any) -> Profile:
    if task == "regression":
        return RegressionProfile.from_rows(*columns)
    if task == "binary_classification":
        return BinaryProfile.from_rows(*columns)
    return MulticlassProfile.from_rows(*columns)


def test_the_table_has_the_metrics_of_the_design_under_their_names() -> None:
    for task, names in DESIGN.items():
        assert {name for name, method in METHODS.items() if task in method.tasks} == set(names.split())
    assert all(name == method.name for name, method in METHODS.items())


@pytest.mark.parametrize("name", METHODS)
def test_every_metric_says_what_it_is(name: str) -> None:
    method = METHODS[name]
    assert method.label
    assert method.formula.count("{") == method.formula.count("}") > 0
    assert method.interval
    assert any(year in method.reference for year in map(str, range(1900, 2030)))
    assert method.unit in get_args(Unit)
    assert method.bounds[0] < method.bounds[1]


@given(st.integers(0, 10_000), st.integers(0, 40), st.sampled_from([0.0, 0.5, 1.0]))
@pytest.mark.parametrize("task", DESIGN)
def test_a_value_lies_in_its_interval_and_both_within_bounds_or_a_reason_is_given(
    task: str, seed: int, n: int, skill: float
) -> None:
    for name, found in measure(profile_of(task, *rows_of(task, seed, n, skill))).items():
        low, high = METHODS[name].bounds
        if math.isnan(found.value):
            assert isinstance(found.reason, Reason), name
            assert math.isnan(found.lower), name
            assert math.isnan(found.upper), name
        elif math.isnan(found.lower):
            assert found.reason in (Reason.TOO_FEW_ROWS, Reason.ZERO_TRUTH), name
            assert low <= found.value <= high, name
        else:
            assert low <= found.lower <= found.value <= found.upper <= high, name
            assert found.reason is None, name


@pytest.mark.parametrize("task", DESIGN)
def test_neither_the_order_of_rows_nor_a_second_look_changes_a_bit_nor_are_inputs_modified(task: str) -> None:
    rng = np.random.default_rng(0)
    columns = rows_of(task, 7, 300, 0.8)
    before = repr(columns)
    order = rng.permutation(300)
    shuffled = [
        {key: value[order] for key, value in column.items()}
        if isinstance(column, dict)
        else [column[i] for i in order]
        for column in columns
    ]
    assert repr(measure(profile_of(task, *columns))) == repr(measure(profile_of(task, *shuffled)))
    assert repr(columns) == before


@pytest.mark.parametrize("task", DESIGN)
def test_more_rows_of_the_same_make_every_interval_narrower(task: str) -> None:
    few, many = (profile_of(task, *rows_of(task, 3, n, 0.8, level=50.0)) for n in (100, 10_000))
    for name, found in measure(few).items():
        assert _width(METHODS[name].function(many)) < _width(found), name


def _width(found: Estimate) -> float:
    return found.upper - found.lower


@pytest.mark.parametrize(("name", "task"), PAIRS)
def test_a_better_model_is_better_in_the_direction_of_the_table(name: str, task: str) -> None:
    method = METHODS[name]
    worse, better = (method.function(_model(task, noise)).value for noise in (0.45, 0.05))
    if method.higher_is_better is None:
        assert abs(better) < abs(worse)
    else:
        assert (better > worse) == method.higher_is_better


def _model(task: str, noise: float) -> Profile:
    rng = np.random.default_rng(1)
    wrong = rng.random(2000) < noise
    if task == "regression":
        level = rng.normal(10, 2, 2000)
        return RegressionProfile.from_rows(level, level + noise * (1 + rng.normal(size=2000)))
    if task == "binary_classification":
        truth = rng.random(2000) < 0.3
        prediction = truth ^ wrong
        return BinaryProfile.from_rows(truth, prediction, np.where(prediction, 0.9, 0.1))
    labels = np.array(["a", "b", "c"])
    true = rng.integers(0, 3, 2000)
    predicted = (true + wrong) % 3
    score = {name: np.where(predicted == i, 0.8, 0.1) for i, name in enumerate("abc")}
    return MulticlassProfile.from_rows(labels[true].tolist(), labels[predicted].tolist(), score)


@pytest.mark.parametrize("name", METHODS)
def test_what_needs_a_score_has_no_value_without_one(name: str) -> None:
    method = METHODS[name]
    for task in method.tasks:
        truth, prediction, *_ = rows_of(task, 3, 200, 0.8)
        found = method.function(profile_of(task, truth, prediction))
        assert (found.reason is Reason.NO_SCORE) == method.needs_score


def test_a_metric_of_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="'r2' is not a metric of 'binary_classification'"):
        METHODS["r2"].function(BinaryProfile.from_rows([], []))
