"""Binary classification against scikit-learn."""

import json
import math
import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from monitoring.performance import classification
from monitoring.performance.classification import BinaryProfile, Confusion
from monitoring.performance.intervals import Reason
from monitoring.performance.records import Record

TRUTH = st.sampled_from([0.0, 1.0, math.nan])
SCORE = st.one_of(st.sampled_from([0.0, 0.1, 0.5, 1.0, 1e-300, math.nan]), st.floats(0, 1))
ROWS = st.lists(st.tuples(TRUTH, TRUTH, SCORE), max_size=50)

COMPLETE = st.lists(
    st.tuples(
        st.sampled_from([0, 1]),
        st.sampled_from([0, 1]),
        st.one_of(st.sampled_from([0.0, 0.1, 0.5, 1.0]), st.floats(0, 1)),
    ),
    min_size=1,
    max_size=50,
)
SCORED = {
    "log_loss": lambda truth, score: metrics.log_loss(truth, y_proba=score, labels=[0, 1]),
    "brier_score": lambda truth, score: metrics.brier_score_loss(truth, y_proba=score, pos_label=1),
}
PREDICTED = {
    "accuracy": metrics.accuracy_score,
    "precision": lambda truth, pred: metrics.precision_score(truth, pred, zero_division=np.nan),
    "recall": lambda truth, pred: metrics.recall_score(truth, pred, zero_division=np.nan),
    "f1": lambda truth, pred: metrics.f1_score(truth, pred, zero_division=np.nan),
}


def of(rows: Sequence[tuple[float, float, float]]) -> BinaryProfile:
    columns = np.array(rows, float).reshape(-1, 3).T
    return BinaryProfile.from_rows(*columns)


def written(profile: BinaryProfile) -> str:
    return repr(profile.to_record())


@given(COMPLETE)
@pytest.mark.parametrize("name", PREDICTED)
def test_metrics_of_the_prediction_are_scikit_learns(name: str, rows: list[tuple[int, int, float]]) -> None:
    truth, prediction, _ = zip(*rows, strict=True)
    expected = PREDICTED[name](truth, prediction)
    assert getattr(classification, name)(of(rows)).value == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(COMPLETE)
@pytest.mark.parametrize("name", SCORED)
def test_metrics_of_the_probability_are_scikit_learns(name: str, rows: list[tuple[int, int, float]]) -> None:
    truth, _, score = (np.array(each) for each in zip(*rows, strict=True))
    with warnings.catch_warnings():
        # scikit-learn doubts whether truth of one class is binary; given the labels its value stands.
        warnings.simplefilter("ignore")
        expected = SCORED[name](truth, score)
    assert getattr(classification, name)(of(rows)).value == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(ROWS, st.integers(0, 50), st.integers(0, 50), st.integers(0, 2**32 - 1))
