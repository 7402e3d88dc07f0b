"""Profile and drift of every column and day, beside a bare scan and beside scipy, in one run.

    python -m benchmarks.profile_speed [--rows 1000000] [--blocks 3]

20 numeric columns (normal, heavy-tailed, counts, mostly zero, two heavy tails; every other one with NULLs) and 5
categorical ones, 90 days, a reference of 100,000 rows, in a DuckDB file. Timed in each block, one after another:

scan     DuckDB reads every value once (sum of each numeric column, largest of each categorical one)
profile  Vigie reads the same values and profiles them by day
drift    every method of Vigie and its p-value, for each column and day, from the profiles
rows     the same values are read into a pandas frame, cut into days, and categories are counted
scipy    ks_2samp per numeric column and day, chi2_contingency per categorical column and day

Both ways start at the file and end with a statistic per column and day. On a busy machine ratios within a block
mean more than seconds, and the shortest times most. Learning the reference's bins happens once per model and is
not part of it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from monitoring.drift.binned import Binned, FineBins
from monitoring.drift.evidence import drift_pvalue
from monitoring.drift.methods import measure
from monitoring.profiling.binning import Bins, NumericBins, learn_bins
from monitoring.profiling.engine import Periods, profile_batches
from monitoring.profiling.profile import Profiles
from monitoring.spec import Kind

T = TypeVar("T")

DAYS = 90
DAY = 86_400_000_000
REFERENCE_ROWS = 100_000
BATCH_ROWS = 32_768
WINDOWS = [(day * DAY, (day + 1) * DAY) for day in range(DAYS)]
NUMERIC = [f"x{number}" for number in range(20)]
CATEGORIES = {"c0": 3, "c1": 10, "c2": 50, "c3": 200, "c4": 1000}
KINDS: dict[str, Kind] = {**dict.fromkeys(NUMERIC, "numeric"), **dict.fromkeys(CATEGORIES, "categorical")}

Days = dict[str, list[Any]]

SHAPES: tuple[Callable[[np.random.Generator, int], NDArray[Any]], ...] = (
    lambda rng, n: rng.normal(1e3, 2.0, n),
    lambda rng, n: rng.lognormal(0.0, 2.0, n),
    lambda rng, n: rng.poisson(12.0, n).astype(float),
    lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(10.0, n)),
    lambda rng, n: 1000 + 100 * rng.standard_t(2.0, n),
)


@dataclass(frozen=True, slots=True)
class Block:
    """Seconds of one block, and how far the Kolmogorov-Smirnov distances are from scipy's."""

    scan: float
    profile: float
    drift: float
    rows: float
    scipy: float
    ks_error: float

    def __str__(self) -> str:
        ours = self.profile + self.drift
        return (
            f"scan {self.scan:.3f} s, profile {self.profile:.3f} s, drift {self.drift:.3f} s, "
            f"rows {self.rows:.2f} s, scipy {self.scipy:.2f} s\n"
            f"  profile is {self.profile / self.scan:.1f} scans, with drift {ours / self.scan:.1f}; "
            f"scipy is {self.scipy / ours:.1f} times slower, with its rows {(self.rows + self.scipy) / ours:.1f}; "
            f"largest error of the Kolmogorov-Smirnov distance {self.ks_error:.5f}"
        )


