"""Exact Shapley values of tree ensembles, path-dependent, compiled.

The game. Where the features outside a coalition S are unknown, a tree's expectation follows the known
branch at splits on features in S and both branches, weighted by their training cover, elsewhere
(Lundberg et al. 2020, algorithm 1). A leaf with value v whose path tests the features 1..d contributes
the product game

    v * prod_{k in S} o_k * prod_{k not in S} z_k,

where o_k is 1 when the row meets all of the path's conditions on feature k, else 0, and z_k is the
product of the cover ratios along these conditions. Its Shapley value is an integral over the
multilinear extension (Owen 1972):

    phi_j = v * (o_j - z_j) * integral_0^1 prod_{k != j} (t * o_k + (1 - t) * z_k) dt.

The integrand is a polynomial of degree d - 1, so Gauss-Legendre quadrature with ceil(d / 2) points is
exact up to rounding, and stable since every weight is positive.

The speed. phi depends on the row only through the bits o_1..o_d. Rows of a leaf share few patterns of
bits, so each pattern is integrated once per leaf and block of rows, and looked up afterwards.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from monitoring.errors import InvalidInput
from monitoring.explain.trees import Nodes

MAX_PATH_FEATURES = 62
"""The bits of a pattern fit into one integer."""

_TABLE_FEATURES = 11
_BLOCK_ROWS = 2048
# Stands for a cover ratio of zero: keeps divisions defined and vanishes in every product it belongs to.
_NO_COVER = 1e-100


class Quadrature(NamedTuple):
    """Gauss-Legendre points and weights on [0, 1]; row m holds the rule with m points."""

    points: NDArray[np.float64]
    weights: NDArray[np.float64]


class Path(NamedTuple):
    """Work space for one leaf: its steps (split, side, slot) and its slots (feature, cover ratio)."""

    split: NDArray[np.int64]
    goes_left: NDArray[np.bool_]
    step_slot: NDArray[np.int64]
    feature: NDArray[np.int64]
    ratio: NDArray[np.float64]


def tree_shap(nodes: Nodes, rows: NDArray[np.float64], n_outputs: int) -> NDArray[np.float64]:
    """Shapley values of every feature for every row: an array [rows, features, outputs].

    Their sum over features, plus `expected_values`, is the ensemble's output for the row. Unit: that of
    `value`. The result does not depend on how the rows are cut into blocks.
    """
    n_rows, n_features = rows.shape
    # Compiled code does not notice when it reads beyond an array.
    if nodes.feature.max(initial=-1) >= n_features:
        raise InvalidInput(f"The trees read more columns than the {n_features} that there are.")
    result = np.zeros((n_features, n_outputs, n_rows))
    columns = np.ascontiguousarray(rows.T, dtype=np.float64)
    depth = int(tree_depths(nodes).max(initial=0))
    quadrature = _quadrature(min(depth, n_features) // 2 + 1)

    def block(first: int) -> bool:
        last = min(first + _BLOCK_ROWS, n_rows)
        part = np.zeros((n_features, n_outputs, last - first))
        fits = _add_block(nodes, np.ascontiguousarray(columns[:, first:last]), quadrature, depth, part)
        result[:, :, first:last] = part
        return bool(fits)

    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 1 + n_rows // _BLOCK_ROWS)) as pool:
        if not all(pool.map(block, range(0, n_rows, _BLOCK_ROWS))):
            raise InvalidInput(
                f"Trees with more than {MAX_PATH_FEATURES} features on a path are not supported."
            )
    return np.moveaxis(result, 2, 0)


def expected_values(nodes: Nodes, n_outputs: int) -> NDArray[np.float64]:
    """The ensemble's output when no feature is known [outputs]: leaves weighted by their share of cover."""
    result = np.zeros(n_outputs)
    share = np.zeros(nodes.feature.size)
    share[nodes.start[:-1]] = 1.0
    _spread_cover(nodes, share)
    leaf = nodes.feature < 0
    first_output = np.repeat(nodes.output, np.diff(nodes.start))[leaf]
    for column in range(nodes.value.shape[1]):
        np.add.at(result, first_output + column, share[leaf] * nodes.value[leaf, column])
    return result


