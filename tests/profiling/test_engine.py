import datetime as dt
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.profiling.binning import Bins, CategoryBins, NumericBins, learn_categories, learn_numeric
from monitoring.profiling.engine import profile_batches, profile_segments
from monitoring.profiling.profile import Profiles

Contents = Callable[[Profiles], dict[str, object]]

UTC = pa.timestamp("us", "UTC")
DAY = 86_400_000_000
ONE = learn_numeric([1.0])

Row = tuple[int, float | None, str | None]


def batch_of(times: list[int | None], **columns: pa.Array) -> pa.RecordBatch:
    return pa.record_batch({"time": pa.array(times, UTC), **columns})


rows = st.lists(
    st.tuples(
        st.integers(-1, 4),
        st.one_of(st.none(), st.floats()),
        st.sampled_from([None, "red", "blue", "green", "é", ""]),
    ),
    max_size=40,
)


@given(st.data(), rows, st.lists(st.floats(), max_size=12))
def test_neither_order_nor_batches_change_a_bit(
    contents: Contents, data: st.DataObject, given_rows: list[Row], reference: list[float]
) -> None:
    columns: dict[str, Bins] = {"x": learn_numeric(reference), "c": CategoryBins(("red", "blue"))}
    windows = [(0, 1), (1, 3), (3, 4)]

    def profiles(ordered: list[Row], size: int) -> dict[str, dict[str, object]]:
        times, numbers, texts = zip(*ordered, strict=True) if ordered else ((), (), ())
        table = pa.table(
            {
                "time": pa.array(times, UTC),
                "x": pa.array(numbers, pa.float64(), from_pandas=False),
                "c": pa.array(texts, pa.string()),
            }
        )
        found = profile_batches(table.to_batches(max_chunksize=size), columns, "time", windows)
        return {name: contents(profile) for name, profile in found.items()}

    shuffled = data.draw(st.permutations(given_rows))
    assert profiles(given_rows, 1_000) == profiles(shuffled, data.draw(st.integers(1, 9)))


@pytest.mark.parametrize("ordered", [True, False])
def test_a_month_of_days_against_numpy(ordered: bool) -> None:
    rng = np.random.default_rng(0)
    n = 20_000
    values = np.where(rng.random(n) < 0.3, 0.0, rng.lognormal(0.0, 2.0, n))
    missing = rng.random(n) < 0.1
    days = rng.integers(0, 30, n)
    if ordered:
        days.sort()
    times = (days * DAY + rng.integers(0, DAY, n)).tolist()
    bins = learn_numeric(rng.lognormal(0.0, 2.0, 5_000))

    batches = pa.Table.from_batches([batch_of(times, x=pa.array(values, mask=missing))]).to_batches(3_000)
    windows = [(day * DAY, (day + 1) * DAY) for day in range(30)]
    found = profile_batches(batches, {"x": bins}, "time", windows)["x"]

    for day in range(30):
        here = values[(days == day) & ~missing]
        places = np.searchsorted(bins.edges, here, side="left")
        assert found.n[day] == np.sum(days == day)
        assert found.missing[day] == np.sum((days == day) & missing)
        assert found.counts[day].tolist() == np.bincount(places, minlength=bins.n_bins).tolist()
        sums = [math.fsum(here[places == place]) for place in range(bins.n_bins)]
        assert found.sums[day] == pytest.approx(np.array(sums), rel=1e-14)
        assert found.total[day] == pytest.approx(math.fsum(here), rel=1e-15)
        assert found.mean[day] == pytest.approx(here.mean(), rel=1e-13)
        assert found.variance(bins)[day] == pytest.approx(here.var(), rel=1e-10)
        assert (found.minimum[day], found.maximum[day]) == (here.min(), here.max())


def test_windows_begin_with_their_start_and_end_before_their_end() -> None:
    batch = batch_of([9, 10, 19, 20, 24, 25, 29, 30, None], x=pa.array([1.0] * 9))

    found = profile_batches([batch], {"x": ONE}, "time", [(10, 20), (25, 30)])["x"]
    assert found.n.tolist() == [2, 2]


