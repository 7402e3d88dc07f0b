"""The kernel against Shapley's definition: every coalition and expectation, on small trees of all kinds."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.errors import InvalidInput
from monitoring.explain import tree_shap as kernel
from monitoring.explain.tree_shap import expected_values, tree_depths, tree_shap
from monitoring.explain.trees import Nodes

N_FEATURES = 4
SETS = np.array([[0b0101], [0b0010]], dtype=np.uint32)


def goes_left(nodes: Nodes, node: int, value: float) -> bool:
    """The rule of the format, written out again."""
    if np.isnan(value):
        return bool(nodes.missing_left[node])
    if nodes.category_set[node] < 0:
        return bool(value <= nodes.threshold[node])
    return bool(int(nodes.category_sets[nodes.category_set[node], 0]) >> int(value) & 1)


def expectation(
    nodes: Nodes, node: int, row: NDArray[np.float64], known: frozenset[int]
) -> NDArray[np.float64]:
    """A tree's mean output where only some features are known."""
    feature = int(nodes.feature[node])
    if feature < 0:
        return np.asarray(nodes.value[node])
    left, right = int(nodes.left[node]), int(nodes.right[node])
    if feature in known:
        return expectation(nodes, left if goes_left(nodes, node, row[feature]) else right, row, known)
    total = nodes.cover[left] + nodes.cover[right]
    share = nodes.cover[left] / total if total > 0 else 0.5
    return np.asarray(
        share * expectation(nodes, left, row, known) + (1 - share) * expectation(nodes, right, row, known)
    )


def brute_force(nodes: Nodes, row: NDArray[np.float64], n_outputs: int) -> NDArray[np.float64]:
    """Shapley values by their definition: [features, outputs]."""

    def worth(known: frozenset[int]) -> NDArray[np.float64]:
        total = np.zeros(n_outputs)
        for root, output in zip(nodes.start[:-1], nodes.output, strict=True):
            total[output : output + nodes.value.shape[1]] += expectation(nodes, int(root), row, known)
        return total

    values = np.zeros((len(row), n_outputs))
    for feature in range(len(row)):
        others = [other for other in range(len(row)) if other != feature]
        for size in range(len(row)):
            weight = factorial(size) * factorial(len(row) - size - 1) / factorial(len(row))
            for chosen in map(frozenset, combinations(others, size)):
                values[feature] += weight * (worth(chosen | {feature}) - worth(chosen))
    return values


class Builder:
    """Draws trees node by node, root first, children after their parents."""

    def __init__(self, draw: st.DrawFn, width: int) -> None:
        self.draw, self.width = draw, width
        self.start: list[int] = [0]
        self.rows: list[list[float]] = []
        self.values: list[list[float]] = []

    def grow(self, depth: int) -> int:
        position = len(self.rows)
        cover = self.draw(st.sampled_from([0.0, 1.0, 2.0, 7.0]))
        self.rows.append([-1, 0.0, 0, 0, 0, -1, cover])
        self.values.append([self.draw(st.integers(-9, 9)) / 2 for _ in range(self.width)])
        if depth and self.draw(st.integers(0, 3)):
            feature, missing = self.draw(st.integers(0, N_FEATURES - 1)), self.draw(st.integers(0, 1))
            # The last feature holds categories; it may be split as a number as well.
            group = self.draw(st.integers(-1, 1)) if feature == N_FEATURES - 1 else -1
            left, right = self.grow(depth - 1), self.grow(depth - 1)
            threshold = self.draw(st.integers(-1, 2)) + 0.5
            self.rows[position] = [feature, threshold, left, right, missing, group, cover]
        return position

    def nodes(self, output: list[int]) -> Nodes:
        table = np.array(self.rows, dtype=np.float64)
        return Nodes(
            start=np.array(self.start, dtype=np.int64),
            output=np.array(output, dtype=np.int64),
            feature=table[:, 0].astype(np.int64),
            threshold=table[:, 1].copy(),
            left=table[:, 2].astype(np.int64),
            right=table[:, 3].astype(np.int64),
            missing_left=table[:, 4] > 0,
            category_set=table[:, 5].astype(np.int64),
            category_sets=SETS,
            cover=table[:, 6].copy(),
            value=np.array(self.values),
        )


@st.composite
def ensembles(draw: st.DrawFn) -> Nodes:
    """Up to three trees for two outputs: each for one of them, or all for both."""
    width = draw(st.integers(1, 2))
    builder = Builder(draw, width)
    output = []
    for _ in range(draw(st.integers(1, 3))):
        builder.grow(depth=4)
        builder.start.append(len(builder.rows))
        output.append(draw(st.integers(0, 1)) if width == 1 else 0)
    return builder.nodes(output)


NUMBERS = st.sampled_from([-1.0, 0.5, 1.0, 2.5, float("nan")])
ROWS: st.SearchStrategy[NDArray[np.float64]] = st.lists(
    st.tuples(*[NUMBERS] * (N_FEATURES - 1), st.sampled_from([0.0, 1.0, 2.0, 31.0, float("nan")])),
    min_size=1,
    max_size=4,
).map(np.array)


@given(nodes=ensembles(), rows=ROWS)
def test_values_are_shapley_values_by_their_definition(nodes: Nodes, rows: NDArray[np.float64]) -> None:
    expected = np.stack([brute_force(nodes, row, 2) for row in rows])
    np.testing.assert_allclose(tree_shap(nodes, rows, 2), expected, atol=1e-12)