def tree_depths(nodes: Nodes) -> NDArray[np.int64]:
    """Number of splits on the longest path of every tree [trees]."""
    return np.asarray(_depths(nodes))


def compile_kernel() -> None:
    """Compile the kernel, or load what was compiled before: the first call of a process waits for neither then."""
    one = np.zeros(1, dtype=np.int64)
    nodes = Nodes(
        start=np.array([0, 3], dtype=np.int64),
        output=one,
        feature=np.array([0, -1, -1], dtype=np.int64),
        threshold=np.zeros(3),
        left=np.array([1, 0, 0], dtype=np.int64),
        right=np.array([2, 0, 0], dtype=np.int64),
        missing_left=np.zeros(3, dtype=np.bool_),
        category_set=np.full(3, -1, dtype=np.int64),
        category_sets=np.zeros((1, 1), dtype=np.uint32),
        cover=np.array([2.0, 1.0, 1.0]),
        value=np.zeros((3, 1)),
    )
    tree_shap(nodes, np.zeros((1, 1)), 1)
    expected_values(nodes, 1)


@cache
def _quadrature(size: int) -> Quadrature:
    points, weights = np.zeros((size + 1, size)), np.zeros((size + 1, size))
    for m in range(1, size + 1):
        x, w = np.polynomial.legendre.leggauss(m)
        points[m, :m], weights[m, :m] = (x + 1) / 2, w / 2
    return Quadrature(points, weights)


@njit(cache=True, nogil=True)
def _depths(nodes):  # type: ignore[no-untyped-def]
    depth = np.zeros(nodes.feature.size, dtype=np.int64)
    deepest = np.zeros(nodes.output.size, dtype=np.int64)
    for tree in range(nodes.output.size):
        for node in range(nodes.start[tree], nodes.start[tree + 1]):
            if nodes.feature[node] >= 0:
                depth[nodes.left[node]] = depth[node] + 1
                depth[nodes.right[node]] = depth[node] + 1
            elif depth[node] > deepest[tree]:
                deepest[tree] = depth[node]
    return deepest


@njit(cache=True, nogil=True)
def _spread_cover(nodes, share):  # type: ignore[no-untyped-def]
    for node in range(nodes.feature.size):
        if nodes.feature[node] >= 0:
            for child in (nodes.left[node], nodes.right[node]):
                share[child] = share[node] * _cover_ratio(nodes, node, child)


@njit(cache=True, nogil=True)
def _cover_ratio(nodes, node, child):  # type: ignore[no-untyped-def]
    total = nodes.cover[nodes.left[node]] + nodes.cover[nodes.right[node]]
    return nodes.cover[child] / total if total > 0 else 0.5


