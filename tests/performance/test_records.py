"""Profiles as plain numbers and lists."""

import numpy as np

from monitoring.performance.records import (
    Record,
    counts_of,
    moments_from_list,
    moments_to_list,
    score_facts,
    score_lists,
)
from monitoring.performance.scores import ScoreCounts
from monitoring.performance.sums import Moments


def test_counts_of_several_classes_lie_one_after_the_other_and_come_apart_again() -> None:
    rng = np.random.default_rng(0)
    counts = [
        ScoreCounts.from_rows([0, 1, 1], [0.1, 0.2, 0.2]),
        ScoreCounts.merge(),
        ScoreCounts.from_rows(rng.integers(0, 2, 40), rng.random(40)).compact(11),
    ]
    record = Record({}, *score_lists(counts))
    assert record.scores[:2] == [0.1, 0.2]
    assert (record.negatives[:2], record.positives[:2]) == ([1, 0], [0, 2])
    back = counts_of(score_facts(counts), record)
    for one, other in zip(counts, back, strict=True):
        for name in ("scores", "negatives", "positives", "grouped"):
            assert getattr(one, name).tolist() == getattr(other, name).tolist()
        assert (one.reach_negatives, one.reach_positives) == (other.reach_negatives, other.reach_positives)


def test_moments_come_back_exactly() -> None:
    moments = Moments.of(np.array([0.1, 1e17, -1e17]))
    assert moments_from_list(moments_to_list(moments)) == moments