@given(nodes=ensembles(), rows=ROWS)
def test_base_and_values_add_up_to_the_output(nodes: Nodes, rows: NDArray[np.float64]) -> None:
    everything = frozenset(range(N_FEATURES))
    said = np.zeros((len(rows), 2))
    for position, row in enumerate(rows):
        for root, output in zip(nodes.start[:-1], nodes.output, strict=True):
            said[position, output : output + nodes.value.shape[1]] += expectation(
                nodes, int(root), row, everything
            )
    total = expected_values(nodes, 2) + tree_shap(nodes, rows, 2).sum(axis=1)
    np.testing.assert_allclose(total, said, atol=1e-12)


@given(nodes=ensembles(), rows=ROWS)
def test_features_that_no_tree_reads_get_nothing(nodes: Nodes, rows: NDArray[np.float64]) -> None:
    unread = sorted(set(range(N_FEATURES)) - set(nodes.feature.tolist()))
    assert not tree_shap(nodes, rows, 2)[:, unread].any()


@given(nodes=ensembles(), rows=ROWS, data=st.data())
def test_order_and_number_of_rows_do_not_matter(
    nodes: Nodes, rows: NDArray[np.float64], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(rows))))
    together = tree_shap(nodes, rows, 2)
    np.testing.assert_array_equal(tree_shap(nodes, rows[order], 2), together[order])
    np.testing.assert_array_equal(tree_shap(nodes, rows[:1], 2), together[:1])


def stump(cover_left: float, cover_right: float) -> Nodes:
    """Feature 0 at most 0 gives 10, else 20."""
    return Nodes(
        start=np.array([0, 3]),
        output=np.array([0]),
        feature=np.array([0, -1, -1]),
        threshold=np.zeros(3),
        left=np.array([1, 0, 0]),
        right=np.array([2, 0, 0]),
        missing_left=np.array([True, False, False]),
        category_set=np.full(3, -1),
        category_sets=SETS,
        cover=np.array([cover_left + cover_right, cover_left, cover_right]),
        value=np.array([[0.0], [10.0], [20.0]]),
    )


def test_a_stump_by_hand() -> None:
    # Three rows in four go left: the base is 0.75 * 10 + 0.25 * 20 = 12.5.
    nodes = stump(3, 1)
    assert expected_values(nodes, 1) == pytest.approx([12.5])
    values = tree_shap(nodes, np.array([[0.0, 5.0], [1.0, 5.0], [np.nan, 5.0]]), 1)
    assert values[:, :, 0].tolist() == [[-2.5, 0.0], [7.5, 0.0], [-2.5, 0.0]]


def test_two_symmetric_features_share_alike() -> None:
    # Both must be above 0 for the 8: the base is 2, each of the two features moves it by half of 6.
    nodes = Nodes(
        start=np.array([0, 5]),
        output=np.array([0]),
        feature=np.array([0, -1, 1, -1, -1]),
        threshold=np.zeros(5),
        left=np.array([1, 0, 3, 0, 0]),
        right=np.array([2, 0, 4, 0, 0]),
        missing_left=np.zeros(5, dtype=np.bool_),
        category_set=np.full(5, -1),
        category_sets=SETS,
        cover=np.array([4.0, 2.0, 2.0, 1.0, 1.0]),
        value=np.array([[0.0], [0.0], [0.0], [0.0], [8.0]]),
    )
    assert expected_values(nodes, 1) == pytest.approx([2.0])
    assert tree_shap(nodes, np.array([[1.0, 1.0]]), 1).ravel() == pytest.approx([3.0, 3.0])


def test_a_category_beyond_the_set_counts_as_missing() -> None:
    nodes = stump(3, 1)._replace(category_set=np.array([0, -1, -1]))
    values = tree_shap(nodes, np.array([[0.0], [1.0], [32.0], [-1.0]]), 1).ravel()
    assert values == pytest.approx([-2.5, 7.5, -2.5, -2.5])


def chain(depth: int) -> Nodes:
    """A path that tests one feature after the other; whoever leaves it gets 0, its end gives 1."""
    split = np.arange(depth) * 2
    size = 2 * depth + 1
    feature, left, right = np.full(size, -1), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    feature[split], left[split], right[split] = np.arange(depth), split + 1, split + 2
    value = np.zeros((size, 1))
    value[-1] = 1.0
    return Nodes(
        start=np.array([0, size]),
        output=np.array([0]),
        feature=feature,
        threshold=np.zeros(size),
        left=left,
        right=right,
        missing_left=np.zeros(size, dtype=np.bool_),
        category_set=np.full(size, -1),
        category_sets=SETS,
        cover=np.ones(size),
        value=value,
    )


def test_depth_is_the_longest_path() -> None:
    assert tree_depths(chain(7)).tolist() == [7]
    assert tree_depths(stump(1, 1)).tolist() == [1]


@pytest.mark.parametrize("depth", [11, 12, 20, 62])
def test_long_paths_are_as_exact_as_short_ones(depth: int) -> None:
    # All conditions of a symmetric product game are met: each feature gets the same share of 1 - base.
    values = tree_shap(chain(depth), np.ones((2, depth)), 1)[..., 0]
    base = expected_values(chain(depth), 1)[0]
    assert base == pytest.approx(0.5**depth)
    np.testing.assert_allclose(values, np.full((2, depth), (1 - base) / depth), rtol=1e-12)


def test_a_path_with_too_many_features_is_an_error_not_a_wrong_number() -> None:
    with pytest.raises(InvalidInput, match="more than 62 features"):
        tree_shap(chain(63), np.ones((1, 63)), 1)


def test_trees_that_read_more_columns_than_there_are_are_refused() -> None:
    with pytest.raises(InvalidInput, match="more columns than the 3"):
        tree_shap(chain(4), np.ones((1, 3)), 1)


def test_blocks_of_rows_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 12))
    whole = tree_shap(chain(12), rows, 1)
    monkeypatch.setattr(kernel, "_BLOCK_ROWS", 7)
    np.testing.assert_array_equal(tree_shap(chain(12), rows, 1), whole)