@njit(cache=True, nogil=True)
def _goes_left(nodes, node, value):  # type: ignore[no-untyped-def]
    if np.isnan(value):
        return nodes.missing_left[node]
    group = nodes.category_set[node]
    if group < 0:
        return value <= nodes.threshold[node]
    code = np.int64(value)
    if code < 0 or code >= 32 * nodes.category_sets.shape[1]:
        return nodes.missing_left[node]
    return (nodes.category_sets[group, code // 32] >> np.uint32(code % 32)) & np.uint32(1) == 1


@njit(cache=True, nogil=True)
def _decide(nodes, first, last, columns, decision, parent):  # type: ignore[no-untyped-def]
    """Fill in where every row of the block goes at every split, and every node's parent."""
    parent[0] = -1
    for node in range(first, last):
        feature = nodes.feature[node]
        if feature < 0:
            continue
        parent[nodes.left[node] - first] = node
        parent[nodes.right[node] - first] = node
        for row in range(columns.shape[1]):
            decision[node - first, row] = _goes_left(nodes, node, columns[feature, row])


@njit(cache=True, nogil=True)
def _trace(nodes, first, leaf, parent, path):  # type: ignore[no-untyped-def]
    """Walk from a leaf to the root; return the number of steps and of different features."""
    steps, slots = 0, 0
    child = leaf
    node = parent[leaf - first]
    while node >= 0:
        slot = 0
        while slot < slots and path.feature[slot] != nodes.feature[node]:
            slot += 1
        if slot == slots:
            path.feature[slot] = nodes.feature[node]
            path.ratio[slot] = 1.0
            slots += 1
        path.split[steps] = node - first
        path.goes_left[steps] = nodes.left[node] == child
        path.step_slot[steps] = slot
        path.ratio[slot] *= _cover_ratio(nodes, node, child)
        steps += 1
        child, node = node, parent[node - first]
    for slot in range(slots):
        path.ratio[slot] = max(path.ratio[slot], _NO_COVER)
    return steps, slots


@njit(cache=True, nogil=True)
def _integrate(pattern, slots, path, quadrature, out):  # type: ignore[no-untyped-def]
    """The Shapley values of a leaf of value 1 for one pattern of met conditions."""
    size = (slots + 1) // 2
    for slot in range(slots):
        out[slot] = 0.0
    for m in range(size):
        t = quadrature.points[size, m]
        product = quadrature.weights[size, m]
        for slot in range(slots):
            product *= (1 - t) * path.ratio[slot] + t * ((pattern >> slot) & 1)
        for slot in range(slots):
            out[slot] += product / ((1 - t) * path.ratio[slot] + t * ((pattern >> slot) & 1))
    for slot in range(slots):
        out[slot] *= ((pattern >> slot) & 1) - path.ratio[slot]


@njit(cache=True, nogil=True)
def _match(steps, slots, path, decision, pattern):  # type: ignore[no-untyped-def]
    """Fill in every row's pattern: bit k is set when all conditions on the path's feature k are met."""
    for row in range(pattern.size):
        pattern[row] = (1 << slots) - 1
    for step in range(steps):
        keep = ~(1 << path.step_slot[step])
        split, side = path.split[step], path.goes_left[step]
        for row in range(pattern.size):
            pattern[row] &= keep if decision[split, row] != side else -1


@njit(cache=True, nogil=True)
def _add_leaf(values, slots, path, quadrature, pattern, known, table, part):  # type: ignore[no-untyped-def]
    """Add a leaf's Shapley values to all rows, integrating every pattern once."""
    n_rows = pattern.size
    if slots > _TABLE_FEATURES:
        out = table[0]
        for row in range(n_rows):
            _integrate(pattern[row], slots, path, quadrature, out)
            for slot in range(slots):
                for column in range(values.size):
                    part[path.feature[slot], column, row] += values[column] * out[slot]
        return
    known[: 1 << slots] = False
    for row in range(n_rows):
        if not known[pattern[row]]:
            known[pattern[row]] = True
            _integrate(pattern[row], slots, path, quadrature, table[pattern[row]])
    for slot in range(slots):
        for column in range(values.size):
            target = part[path.feature[slot], column]
            for row in range(n_rows):
                target[row] += values[column] * table[pattern[row], slot]


@njit(cache=True, nogil=True)
def _add_block(nodes, columns, quadrature, depth, part):  # type: ignore[no-untyped-def]
    """Add the Shapley values of all trees for a block of rows; False when a path has too many features."""
    largest = np.max(np.diff(nodes.start))
    decision = np.empty((largest, columns.shape[1]), dtype=np.bool_)
    parent = np.empty(largest, dtype=np.int64)
    pattern = np.empty(columns.shape[1], dtype=np.int64)
    known = np.empty(1 << _TABLE_FEATURES, dtype=np.bool_)
    table = np.empty((1 << _TABLE_FEATURES, max(depth, 1)))
    path = Path(
        np.empty(depth, dtype=np.int64),
        np.empty(depth, dtype=np.bool_),
        np.empty(depth, dtype=np.int64),
        np.empty(depth, dtype=np.int64),
        np.empty(depth),
    )
    for tree in range(nodes.output.size):
        first, last = nodes.start[tree], nodes.start[tree + 1]
        target = part[:, nodes.output[tree] : nodes.output[tree] + nodes.value.shape[1], :]
        _decide(nodes, first, last, columns, decision, parent)
        for leaf in range(first, last):
            if nodes.feature[leaf] < 0:
                steps, slots = _trace(nodes, first, leaf, parent, path)
                if slots > MAX_PATH_FEATURES:
                    return False
                _match(steps, slots, path, decision, pattern)
                _add_leaf(nodes.value[leaf], slots, path, quadrature, pattern, known, table, target)
    return True
