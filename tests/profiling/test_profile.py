import math
from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.profiling.binning import Bins, CategoryBins, learn_numeric
from monitoring.profiling.engine import profile_batches
from monitoring.profiling.profile import MAX_UNSEEN, SCHEMA, Profiles

Contents = Callable[[Profiles], dict[str, object]]

COLOURS = CategoryBins(("red", "blue"))
NUMBERS = learn_numeric([*range(-8, 9)])
"""Mean 0, every value an atom, range [-8, 8]."""


def profiles_of(bins: Bins, windows: Sequence[Sequence[object]]) -> Profiles:
    """Profiles of the given values, window by window."""
    times = [number for number, values in enumerate(windows) for _ in values]
    flat = [value for values in windows for value in values]
    kind = pa.string() if isinstance(bins, CategoryBins) else pa.float64()
    batch = pa.record_batch(
        {"time": pa.array(times, pa.timestamp("us", "UTC")), "value": pa.array(flat, kind, from_pandas=False)}
    )
    edges = [(number, number + 1) for number in range(len(windows))]
    return profile_batches([batch], {"value": bins}, "time", edges)["value"]


anything = st.lists(st.lists(st.one_of(st.none(), st.floats()), max_size=12), min_size=1, max_size=6)
eighths = st.integers(-100, 100).map(lambda number: number / 8)
exact = st.lists(st.lists(st.one_of(st.none(), eighths), max_size=12), min_size=1, max_size=6)
texts = st.lists(st.lists(st.sampled_from([None, "red", "blue", "green", "grey"])), min_size=1, max_size=6)


def test_a_numeric_window_by_hand() -> None:
    profiles = profiles_of(NUMBERS, [[1.0, 1.0, None, math.nan, 20.0, math.inf, -9.0], []])

    assert profiles.n.tolist() == [7, 0]
    assert profiles.missing.tolist() == [2, 0]
    assert profiles.infinite.tolist() == [1, 0]
    assert profiles.n_values.tolist() == [4, 0]
    assert profiles.total.tolist() == [13.0, 0.0]
    assert profiles.squares.tolist() == [1.0 + 1.0 + 400.0 + 81.0, 0.0]
    assert profiles.minimum[0] == -9.0
    assert profiles.maximum[0] == 20.0
    assert np.isnan([profiles.minimum[1], profiles.maximum[1]]).all()
    assert profiles.outside.tolist() == [3, 0]  # 20, infinity and -9
    assert profiles.missing_share.tolist()[0] == 2 / 7
    assert profiles.mean.tolist()[0] == 13 / 4
    # (1 + 1 + 400 + 81) / 4 - (13 / 4)^2
    assert profiles.variance(NUMBERS).tolist()[0] == 120.75 - 10.5625
    assert np.isnan([profiles.missing_share[1], profiles.mean[1], profiles.variance(NUMBERS)[1]]).all()
    occupied = {int(place): count for place, count in enumerate(profiles.counts[0]) if count}
    assert occupied == {0: 1, int(np.searchsorted(NUMBERS.edges, 1.0)): 2, NUMBERS.n_bins - 1: 1}
    assert profiles.sums[0][profiles.counts[0] > 0].tolist() == [-9.0, 2.0, 20.0]


def test_a_categorical_window_by_hand() -> None:
    profiles = profiles_of(COLOURS, [["blue", "green", None, "grey", "green"], []])

    assert profiles.n.tolist() == [5, 0]
    assert profiles.missing.tolist() == [1, 0]
    assert profiles.counts.tolist() == [[0, 1, 3], [0, 0, 0]]
    assert [list(unseen.items()) for unseen in profiles.unseen] == [[("green", 2), ("grey", 1)], []]
    assert profiles.outside.tolist() == [3, 0]
    assert profiles.coarse_counts(COLOURS).tolist() == [[0, 1, 3, 1], [0, 0, 0, 0]]
    assert profiles.sums.shape == (2, 0)
    assert np.isnan(profiles.mean).all()