def test_empty_windows_between_others_get_no_rows() -> None:
    batch = batch_of([0, 10, 20], x=pa.array([1.0] * 3))

    found = profile_batches([batch], {"x": ONE}, "time", [(0, 0), (10, 10), (10, 20), (20, 20)])["x"]
    assert found.n.tolist() == [0, 0, 1, 0]


def test_no_windows_no_batches_no_columns() -> None:
    batch = batch_of([1], x=pa.array([1.0]))

    assert profile_batches([batch], {"x": ONE}, "time", [])["x"].n_groups == 0
    assert profile_batches([], {"x": ONE}, "time", [(0, 5)])["x"].n.tolist() == [0]
    assert profile_batches([batch], {}, "time", [(0, 5)]) == {}
    bare = pa.Array.from_buffers(pa.float64(), 0, [None, None])
    for empty in (batch.slice(0, 0), batch_of([], x=bare)):
        assert profile_batches([empty, batch], {"x": ONE}, "time", [(0, 5)])["x"].n.tolist() == [1]


@pytest.mark.parametrize("windows", [[(5, 4)], [(0, 2), (1, 3)], [(2, 3), (0, 1)]])
def test_windows_that_overlap_or_run_backwards_are_refused(windows: list[tuple[int, int]]) -> None:
    with pytest.raises(InvalidInput, match="ends before it starts, or after the next one starts"):
        profile_batches([], {"x": ONE}, "time", windows)


def test_slices_of_batches_keep_their_nulls_in_place() -> None:
    batch = batch_of([0, 0, None, 1, 1, 1], x=pa.array([None, 1.0, None, None, 1.0, None])).slice(1)

    found = profile_batches([batch], {"x": ONE}, "time", [(0, 1), (1, 2)])["x"]
    assert found.n.tolist() == [1, 3]
    assert found.missing.tolist() == [0, 2]


@pytest.mark.parametrize(
    "times",
    [
        pa.array([dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 2)], pa.timestamp("ns")),
        pa.array([dt.datetime(1970, 1, 1), dt.datetime(1970, 1, 2)], pa.timestamp("s", "Europe/Paris")),
        pa.array([dt.date(1970, 1, 1), dt.date(1970, 1, 2)]),
    ],
)
def test_times_of_any_type(times: pa.Array) -> None:
    batch = pa.record_batch({"time": times, "x": pa.array([1.0, None])})

    found = profile_batches([batch], {"x": ONE}, "time", [(0, DAY), (DAY, 2 * DAY)])["x"]
    assert (found.n.tolist(), found.missing.tolist()) == ([1, 1], [0, 1])


def test_every_kind_of_column_is_counted_as_its_bins_say() -> None:
    numeric, text = learn_numeric([2.0]), learn_numeric([2.0], kind="text")
    moment = learn_numeric([86_400.0], kind="datetime")
    batch = batch_of(
        [0, 0, 0],
        whole=pa.array([2, 3, None], pa.int32()),
        length=pa.array(["éé", "abc", None]),
        moment=pa.array([DAY, DAY + 1, None], UTC),
        flag=pa.array([True, False, None]),
        code=pa.array([1, 7, None], pa.int8()),
    )
    columns: dict[str, Bins] = {
        "whole": numeric,
        "length": text,
        "moment": moment,
        "flag": CategoryBins(("true", "false"), "boolean"),
        "code": CategoryBins(("0", "1")),
    }

    found = profile_batches([batch], columns, "time", [(0, 1)])
    assert {name: profile.missing.tolist() for name, profile in found.items()} == {
        name: [1] for name in columns
    }
    for name in ("whole", "length", "moment"):
        assert found[name].counts.tolist() == [[0, 1, 1]]  # below, the reference's value, above
    assert found["flag"].counts.tolist() == [[1, 1, 0]]
    assert found["code"].counts.tolist() == [[0, 1, 1]]
    assert found["code"].unseen == ({"7": 1},)


