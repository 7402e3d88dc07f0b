"""Counts of truth by score."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from monitoring.performance import ranking
from monitoring.performance.scores import ScoreCounts

ROWS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 1.0]),
        st.one_of(st.sampled_from([0.0, -0.0, 0.25, 0.5, 1.0]), st.floats(-1e300, 1e300)),
    ),
    max_size=60,
)


def of(rows: list[tuple[float, float]]) -> ScoreCounts:
    return ScoreCounts.from_rows([truth for truth, _ in rows], [score for _, score in rows])


def bits(counts: ScoreCounts) -> tuple[bytes, ...]:
    arrays = (counts.scores, counts.negatives, counts.positives, counts.grouped)
    return (*(each.tobytes() for each in arrays), bytes([counts.reach_negatives, counts.reach_positives]))


def random_rows(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    score = rng.beta(1, 4, n)
    return (rng.random(n) < score).astype(float), score


def test_rows_are_counted_by_score_and_truth() -> None:
    counts = of([(1, 0.5), (0, 0.2), (0, 0.5), (1, 0.5), (0, 0.2)])
    assert counts.scores.tolist() == [0.2, 0.5]
    assert counts.negatives.tolist() == [2, 1]
    assert counts.positives.tolist() == [0, 2]
    assert (counts.n, counts.n_negatives, counts.n_positives) == (5, 3, 2)


def test_rows_without_truth_or_finite_score_are_left_out() -> None:
    counts = ScoreCounts.from_rows([1, np.nan, 0, 1, 0], [0.5, 0.5, np.nan, np.inf, 0.1])
    assert (counts.scores.tolist(), counts.n) == ([0.1, 0.5], 2)


def test_minus_zero_is_zero() -> None:
    assert bits(of([(1, -0.0), (0, 0.0)])) == bits(of([(0, 0.0), (1, 0.0)]))


def test_a_truth_that_is_neither_zero_nor_one_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Truth must be 0 or 1, not 2\.0"):
        ScoreCounts.from_rows([0, 2], [0.1, 0.2])


def test_rows_of_other_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="not of the same rows"):
        ScoreCounts.from_rows([0, 1], [0.1])


def test_counts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        ScoreCounts.exact(np.array([0.1, 0.2]), np.array([1]), np.array([1]))
    with pytest.raises(ValueError, match="strictly increasing"):
        ScoreCounts.exact(np.array([0.2, 0.2]), np.array([1, 1]), np.array([1, 1]))


@given(ROWS, st.integers(0, 60), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_parts_in_any_order_are_the_whole_to_the_bit(
    rows: list[tuple[float, float]], first: int, second: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    parts = [of(shuffled[:first]), of(shuffled[first : first + second]), of(shuffled[first + second :])]
    merged = ScoreCounts.merge(*(parts[i] for i in rng.permutation(3)))
    assert bits(merged) == bits(of(rows))


def test_nothing_merges_to_nothing() -> None:
    assert (ScoreCounts.merge().n, ScoreCounts.merge().scores.size) == (0, 0)


@given(ROWS, st.integers(1, 12))
def test_compacting_keeps_rows_order_and_limit(rows: list[tuple[float, float]], limit: int) -> None:
    counts = of(rows)
    compact = counts.compact(limit)
    assert compact.scores.size <= limit
    assert (np.diff(compact.scores) > 0).all()
    assert (compact.n_negatives, compact.n_positives) == (counts.n_negatives, counts.n_positives)
    assert compact.scores.size == 0 or (
        counts.scores[0] <= compact.scores[0] and compact.scores[-1] <= counts.scores[-1]
    )


@given(ROWS, st.integers(1, 12))
def test_compacting_again_changes_nothing(rows: list[tuple[float, float]], limit: int) -> None:
    compact = of(rows).compact(limit)
    assert compact.compact(limit) is compact


def test_a_group_keeps_the_mean_score_of_its_rows() -> None:
    # Five rows into one: (3 * 0.1 + 2 * 0.6) / 5 = 0.3; at most 2 negatives and 3 positives were carried.
    compact = of([(1, 0.1), (1, 0.1), (0, 0.1), (0, 0.6), (1, 0.6)]).compact(1)
    assert compact.scores.tolist() == [pytest.approx(0.3)]
    assert (compact.reach_negatives, compact.reach_positives, compact.grouped.tolist()) == (2, 3, [True])


def test_a_score_that_many_rows_share_stays_alone() -> None:
    rng = np.random.default_rng(0)
    truth, score = random_rows(1000, rng)
    counts = ScoreCounts.merge(
        ScoreCounts.from_rows(truth, score), ScoreCounts.from_rows(np.arange(400) % 2, np.full(400, 0.3))
    )
    compact = counts.compact(50)
    place = np.flatnonzero(compact.scores == 0.3)
    assert place.size == 1
    assert not compact.grouped[place[0]]
    assert compact.negatives[place[0]] == compact.positives[place[0]] == 200


@given(hnp.arrays(np.int64, st.integers(1, 300), elements=st.one_of(st.integers(1, 3), st.integers(1, 500))))
def test_groups_have_at_most_three_times_the_average_rows(rows: np.ndarray) -> None:
    counts = ScoreCounts.exact(np.arange(rows.size, dtype=float), rows, np.zeros_like(rows))
    compact = counts.compact(20)
    assert compact.scores.size <= 20
    assert (compact.negatives[compact.grouped] <= 3 * rows.sum() / 20 + 1e-9).all()


def test_small_windows_are_kept_as_they_are_and_exact() -> None:
    truth, score = random_rows(5000, np.random.default_rng(0))
    counts = ScoreCounts.from_rows(truth, score).compact()
    assert not counts.grouped.any()
    assert (counts.auc_bound, ranking.average_precision_bound(counts)) == (0.0, 0.0)


@given(ROWS, st.integers(1, 8), st.integers(1, 8), st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_grouping_moves_ranking_metrics_by_no_more_than_the_bounds(
    rows: list[tuple[float, float]], limit: int, again: int, cut: int, seed: int
) -> None:
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    parts = of(shuffled[:cut]).compact(limit), of(shuffled[cut:]).compact(again)
    exact = of(rows)
    for merged in (ScoreCounts.merge(*parts), ScoreCounts.merge(*parts).compact(limit)):
        if np.isnan(exact.auc_bound):
            assert np.isnan(merged.auc_bound)
            assert np.isnan(ranking.average_precision_bound(merged))
            continue
        assert abs(ranking.roc_auc(merged).value - ranking.roc_auc(exact).value) <= merged.auc_bound + 1e-12
        moved = abs(ranking.average_precision(merged).value - ranking.average_precision(exact).value)
        assert moved <= ranking.average_precision_bound(merged) + 1e-12


def test_the_bounds_are_small_for_many_rows_and_the_errors_far_smaller() -> None:
    rng = np.random.default_rng(0)
    days = [random_rows(40_000, rng) for _ in range(4)]
    truth, score = (np.concatenate(each) for each in zip(*days, strict=True))
    merged = ScoreCounts.merge(*(ScoreCounts.from_rows(*day).compact() for day in days))
    auc_error = abs(ranking.roc_auc(merged).value - metrics.roc_auc_score(truth, score))
    assert auc_error < 1e-6 < merged.auc_bound < 2e-3
    precision_error = abs(
        ranking.average_precision(merged).value - metrics.average_precision_score(truth, score)
    )
    assert precision_error < 1e-4 < ranking.average_precision_bound(merged) < 1e-2


def test_a_constant_score_ranks_nothing() -> None:
    assert ranking.roc_auc(of([(1, 0.5), (0, 0.5), (0, 0.5)])).value == 0.5