def test_coarse_counts_are_deciles_then_infinite_then_missing() -> None:
    bins = learn_numeric(np.arange(11.0))  # deciles 1 to 9
    profiles = profiles_of(bins, [[-1.0, 0.0, 1.0, 1.5, 9.0, 9.5, 99.0, math.inf, -math.inf, None]])

    assert profiles.coarse_counts(bins).tolist() == [[3, 1, 0, 0, 0, 0, 0, 0, 1, 2, 2, 1]]


def test_everything_is_outside_a_reference_without_values() -> None:
    profiles = profiles_of(learn_numeric([]), [[1.0, 2.0, math.inf, None]])

    assert profiles.outside.tolist() == [3]
    assert profiles.coarse_counts(learn_numeric([])).tolist() == [[2, 1, 1]]


def test_profiles_of_nothing(contents: Contents) -> None:
    for bins in (NUMBERS, COLOURS):
        assert contents(Profiles.empty(bins, 2)) == contents(profiles_of(bins, [[], []]))
        assert Profiles.empty(bins, 0).n_groups == 0


@given(anything)
def test_every_row_is_counted_once(windows: list[list[float | None]]) -> None:
    profiles = profiles_of(NUMBERS, windows)

    assert profiles.n.tolist() == [len(values) for values in windows]
    assert (profiles.counts.sum(axis=1) == profiles.n_values).all()
    assert (profiles.coarse_counts(NUMBERS).sum(axis=1) == profiles.n).all()
    assert not profiles.sums[profiles.counts == 0].any()


@given(exact)
def test_windows_merge_to_the_profile_of_all_their_rows(
    contents: Contents, windows: list[list[float | None]]
) -> None:
    # Eighths have exact sums, so not a bit may differ.
    rows = list(chain.from_iterable(windows))
    whole = profiles_of(NUMBERS, [[], rows])
    groups = np.ones(len(windows), dtype=np.int64)
    parts = profiles_of(NUMBERS, windows)

    assert contents(parts.merge(groups, 2)) == contents(whole)
    assert contents(Profiles.from_arrow(parts.to_arrow(), NUMBERS, groups, 2)) == contents(whole)


@given(anything)
def test_merged_sums_of_any_numbers_are_right_to_rounding(windows: list[list[float | None]]) -> None:
    limited = [[v for v in values if v is None or not abs(v) > 1e150] for values in windows]
    whole = profiles_of(NUMBERS, [list(chain.from_iterable(limited))])
    merged = profiles_of(NUMBERS, limited).merge(np.zeros(len(limited), dtype=np.int64), 1)

    size = sum(abs(v) for values in limited for v in values if v is not None and not math.isnan(v))
    assert merged.counts.tolist() == whole.counts.tolist()
    assert merged.sums == pytest.approx(whole.sums, rel=1e-15, abs=1e-15 * size)
    assert merged.total == pytest.approx(whole.total, rel=1e-15, abs=1e-15 * size)
    assert merged.squares == pytest.approx(whole.squares, rel=1e-14)


@given(texts)
def test_categories_merge_to_the_profile_of_all_their_rows(
    contents: Contents, windows: list[list[str | None]]
) -> None:
    whole = profiles_of(COLOURS, [list(chain.from_iterable(windows))])
    groups = np.zeros(len(windows), dtype=np.int64)
    parts = profiles_of(COLOURS, windows)

    assert contents(parts.merge(groups, 1)) == contents(whole)
    assert contents(Profiles.from_arrow(parts.to_arrow(), COLOURS, groups, 1)) == contents(whole)


@given(anything)
def test_numeric_profiles_survive_being_stored(contents: Contents, windows: list[list[float | None]]) -> None:
    profiles = profiles_of(NUMBERS, windows)
    table = profiles.to_arrow()

    assert table.schema == SCHEMA
    again = Profiles.from_arrow(table, NUMBERS, np.arange(len(windows)), len(windows))
    assert contents(again) == contents(profiles)


@given(texts)
def test_categorical_profiles_survive_being_stored(
    contents: Contents, windows: list[list[str | None]]
) -> None:
    profiles = profiles_of(COLOURS, windows)
    again = Profiles.from_arrow(profiles.to_arrow(), COLOURS, np.arange(len(windows)), len(windows))

    assert contents(again) == contents(profiles)