def test_unseen_values_that_are_many_are_counted_exactly() -> None:
    names = [f"n{number % 70_000}" for number in range(140_000)] + ["most", "most", "most"]
    texts = pa.array(names)
    batch = pa.record_batch({"time": pa.array([0] * len(names), UTC), "c": texts})
    batches = pa.Table.from_batches([batch, batch]).to_batches(20_000)

    found = profile_batches(batches, {"c": CategoryBins(())}, "time", [(0, 1)])["c"]
    assert found.counts.tolist() == [[2 * len(names)]]
    assert list(found.unseen[0].items())[:3] == [("most", 6), ("n0", 4), ("n1", 4)]


@given(rows)
def test_segments_are_the_profiles_of_their_rows(contents: Contents, given_rows: list[Row]) -> None:
    bins = learn_numeric([-2.0, 0.0, 2.0])
    columns: dict[str, Bins] = {"x": bins, "c": CategoryBins(("red", "blue"))}
    windows = [(0, 2), (2, 4)]

    def batches(chosen: list[Row], size: int) -> list[pa.RecordBatch]:
        times, numbers, texts = zip(*chosen, strict=True) if chosen else ((), (), ())
        whole = batch_of(
            list(times), x=pa.array(numbers, pa.float64(), from_pandas=False), c=pa.array(texts, pa.string())
        )
        cut: list[pa.RecordBatch] = pa.Table.from_batches([whole]).to_batches(size)
        return cut

    found = profile_segments(batches(given_rows, 5), columns, "time", windows, "c")
    values = sorted({text for _, _, text in given_rows if text is not None})
    assert list(found) == values
    for value in values:
        own = profile_batches(
            batches([row for row in given_rows if row[2] == value], 99), columns, "time", windows
        )
        for name in columns:
            assert contents(found[value][name]) == contents(own[name])


def test_segments_of_numbers_and_booleans_are_named_as_text() -> None:
    batch = batch_of(
        [0, 0, 0], x=pa.array([1.0] * 3), s=pa.array([True, False, None]), n=pa.array([1.0, 2.5, 1.0])
    )

    assert list(profile_segments([batch], {"x": ONE}, "time", [(0, 1)], "s")) == ["false", "true"]
    by_number = profile_segments([batch], {"x": ONE}, "time", [(0, 1)], "n")
    assert {value: profiles["x"].n.tolist() for value, profiles in by_number.items()} == {
        "1": [2],
        "2.5": [1],
    }


def test_segments_that_come_late_have_all_windows() -> None:
    batches = [batch_of([0], x=pa.array([1.0]), s=pa.array([name])) for name in "fedcba"]

    found = profile_segments(batches, {"x": ONE}, "time", [(0, 1), (1, 2)], "s")
    assert list(found) == list("abcdef")
    assert all(profiles["x"].n.tolist() == [1, 0] for profiles in found.values())


def test_a_fault_in_a_thread_is_not_swallowed() -> None:
    batch = batch_of([0], x=pa.array(["no number"]))

    with pytest.raises(pa.ArrowInvalid, match="no number"):
        profile_batches([batch], {"x": ONE}, "time", [(0, 1)])


def test_bins_learned_from_rows_hold_the_same_rows() -> None:
    rng = np.random.default_rng(0)
    numbers, texts = pa.array(rng.normal(size=1_000)), pa.array(rng.choice(["a", "b"], 1_000))
    columns: dict[str, NumericBins | CategoryBins] = {
        "x": learn_numeric(numbers.to_numpy()),
        "c": learn_categories(texts),
    }

    found = profile_batches([batch_of([0] * 1_000, x=numbers, c=texts)], columns, "time", [(0, 1)])
    assert found["x"].outside.tolist() == found["c"].outside.tolist() == [0]
    # a decile of 1,000 different values has 100 of them
    assert set(found["x"].coarse_counts(columns["x"])[0].tolist()) == {100, 0}


def test_numba_waits_until_something_is_profiled(checkout: Path) -> None:
    code = (
        "import sys, monitoring.profiling.engine, monitoring.profiling.profile\n"
        "raise SystemExit('numba' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], cwd=checkout, check=False).returncode == 0
