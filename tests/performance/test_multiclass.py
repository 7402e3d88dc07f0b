"""Several classes against scikit-learn."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from monitoring.performance import multiclass, ranking
from monitoring.performance.intervals import Reason, wilson
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.records import Record

CLASSES = ("cat", "dog", "owl")
LABEL = st.sampled_from([*CLASSES, None, math.nan])
ROWS = st.lists(st.tuples(LABEL, LABEL, st.integers(0, 2**20)), max_size=40)
COMPLETE = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES), st.integers(0, 2**20)),
    min_size=1,
    max_size=40,
)
Rows = list[tuple[str, str, int]]


def probabilities(seeds: list[int]) -> dict[str, np.ndarray]:
    rows = [np.random.default_rng(seed % 50).dirichlet([1, 1, 1]) for seed in seeds]
    return dict(zip(CLASSES, np.array(rows).reshape(-1, 3).T, strict=True))


def of(rows: Rows) -> MulticlassProfile:
    truth, prediction, seeds = ([row[i] for row in rows] for i in range(3))
    return MulticlassProfile.from_rows(truth, prediction, probabilities(seeds))  # type: ignore[arg-type]


def of_cells(cells: list[list[int]]) -> MulticlassProfile:
    pairs = [
        (CLASSES[i], CLASSES[j]) for i, row in enumerate(cells) for j, n in enumerate(row) for _ in range(n)
    ]
    return MulticlassProfile.from_rows([t for t, _ in pairs], [p for _, p in pairs])


def written(profile: MulticlassProfile) -> str:
    return repr(profile.to_record())


@given(COMPLETE)
def test_metrics_of_the_prediction_are_scikit_learns(rows: Rows) -> None:
    truth, prediction, _ = zip(*rows, strict=True)
    profile = of(rows)
    assert multiclass.accuracy(profile).value == pytest.approx(metrics.accuracy_score(truth, prediction))
    for name, missing in (
        ("precision", set(truth) - set(prediction)),
        ("recall", set(prediction) - set(truth)),
    ):
        found = getattr(multiclass, name)(profile).value
        if missing:
            assert math.isnan(found)
            continue
        expected = getattr(metrics, f"{name}_score")(truth, prediction, average="macro")
        assert found == pytest.approx(expected, abs=1e-12)
    expected = metrics.f1_score(truth, prediction, average="macro")
    assert multiclass.f1(profile).value == pytest.approx(expected, abs=1e-12)


@given(COMPLETE)
def test_metrics_of_the_probabilities_are_scikit_learns(rows: Rows) -> None:
    truth, _, seeds = (list(each) for each in zip(*rows, strict=True))
    proba = np.column_stack(list(probabilities(seeds).values()))
    expected = metrics.log_loss(truth, y_proba=proba, labels=CLASSES)
    assert multiclass.log_loss(of(rows)).value == pytest.approx(expected, rel=1e-12)
    if set(truth) == set(CLASSES):
        expected = metrics.roc_auc_score(truth, proba, multi_class="ovr", labels=CLASSES)
        assert multiclass.roc_auc(of(rows)).value == pytest.approx(expected, abs=1e-12)
    else:
        assert multiclass.roc_auc(of(rows)).reason is Reason.ONE_CLASS


@given(ROWS, st.integers(0, 40), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_parts_in_any_order_are_the_whole_to_the_bit(rows: Rows, first: int, second: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    parts = [of(shuffled[:first]), of(shuffled[first : first + second]), of(shuffled[first + second :])]
    assert written(MulticlassProfile.merge(*(parts[i] for i in rng.permutation(3)))) == written(of(rows))


@given(ROWS)
def test_a_record_survives_json(rows: Rows) -> None:
    profile = of(rows)
    record = profile.to_record()
    content = json.loads(json.dumps(record.content, allow_nan=False))
    back = MulticlassProfile.from_record(Record(content, record.scores, record.negatives, record.positives))
    assert written(back) == written(profile)


def test_the_interval_of_one_part_is_wilsons() -> None:
    # Recall of cat 8 / 10, of dog 5 / 10: distances to Wilson's bounds add like errors, then halve.
    found = multiclass.recall(of_cells([[8, 2, 0], [5, 5, 0], [0, 0, 0]]))
    low = [each - wilson(each, 10)[0] for each in (0.8, 0.5)]
    assert found.value == pytest.approx(0.65)
    assert found.value - found.lower == pytest.approx(math.hypot(*low) / 2)


def test_mistakes_between_two_classes_cost_both_and_correlate_their_f1() -> None:
    # With two classes a mistake is one of both: the F1 of a symmetric confusion move as one.
    cells = np.array([[30, 10], [10, 30]])
    hits, mistakes = np.diag(cells), cells + cells.T
    correlation = multiclass._f1_correlation(hits, mistakes, mistakes.sum(axis=0))
    rng = np.random.default_rng(0)
    draws = rng.multinomial(80, cells.ravel() / 80, 20_000).reshape(-1, 2, 2)
    right = np.diagonal(draws, axis1=1, axis2=2)
    f1 = 2 * right / (draws.sum(axis=1) + draws.sum(axis=2))
    assert correlation[0, 1] == pytest.approx(np.corrcoef(f1.T)[0, 1], abs=0.02)
    assert correlation[0, 1] > 0.4


def test_all_right_is_not_sure_to_stay_all_right() -> None:
    profile = of_cells([[5, 0, 0], [0, 5, 0], [0, 0, 5]])
    for metric in (multiclass.precision, multiclass.recall, multiclass.f1):
        found = metric(profile)
        assert (found.value, found.upper) == (1.0, 1.0)
        assert 0.5 < found.lower < 0.9


def test_a_class_that_nobody_predicts_makes_precision_undefined() -> None:
    profile = of_cells([[5, 0, 0], [1, 0, 0], [0, 0, 0]])
    assert multiclass.precision(profile).reason is Reason.CLASS_WITHOUT_PREDICTION
    assert multiclass.recall(profile).value == 0.5
    assert multiclass.f1(profile).value == pytest.approx(10 / 11 / 2)


def test_a_class_that_never_happens_makes_recall_undefined() -> None:
    assert multiclass.recall(of_cells([[5, 1, 0], [0, 0, 0], [0, 0, 0]])).reason is Reason.CLASS_WITHOUT_TRUTH


def test_a_true_class_without_a_score_is_not_passed_over() -> None:
    scores = {"cat": [0.6, 0.4, 0.5], "dog": [0.4, 0.6, 0.5]}
    profile = MulticlassProfile.from_rows(["cat", "dog", "owl"], ["cat", "dog", "dog"], scores)
    assert profile.n_unscored == 1
    assert multiclass.log_loss(profile).reason is Reason.CLASS_WITHOUT_SCORE
    assert multiclass.roc_auc(profile).reason is Reason.CLASS_WITHOUT_SCORE


def test_scores_that_are_no_probabilities_have_no_log_loss() -> None:
    scores = {"cat": [2.0, -1.0, 1.0, 0.0], "dog": [-2.0, 1.0, 0.0, 1.0]}
    profile = MulticlassProfile.from_rows(["cat", "dog"] * 2, ["cat", "dog"] * 2, scores)
    assert multiclass.log_loss(profile).reason is Reason.NOT_A_PROBABILITY
    assert multiclass.roc_auc(profile).value == 1.0


def test_without_rows_truth_or_scores_everything_says_why() -> None:
    empty = MulticlassProfile.from_rows([], [])
    waiting = MulticlassProfile.from_rows([None], ["cat"], {"cat": [0.5], "dog": [0.5]})
    plain = MulticlassProfile.from_rows(["cat"], [None])
    for metric in (multiclass.accuracy, multiclass.precision, multiclass.f1):
        reasons = [metric(each).reason for each in (empty, waiting, plain)]
        assert reasons == [Reason.NO_TRUTH, Reason.NO_TRUTH, Reason.NO_PREDICTION]
    for metric in (multiclass.log_loss, multiclass.roc_auc):
        reasons = [metric(each).reason for each in (empty, waiting, plain)]
        assert reasons == [Reason.NO_TRUTH, Reason.NO_TRUTH, Reason.NO_SCORE]


def test_one_row_of_a_class_ranks_without_an_interval() -> None:
    scores = {"cat": [0.9, 0.8, 0.1], "dog": [0.1, 0.2, 0.9]}
    found = multiclass.roc_auc(
        MulticlassProfile.from_rows(["cat", "cat", "dog"], ["cat", "cat", "dog"], scores)
    )
    assert (found.value, math.isnan(found.lower), found.reason) == (1.0, True, Reason.TOO_FEW_ROWS)


def test_profiles_for_different_classes_do_not_merge_but_one_without_scores_does() -> None:
    cat, owl, none = (
        MulticlassProfile.from_rows(["cat"], ["cat"], {name: [0.5], "dog": [0.5]} if name else None)
        for name in ("cat", "owl", "")
    )
    with pytest.raises(ValueError, match="different classes"):
        MulticlassProfile.merge(cat, owl)
    merged = MulticlassProfile.merge(none, cat, none)
    assert (merged.n, merged.n_scored, merged.classes) == (3, 1, ("cat", "dog"))
    assert written(MulticlassProfile.merge()) == written(MulticlassProfile.from_rows([], []))


def test_labels_that_are_not_text_are_refused() -> None:
    with pytest.raises(ValueError, match="must be text, not 3"):
        MulticlassProfile.from_rows([3], ["cat"])


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit 'the prediction'"):
        MulticlassProfile.from_rows(["cat"], ["cat", "dog"])
    with pytest.raises(ValueError, match="does not fit 'dog'"):
        MulticlassProfile.from_rows(["cat"], ["cat"], {"dog": [0.1, 0.2]})


def test_compacting_moves_the_mean_area_by_no_more_than_the_mean_bound() -> None:
    rng = np.random.default_rng(0)
    proba = rng.dirichlet([1, 1, 1], 3000)
    truth = [CLASSES[i] for i in (proba.cumsum(axis=1) > rng.random((3000, 1))).argmax(axis=1)]
    exact = MulticlassProfile.from_rows(truth, truth, dict(zip(CLASSES, proba.T, strict=True)))
    compact = exact.compact(200)
    bound = np.mean([each.auc_bound for each in compact.scores])
    assert 0 < abs(multiclass.roc_auc(compact).value - multiclass.roc_auc(exact).value) <= bound
    assert [ranking.roc_auc(each).reason for each in compact.scores] == [None] * 3