def made_up_rows(n: int, n_days: int, seed: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    columns = {"timestamp": pa.array(np.sort(rng.integers(0, n_days * DAY, n)), pa.timestamp("us", "UTC"))}
    for number, name in enumerate(NUMERIC):
        values = SHAPES[number % len(SHAPES)](rng, n)
        columns[name] = pa.array(values, mask=rng.random(n) < 0.05 if number % 2 else None)
    for name, n_categories in CATEGORIES.items():
        weights = 1 / np.arange(1, n_categories + 1)
        chosen = rng.choice(n_categories, n, p=weights / weights.sum())
        columns[name] = pa.array(labels(n_categories)[chosen])
    return pa.table(columns)


def labels(n_categories: int) -> NDArray[np.str_]:
    return np.array([f"category {number}" for number in range(n_categories)])


def seconds(work: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def scan(connection: duckdb.DuckDBPyConnection) -> None:
    sums = [f"sum({name})" for name in NUMERIC] + [f"max({name})" for name in CATEGORIES]
    connection.sql(f"select {', '.join(sums)} from inference").fetchall()


def column(connection: duckdb.DuckDBPyConnection, name: str) -> pa.ChunkedArray:
    return connection.sql(f"select {name} from reference").to_arrow_table().column(0)


def profile(
    connection: duckdb.DuckDBPyConnection, bins: dict[str, Bins], table: str, windows: Periods
) -> dict[str, Profiles]:
    names = ", ".join(["timestamp", *bins])
    batches = connection.sql(f"select {names} from {table}").to_arrow_reader(BATCH_ROWS)
    return profile_batches(batches, bins, "timestamp", windows)


def drift(
    bins: dict[str, Bins], reference: dict[str, Profiles], current: dict[str, Profiles]
) -> dict[str, dict[str, NDArray[Any]]]:
    measured = {}
    for name, of_column in bins.items():
        before, now = binned(of_column, reference[name], 0), binned(of_column, current[name], slice(None))
        measured[name] = {**measure(before, now), "pvalue": drift_pvalue(before, now)}
    return measured


def binned(bins: Bins, profiles: Profiles, groups: int | slice) -> Binned:
    counts = profiles.coarse_counts(bins)[groups]
    if isinstance(bins, NumericBins):
        std = np.sqrt(profiles.variance(bins))
        return Binned(
            counts, FineBins(profiles.counts[groups], profiles.sums[groups], bins.atom, std[groups])
        )
    return Binned(counts, distinct=np.count_nonzero(profiles.counts, axis=1)[groups])


def by_day(connection: duckdb.DuckDBPyConnection, table: str) -> Days:
    """The values of each column and day without NULLs; of categorical columns their counts."""
    frame = connection.sql(
        f"select * exclude (timestamp), epoch_us(timestamp) // {DAY} as day from {table}"
    ).df()
    parts = [part for _, part in frame.groupby("day")]
    numbers = {name: [part[name].dropna().to_numpy() for part in parts] for name in NUMERIC}
    counts = {
        name: [part[name].value_counts().reindex(labels(n), fill_value=0).to_numpy() for part in parts]
        for name, n in CATEGORIES.items()
    }
    return numbers | counts


def scipy_tests(reference: Days, current: Days) -> dict[str, NDArray[Any]]:
    """The Kolmogorov-Smirnov distances of every numeric column and day."""
    for name in CATEGORIES:
        (known,) = reference[name]
        for counts in current[name]:
            table = np.stack([known, counts])
            stats.chi2_contingency(table[:, table.any(axis=0)])
    distances = {}
    for name in NUMERIC:
        (known,) = reference[name]
        distances[name] = np.array([stats.ks_2samp(known, values).statistic for values in current[name]])
    return distances


def blocks(connection: duckdb.DuckDBPyConnection, n_blocks: int) -> Iterator[Block]:
    bins = {name: learn_bins(column(connection, name), kind) for name, kind in KINDS.items()}
    reference = profile(connection, bins, "reference", [(0, DAY)])
    known = by_day(connection, "reference")
    scan(connection)  # so that no block pays for reading the file from disk
    for _ in range(n_blocks):
        scanning, _ = seconds(partial(scan, connection))
        profiling, current = seconds(partial(profile, connection, bins, "inference", WINDOWS))
        drifting, measured = seconds(partial(drift, bins, reference, current))
        reading, days = seconds(partial(by_day, connection, "inference"))
        testing, distances = seconds(partial(scipy_tests, known, days))
        errors = [np.abs(distances[name] - measured[name]["kolmogorov_smirnov"]).max() for name in NUMERIC]
        yield Block(scanning, profiling, drifting, reading, testing, max(errors))


def run(n_rows: int, n_blocks: int, folder: Path) -> None:
    with duckdb.connect(str(folder / "rows.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for table, made_up in (
            ("reference", made_up_rows(REFERENCE_ROWS, 1, 1)),
            ("inference", made_up_rows(n_rows, DAYS, 2)),
        ):
            connection.register("made_up", made_up)
            connection.execute(f"create table {table} as select * from made_up")
        connection.unregister("made_up")
        connection.execute("checkpoint")
        print(f"{n_rows:,} rows, {len(KINDS)} columns, {DAYS} days")
        done = []
        for block in blocks(connection, n_blocks):
            print(block, flush=True)
            done.append(block)
        print("shortest time of each step")
        print(Block(*(min(times) for times in zip(*map(astuple, done), strict=True))))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="Speed of profiles and drift beside a bare scan and scipy.")
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--blocks", type=int, default=3)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run(chosen.rows, chosen.blocks, Path(temporary))
