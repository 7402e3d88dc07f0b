import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score

from monitoring.errors import InvalidInput
from monitoring.explain.summary import feature_importances, levels_of, monotony, ndcg, sample_ids

NAMES = ("a", "b", "c")
IMPORTANCES = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5, 7.0]), min_size=2, max_size=6)


def test_importances_by_hand() -> None:
    # Columns: |1|, |-3| -> 2 and -1; |2|, |2| -> 2 and 2; 0.
    found = feature_importances(np.array([[1.0, 2.0, 0.0], [-3.0, 2.0, 0.0]]), NAMES)
    assert [each.feature for each in found] == ["a", "b", "c"]
    assert [each.mean_absolute for each in found] == [2.0, 2.0, 0.0]
    assert [each.mean for each in found] == [-1.0, 2.0, 0.0]
    assert [each.share for each in found] == [0.5, 0.5, 0.0]
    assert [each.rank for each in found] == [1, 2, 3]


def test_classes_are_summed_without_their_signs() -> None:
    values = np.array([[[1.0, -2.0], [0.0, 0.5]]])
    found = feature_importances(values, ("a", "b"))
    assert [each.mean_absolute for each in found] == [3.0, 0.5]
    assert all(math.isnan(each.mean) for each in found)


def test_no_rows_have_no_importance() -> None:
    found = feature_importances(np.empty((0, 2)), ("a", "b"))
    assert all(math.isnan(number) for each in found for number in (each.mean_absolute, each.mean, each.share))


def test_shares_of_nothing_are_undefined() -> None:
    assert all(math.isnan(each.share) for each in feature_importances(np.zeros((3, 2)), ("a", "b")))


@given(st.permutations(range(40)))
def test_the_order_of_rows_does_not_show(order: list[int]) -> None:
    values = np.random.default_rng(0).normal(size=(40, 3)) * 10.0 ** np.arange(-9, 31, 1)[:, None]
    assert feature_importances(values[order], NAMES) == feature_importances(values, NAMES)


def test_ndcg_by_hand() -> None:
    # Gains 3, 2, 1 in the order a, b, c; now c, b, a: 1 + 2 / log2(3) + 3 / 2 over 3 + 2 / log2(3) + 1 / 2.
    found = ndcg({"a": 3.0, "b": 2.0, "c": 1.0}, {"a": 0.1, "b": 0.2, "c": 0.3})
    assert found == pytest.approx((2.5 + 2 / math.log2(3)) / (3.5 + 2 / math.log2(3)))


@given(IMPORTANCES, st.data())
def test_ndcg_is_that_of_scikit_learn(reference: list[float], data: st.DataObject) -> None:
    current = data.draw(
        st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=len(reference), max_size=len(reference))
    )
    names = [f"feature {position}" for position in range(len(reference))]
    found = ndcg(dict(zip(names, reference, strict=True)), dict(zip(names, current, strict=True)))
    if sum(reference) == 0:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(ndcg_score([reference], [current]))
        assert 0 < found <= 1 + 1e-12


@given(IMPORTANCES.filter(any), st.sampled_from([0.1, 1.0, 40.0]))
def test_the_same_order_is_in_full_agreement(reference: list[float], scale: float) -> None:
    names = [f"feature {position}" for position in range(len(reference))]
    before = dict(zip(names, reference, strict=True))
    assert ndcg(before, {name: scale * number for name, number in before.items()}) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("reference", "current"), [({}, {}), ({"a": 0.0}, {"a": 1.0}), ({"a": 1.0}, {"a": float("nan")})]
)
def test_ndcg_is_undefined_without_importances(
    reference: dict[str, float], current: dict[str, float]
) -> None:
    assert math.isnan(ndcg(reference, current))


def test_importances_of_different_features_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"\['b', 'c'\]"):
        ndcg({"a": 1.0, "b": 1.0}, {"a": 1.0, "c": 1.0})


IDS = st.lists(st.text(max_size=8), max_size=30)


@given(IDS, st.integers(0, 40), st.randoms())
def test_a_sample_depends_on_the_ids_alone(ids: list[str], size: int, random: object) -> None:
    shuffled = ids * 2
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = sample_ids(ids, size)
    assert sample_ids(shuffled, size) == found
    assert len(found) == len(set(found)) == min(size, len(set(ids)))
    assert set(found) <= set(ids)


@given(IDS, st.integers(0, 20), st.integers(0, 20))
def test_a_larger_sample_begins_with_the_smaller_one(ids: list[str], size: int, more: int) -> None:
    assert sample_ids(ids, size + more)[: len(sample_ids(ids, size))] == sample_ids(ids, size)


def test_samples_stay_the_same_in_every_process() -> None:
    assert sample_ids([f"flight-{number}" for number in range(1000)], 3) == (
        "flight-771",
        "flight-796",
        "flight-551",
    )


def test_a_sample_is_even() -> None:
    chosen = [int(name) for name in sample_ids([str(number) for number in range(10_000)], 1000)]
    counts = np.histogram(chosen, bins=10, range=(0, 10_000))[0]
    assert ((counts > 70) & (counts < 130)).all()


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(InvalidInput, match="-1"):
        sample_ids(["a"], -1)


def test_a_row_that_stands_for_others_weighs_as_much_as_they_would() -> None:
    values = np.array([[1.0, -4.0], [3.0, 2.0]])

    weighted = feature_importances(values, ("a", "b"), weights=np.array([3.0, 1.0]))
    repeated = feature_importances(values[[0, 0, 0, 1]], ("a", "b"))
    # a: (3 * 1 + 3) / 4 = 1.5; b: (3 * 4 + 2) / 4 = 3.5
    assert [each.mean_absolute for each in weighted] == [1.5, 3.5]
    assert weighted == repeated


def test_levels_go_from_the_lowest_value_to_the_highest() -> None:
    # Three distinct numbers: 0, 1/2, 1. What is missing or has no order has no level.
    found = levels_of([10.0, 30.0, 20.0, 30.0, None, "text"])
    assert found[:4].tolist() == [0.0, 1.0, 0.5, 1.0]
    assert np.isnan(found[4:]).all()
    assert levels_of([True, False]).tolist() == [1.0, 0.0]
    assert levels_of([datetime(2024, 5, 2, tzinfo=UTC), datetime(2024, 5, 1, tzinfo=UTC)]).tolist() == [
        1.0,
        0.0,
    ]
    assert levels_of([7.0, 7.0]).tolist() == [0.5, 0.5]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=30))
def test_monotony_is_spearmans_rank_correlation(pairs: list[tuple[int, int]]) -> None:
    values, attributions = [float(a) for a, _ in pairs], np.array([float(b) for _, b in pairs])

    found = monotony(values, attributions)
    if len(set(values)) == 1 or len(set(attributions)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(values, attributions).statistic)


def test_monotony_of_text_or_of_two_values_is_undefined() -> None:
    assert math.isnan(monotony(["a", "b", "c"], np.array([1.0, 2.0, 3.0])))
    assert math.isnan(monotony([1.0, 2.0, None], np.array([1.0, 2.0, 3.0])))
