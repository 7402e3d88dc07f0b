from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from monitoring.drift.distribution import MOST_CATEGORIES, Bars, band_over_time, bars, course
from monitoring.drift.report import feature_profiles
from monitoring.profiling.binning import Bins, CategoryBins, learn_bins
from monitoring.profiling.engine import profile_batches
from monitoring.profiling.profile import Profiles
from monitoring.scope import Scope
from monitoring.spec import Kind
from tests.raw_store import RawStore


def profile(bins: Bins, values: pa.Array) -> Profiles:
    rows = pa.table({"v": values, "at": pa.array([0] * len(values), pa.timestamp("us", tz="UTC"))})
    return profile_batches(iter(rows.to_batches()), {"v": bins}, "at", [(0, 1)])["v"]


def drawn(kind: Kind, reference: Sequence[object], current: Sequence[object], **options: bool) -> Bars:
    reference_values, current_values = (pa.array(side, _TYPES[kind]) for side in (reference, current))
    bins = learn_bins(reference_values, kind)
    return bars(bins, profile(bins, reference_values), profile(bins, current_values), **options)


_TYPES = {"numeric": pa.float64(), "categorical": pa.string(), "boolean": pa.bool_()}


def test_few_distinct_numbers_have_a_bar_each() -> None:
    found = drawn("numeric", [1, 1, 2, 3], [1, 2, 2, 7, 2.5, None, None, np.inf])

    assert (found.kind, found.numbers) == ("values", (1.0, 2.0, 3.0))
    assert found.reference.tolist() == [0.5, 0.25, 0.25, 0, 0]
    # 7, 2.5 and infinity are anything else.
    assert found.current.tolist() == [1 / 8, 2 / 8, 0, 3 / 8, 2 / 8]


def test_many_numbers_are_drawn_between_round_edges() -> None:
    rng = np.random.default_rng(0)
    reference, current = rng.normal(0, 1, 2000), rng.normal(0.5, 1, 500)
    found = drawn("numeric", reference.tolist(), [*current.tolist(), None])

    assert found.kind == "intervals"
    exact = np.histogram(current, [-np.inf, *found.numbers, np.inf])[0] / 501
    assert found.current[:-2] == pytest.approx(exact, abs=0.01)
    assert found.current[-1] == 1 / 501
    for side in (found.reference, found.current):
        assert side.sum() == pytest.approx(1.0)


def test_the_largest_categories_of_either_side_have_a_bar_and_others_share_one() -> None:
    names = [f"c{i:02d}" for i in range(MOST_CATEGORIES + 5)]
    reference = [name for rank, name in enumerate(names) for _ in range(40 - rank)]
    found = drawn("categorical", reference, [names[-1]] * 3 + ["new"])

    # The last name is small in the reference and large now; it takes the place of the smallest of the first twenty.
    assert found.names == (*names[: MOST_CATEGORIES - 1], names[-1])
    assert found.n_rest == 5
    assert found.current.tolist() == [*[0.0] * (MOST_CATEGORIES - 1), 0.75, 0.0, 0.25, 0.0]
    rest = sum(40 - rank for rank in range(MOST_CATEGORIES - 1, MOST_CATEGORIES + 4))
    assert found.reference[-3] == rest / len(reference)


def test_truth_that_has_not_come_is_no_missing_value() -> None:
    found = drawn("categorical", ["0", "1"], ["1", None, None], count_missing=False)
    assert found.current.tolist() == [0.0, 1.0, 0.0, 0.0]


def test_a_column_without_any_value_is_all_missing() -> None:
    found = drawn("numeric", [None, None], [None])
    assert (found.numbers, found.reference.tolist(), found.current.tolist()) == ((), [0, 0, 1], [0, 0, 1])


def test_a_side_without_rows_has_no_shares() -> None:
    assert np.isnan(drawn("boolean", [True, False], []).current).all()


def test_the_band_over_time_is_that_of_the_rows(raw: RawStore) -> None:
    found = feature_profiles(raw.store, Scope("plain", window="week"), "x")
    band = band_over_time(found.column.bins, found.by_window)  # type: ignore[arg-type]

    assert band.shape == (5, 5)
    for week in range(5):
        exact = np.quantile(raw.days(7 * week, 7 * week + 7)["x"].dropna(), (0.05, 0.25, 0.5, 0.75, 0.95))
        assert band[week, :4] == pytest.approx(exact[:4], abs=0.15)


def test_the_course_of_categories_is_that_of_the_rows(raw: RawStore) -> None:
    found = feature_profiles(raw.store, Scope("plain", window="week"), "kind")
    assert isinstance(found.column.bins, CategoryBins)
    told = course(found.column.bins, found.against, found.by_window, at_most=2)

    assert told.names[0] == "common"
    assert told.names[-1] == ""
    assert told.reference[0] == (raw.reference["kind"] == "common").mean()
    for week in range(5):
        rows = raw.days(7 * week, 7 * week + 7)["kind"]
        assert told.current[week, 0] == pytest.approx((rows == "common").mean())
        assert told.current[week, -1] == pytest.approx((rows == "new").mean())
