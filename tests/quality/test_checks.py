from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from monitoring.quality.checks import CHECKS, Outcome, Tally, excess_pvalue
from monitoring.spec import KINDS
from monitoring.thresholds import Status


def tally(**counts: Any) -> Tally:
    """A tally of one or many windows; what is not said is 0, and values differ."""
    n = np.atleast_1d(np.asarray(counts["n"], dtype=np.int64))
    usual = {"missing": 0, "outside": 0, "lonely": 0, "mistyped": 0, "distinct": 9, "fullest": n // 9}
    return Tally(
        n=n,
        **{
            k: np.broadcast_to(np.asarray(counts.get(k, v), dtype=np.int64), n.shape)
            for k, v in usual.items()
        },
    )


def outcomes(check: str, reference: Tally, current: Tally) -> list[Outcome]:
    return CHECKS[check].function(reference, current)


def test_missing_values_are_held_against_the_share_in_the_reference() -> None:
    # 10 of 1000 are expected; 300 of 1000 are 29 points more, 61 of 1000 are 5.1 more, 12 are no more than chance.
    found = outcomes("missing", tally(n=1000, missing=10), tally(n=[1000, 1000, 1000], missing=[300, 61, 12]))

    assert [(o.value, o.expected, o.n_rows) for o in found] == [
        (0.3, 0.01, 300),
        (0.061, 0.01, 61),
        (0.012, 0.01, 12),
    ]
    assert [o.status for o in found] == [Status.CRITICAL, Status.WARNING, Status.OK]


def test_fewer_missing_values_are_no_fault() -> None:
    assert outcomes("missing", tally(n=1000, missing=900), tally(n=1000, missing=0))[0].status == Status.OK


def test_values_out_of_range_are_a_fault_from_one_percent_on() -> None:
    found = outcomes("range", tally(n=10_000, lonely=2), tally(n=[1000, 1000, 1000], outside=[9, 10, 100]))

    assert [o.status for o in found] == [Status.OK, Status.WARNING, Status.CRITICAL]
    assert found[0].expected == 0.0002


def test_the_two_ends_of_a_small_reference_are_no_evidence() -> None:
    # 50 rows each, 7 of the window's beyond the reference's ends. Were none expected, Fisher would say 0.006; as the
    # ends of 50 rows are two rows themselves, it is 0.08.
    alone = outcomes("range", tally(n=50), tally(n=50, outside=7))[0]
    with_ends = outcomes("range", tally(n=50, lonely=2), tally(n=50, outside=7))[0]

    assert (alone.status, with_ends.status) == (Status.CRITICAL, Status.OK)


def test_unseen_categories_are_expected_where_many_are_seen_once() -> None:
    many = tally(n=1000, lonely=50)
    few = tally(n=1000, lonely=1)
    window = tally(n=200, outside=12)

    assert outcomes("unseen_category", many, window)[0] == Outcome(0.06, 0.05, 12, Status.OK)
    assert outcomes("unseen_category", few, window)[0] == Outcome(0.06, 0.001, 12, Status.WARNING)


def test_a_single_refused_row_is_a_warning() -> None:
    found = outcomes("type", tally(n=500), tally(n=[99, 100, 95, 0], mistyped=[1, 0, 5, 0]))

    assert [(o.value, o.n_rows, o.status) for o in found[:3]] == [
        (0.01, 1, Status.WARNING),
        (0.0, 0, Status.OK),
        (0.05, 5, Status.CRITICAL),
    ]
    assert np.isnan(found[3].value)
    assert found[3].status == Status.NOT_ENOUGH_DATA


def test_a_column_that_no_longer_varies_is_found() -> None:
    varied = tally(n=1000, fullest=400)
    found = outcomes(
        "constant", varied, tally(n=[100, 100, 49, 100], distinct=[1, 2, 1, 1], missing=[0, 0, 0, 60])
    )

    assert [o.status for o in found] == [
        Status.WARNING,
        Status.OK,
        Status.NOT_ENOUGH_DATA,
        Status.NOT_ENOUGH_DATA,
    ]
    assert (found[0].value, found[0].n_rows) == (1.0, 100)


def test_a_column_that_mostly_had_one_value_may_be_constant() -> None:
    assert outcomes("constant", tally(n=1000, fullest=500), tally(n=900, distinct=1))[0].status == Status.OK


@given(
    bad=st.integers(0, 60),
    good=st.integers(0, 60),
    reference_bad=st.integers(0, 40),
    reference_good=st.integers(0, 200),
)
def test_the_pvalue_is_fishers(bad: int, good: int, reference_bad: int, reference_good: int) -> None:
    n, n_reference = bad + good, reference_bad + reference_good
    found = excess_pvalue(np.array([bad]), np.array([n]), reference_bad, n_reference)[0]
    exact = stats.fisher_exact(
        np.array([[bad, good], [reference_bad, reference_good]]), alternative="greater"
    ).pvalue

    assert found == pytest.approx(exact if bad and n_reference else 1.0, rel=1e-7)


def test_without_rows_on_a_side_nothing_is_sure() -> None:
    nothing, some = np.array([0, 0, 5]), np.array([0, 10, 10])
    assert excess_pvalue(nothing, some, 3, 100)[:2].tolist() == [1.0, 1.0]
    assert excess_pvalue(nothing, some, 0, 0).tolist() == [1.0, 1.0, 1.0]


def test_false_alarms_over_all_checks_stay_below_one_in_a_hundred() -> None:
    rng = np.random.default_rng(0)
    windows, n, n_reference = 4000, 120, 900
    raised = 0
    for share in (0.0, 0.01, 0.2):
        before, now = rng.binomial(n_reference, share), rng.binomial(n, share, windows)
        for check in ("missing", "range", "unseen_category"):
            reference = tally(n=n_reference, missing=before, outside=before)
            current = tally(n=np.full(windows, n), missing=now, outside=now)
            raised += sum(o.status != Status.OK for o in outcomes(check, reference, current))
    assert raised / (9 * windows) < 0.01


@pytest.mark.parametrize("name", CHECKS)
class TestEveryCheck:
    def test_rows_like_the_reference_are_ok(self, name: str) -> None:
        same = tally(n=1000, missing=100, outside=0, lonely=2)
        assert [o.status for o in outcomes(name, same, same)] == [Status.OK]

    def test_a_window_without_rows_is_not_judged(self, name: str) -> None:
        found = outcomes(name, tally(n=1000), tally(n=[0], distinct=0, fullest=0))[0]
        assert (found.n_rows, found.status) == (0, Status.NOT_ENOUGH_DATA)
        assert np.isnan(found.value)

    def test_a_reference_without_rows_accuses_nobody(self, name: str) -> None:
        empty = tally(n=0, distinct=0, fullest=0)
        window = tally(n=100, missing=50, outside=40)
        assert outcomes(name, empty, window)[0].status in (Status.OK, Status.UNDEFINED)

    def test_windows_are_judged_one_by_one(self, name: str) -> None:
        reference = tally(n=500, missing=20, lonely=3)
        both = tally(n=[100, 200], missing=[60, 2], outside=[1, 150], mistyped=[0, 9], distinct=[1, 7])
        single = [
            tally(n=100, missing=60, outside=1, distinct=1, fullest=11),
            tally(n=200, missing=2, outside=150, mistyped=9, distinct=7, fullest=22),
        ]
        assert outcomes(name, reference, both) == [outcomes(name, reference, one)[0] for one in single]

    def test_its_facts_are_complete(self, name: str) -> None:
        check = CHECKS[name]
        assert check.name == name
        assert set(check.kinds) <= set(KINDS)
        assert all((check.label, check.formula, check.trap, check.roles))