def test_only_bins_with_rows_are_stored_and_nothing_stands_for_what_is_not_there() -> None:
    numeric = profiles_of(NUMBERS, [[8.0, 8.0], []]).to_arrow().to_pylist()
    place = int(np.searchsorted(NUMBERS.edges, 8.0))

    assert (numeric[0]["bins"], numeric[0]["counts"], numeric[0]["sums"]) == ([place], [2], [16.0])
    assert (numeric[1]["bins"], numeric[1]["total"], numeric[1]["minimum"]) == ([], 0.0, None)
    categorical = profiles_of(COLOURS, [["red", "x"]]).to_arrow().to_pylist()
    assert (categorical[0]["bins"], categorical[0]["sums"], categorical[0]["total"]) == ([0, 2], [], None)
    assert (categorical[0]["unseen_values"], categorical[0]["unseen_counts"]) == (["x"], [1])


def test_stored_profiles_are_read_from_a_slice_in_chunks(contents: Contents) -> None:
    parts = [profiles_of(NUMBERS, [[1.0], [2.0, None]]), profiles_of(NUMBERS, [[3.0], [math.inf]])]
    table = pa.concat_tables([part.to_arrow() for part in parts]).slice(1, 2)

    again = Profiles.from_arrow(table, NUMBERS, np.array([1, 0]), 2)
    assert contents(again) == contents(profiles_of(NUMBERS, [[3.0], [2.0, None]]))


def test_no_stored_profiles_are_profiles_of_nothing(contents: Contents) -> None:
    for bins in (NUMBERS, COLOURS):
        table = Profiles.empty(bins, 0).to_arrow()
        again = Profiles.from_arrow(table, bins, np.empty(0, dtype=np.int64), 3)
        assert contents(again) == contents(Profiles.empty(bins, 3))


def test_merging_into_groups_that_get_nothing(contents: Contents) -> None:
    parts = profiles_of(NUMBERS, [[1.0], [2.0], [3.0]])

    merged = parts.merge(np.array([2, 0, 2]), 4)
    assert contents(merged) == contents(profiles_of(NUMBERS, [[2.0], [], [1.0, 3.0], []]))


def test_merging_no_groups(contents: Contents) -> None:
    merged = Profiles.empty(NUMBERS, 0).merge(np.empty(0, dtype=np.int64), 2)

    assert contents(merged) == contents(Profiles.empty(NUMBERS, 2))


def test_merging_needs_a_target_for_every_group() -> None:
    with pytest.raises(InvalidInput, match="1 target groups for 2 groups"):
        Profiles.empty(NUMBERS, 2).merge(np.array([0]), 1)


def test_adding_profiles_adds_their_rows(contents: Contents) -> None:
    for bins, one, other in ((NUMBERS, 1.0, 2.0), (COLOURS, "green", "red")):
        both = profiles_of(bins, [[one], []]) + profiles_of(bins, [[other, None], [one]])
        assert contents(both) == contents(profiles_of(bins, [[one, other, None], [one]]))


def test_taking_groups_in_any_order(contents: Contents) -> None:
    for bins, one, other in ((NUMBERS, 1.0, 2.0), (COLOURS, "green", "red")):
        taken = profiles_of(bins, [[one], [other], []]).take(np.array([2, 0]))
        assert contents(taken) == contents(profiles_of(bins, [[], [one]]))


def test_unseen_values_are_kept_by_name_up_to_a_limit_and_counted_beyond() -> None:
    names = [f"{number:03}" for number in range(MAX_UNSEEN)]
    parts = profiles_of(COLOURS, [[*names, "zebra"], ["zebra", "zebra"]])

    assert list(parts.unseen[0]) == names  # equal counts: by name, and zebra is the last
    merged = parts.merge(np.zeros(2, dtype=np.int64), 1)
    # zebra's first row lost its name in its window, and one of the others had to make room
    assert list(merged.unseen[0].items())[:2] == [("zebra", 2), ("000", 1)]
    assert len(merged.unseen[0]) == MAX_UNSEEN
    assert merged.outside.tolist() == [MAX_UNSEEN + 3]


def test_variance_is_never_below_zero() -> None:
    bins = learn_numeric([0.1, 0.3])
    profiles = profiles_of(bins, [[0.1] * 7])

    assert 0.0 <= profiles.variance(bins)[0] < 1e-16