def test_parts_in_any_order_are_the_whole_to_the_bit(
    rows: list[tuple[float, float, float]], first: int, second: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    parts = [of(shuffled[:first]), of(shuffled[first : first + second]), of(shuffled[first + second :])]
    assert written(BinaryProfile.merge(*(parts[i] for i in rng.permutation(3)))) == written(of(rows))


@given(ROWS)
def test_a_record_survives_json(rows: list[tuple[float, float, float]]) -> None:
    profile = of(rows)
    record = profile.to_record()
    content = json.loads(json.dumps(record.content, allow_nan=False))
    back = BinaryProfile.from_record(Record(content, record.scores, record.negatives, record.positives))
    assert written(back) == written(profile)


def test_grouped_scores_survive_a_record() -> None:
    rng = np.random.default_rng(0)
    score = rng.random(500)
    profile = BinaryProfile.from_rows(score > rng.random(500), score > 0.5, score).compact(100)
    back = BinaryProfile.from_record(profile.to_record())
    assert back.scores.grouped.any()
    assert written(back) == written(profile)
    assert back.scores.auc_bound == profile.scores.auc_bound > 0


def test_rows_without_truth_count_as_rows_only() -> None:
    profile = BinaryProfile.from_rows([1, np.nan, 0], [1, 1, np.nan], [0.9, 0.8, 0.1])
    assert (profile.n, profile.n_truth, profile.confusion, profile.scores.n) == (3, 2, Confusion(tp=1), 2)


def test_the_confusion_worked_by_hand() -> None:
    profile = BinaryProfile.from_rows([0, 0, 0, 1, 1, 1, 1], [0, 1, 1, 0, 1, 1, 1])
    assert profile.confusion == Confusion(tn=1, fp=2, fn=1, tp=3)
    assert classification.precision(profile).value == 3 / 5
    assert classification.recall(profile).value == 3 / 4
    assert classification.f1(profile).value == pytest.approx(6 / 9)
    assert classification.accuracy(profile).value == 4 / 7


def test_the_interval_of_f1_is_that_of_its_share_carried_over() -> None:
    profile = BinaryProfile.from_rows([1] * 30 + [0] * 50, [1] * 20 + [0] * 50 + [1] * 10)
    expected = stats.binomtest(20, 40).proportion_ci(method="wilson")
    found = classification.f1(profile)
    assert found.lower == pytest.approx(2 * expected.low / (1 + expected.low))
    assert found.upper == pytest.approx(2 * expected.high / (1 + expected.high))


def test_certain_and_wrong_is_clipped_as_in_scikit_learn() -> None:
    # -ln(2.2e-16) = 36.04 and -ln(1 - 2.2e-16) = 2.2e-16.
    profile = BinaryProfile.from_rows([1, 1], [0, 1], [0.0, 1.0])
    assert classification.log_loss(profile).value == pytest.approx(36.04365 / 2, abs=1e-5)


UNDEFINED: dict[str, tuple[list[float], list[float], list[float], dict[str, Reason]]] = {
    "no truth": (
        [np.nan],
        [1],
        [0.5],
        dict.fromkeys(["accuracy", "f1", "log_loss", "roc_auc"], Reason.NO_TRUTH),
    ),
    "no rows": (
        [],
        [],
        [],
        dict.fromkeys(["accuracy", "precision", "recall", "brier_score"], Reason.NO_TRUTH),
    ),
    "no prediction": (
        [1],
        [np.nan],
        [0.5],
        dict.fromkeys(["accuracy", "precision", "recall", "f1"], Reason.NO_PREDICTION),
    ),
    "no score": (
        [1, 0],
        [1, 0],
        [np.nan, np.nan],
        dict.fromkeys(
            ["roc_auc", "average_precision", "log_loss", "brier_score", "expected_calibration_error"],
            Reason.NO_SCORE,
        ),
    ),
    "one class": (
        [1, 1],
        [1, 1],
        [0.4, 0.5],
        dict.fromkeys(["roc_auc", "average_precision"], Reason.ONE_CLASS),
    ),
    "nothing positive": (
        [0, 0],
        [0, 0],
        [0.1, 0.2],
        {"recall": Reason.NO_POSITIVES, "f1": Reason.NO_POSITIVES},
    ),
    "nothing predicted": ([1, 0], [0, 0], [0.1, 0.2], {"precision": Reason.NO_PREDICTED_POSITIVES}),
    "log-odds": (
        [1, 0],
        [1, 0],
        [2.5, 0.2],
        dict.fromkeys(["log_loss", "brier_score", "expected_calibration_error"], Reason.NOT_A_PROBABILITY),
    ),
}


@pytest.mark.parametrize("case", UNDEFINED)
def test_what_has_no_value_says_why(case: str) -> None:
    truth, prediction, score, reasons = UNDEFINED[case]
    profile = BinaryProfile.from_rows(truth, prediction, score)
    for name, reason in reasons.items():
        found = getattr(classification, name)(profile)
        assert (math.isnan(found.value), found.reason) == (True, reason), name


def test_scores_that_are_no_probabilities_still_rank() -> None:
    profile = BinaryProfile.from_rows([1, 0], [1, 0], [2.5, -0.2])
    assert (classification.roc_auc(profile).value, profile.n_outside) == (1.0, 2)


def test_a_zero_is_a_value_where_it_is_earned() -> None:
    profile = BinaryProfile.from_rows([1, 0, 0], [0, 1, 0])
    for name in ("precision", "recall", "f1"):
        found = getattr(classification, name)(profile)
        assert (found.value, found.lower, found.reason) == (0.0, 0.0, None)
        assert found.upper > 0.5


@pytest.mark.parametrize(
    ("prediction", "message"),
    [([2.0], "Predictions must be 0 or 1, not 2.0"), ([0, 1], "not of the same rows")],
)
def test_other_predictions_are_refused(prediction: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BinaryProfile.from_rows([1], prediction)


def test_nothing_merges_to_an_empty_profile() -> None:
    assert written(BinaryProfile.merge()) == written(BinaryProfile.from_rows([], []))
