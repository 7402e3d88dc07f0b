"""A store whose rows a test can see: what reports say is compared with what pandas and scipy say of the rows.

plain: 35 days of 40 rows from Monday 4 March 2024 in Paris, over the change to summer time. From day 21 on `x`
is shifted and `kind` has other shares; day 24 brings an unseen kind, day 25 values out of range, day 26 missing
ones; nothing comes on day 17, and four times as much on day 31.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.store import Store

ZONE = "Europe/Paris"
FIRST = pd.Timestamp("2024-03-04", tz=ZONE)
DAYS, PER_DAY, N_REFERENCE = 35, 40, 600
SHIFTED_FROM, SILENT, UNSEEN, OUTSIDE, WITHOUT, CROWDED = 21, 17, 24, 25, 26, 31

SPEC = """
model: plain
version: "1"
task: binary_classification
reference: reference.parquet
training: training.parquet
columns: {id: id, timestamp: at, timezone: Europe/Paris, prediction: said, score: p, truth: was, positive: 1}
features:
  - {name: x, kind: numeric, unit: m}
  - {name: often_zero, kind: numeric}
  - {name: kind, kind: categorical}
  - {name: flag, kind: boolean}
  - {name: since, kind: datetime}
segments: [site]
context: [site]
window: day
truth_delay: 1d
season: week
"""


@dataclass(frozen=True, slots=True)
class RawStore:
    """An open store, and the rows that went into it; `day` is the local date of a row."""

    store: Store
    reference: pd.DataFrame
    training: pd.DataFrame
    live: pd.DataFrame

    def days(self, first: int, last: int) -> pd.DataFrame:
        """The rows of the days from the first to just before the last one, counted from 0."""
        start, end = (FIRST + pd.DateOffset(days=day) for day in (first, last))
        return self.live[(self.live["at"] >= start) & (self.live["at"] < end)]


@contextmanager
def raw_store(directory: Path, *, order: int | None = None) -> Iterator[RawStore]:
    """The store, made in the directory. order: seed by which the rows are shuffled and cut into two files."""
    reference, training, live = _reference(0), _reference(1), _live()
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "spec.yaml").write_text(SPEC, "utf-8")
    reference.to_parquet(directory / "reference.parquet", index=False)
    training.to_parquet(directory / "training.parquet", index=False)
    sent = live if order is None else live.sample(frac=1, random_state=order)
    cut = 0 if order is None else len(sent) // 3
    with Store.open(directory / "vigie.duckdb") as store:
        register(store, directory / "spec.yaml", _silent)
        for name, rows in (("late", sent[cut:]), ("early", sent[:cut])):
            if len(rows):
                rows.drop(columns="was").to_parquet(directory / f"{name}.parquet", index=False)
                log(store, "plain", [directory / f"{name}.parquet"], _silent)
        known = sent[sent["was"].notna()]
        known = known[["id", "was"]].assign(observed_at=known["at"] + pd.Timedelta(days=1))
        known.to_parquet(directory / "truth.parquet", index=False)
        truth(store, "plain", [directory / "truth.parquet"], _silent)
        refresh(store, None, _silent)
        yield RawStore(store, reference, training, live)


def _reference(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    at = (
        FIRST
        - pd.Timedelta(days=60)
        + pd.to_timedelta(rng.integers(0, 50 * 24 * 60, N_REFERENCE), unit="min")
    )
    return _rows(rng, pd.Series(at), np.zeros(N_REFERENCE, dtype=bool), f"r{seed}")


def _live() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    day = np.repeat(np.arange(DAYS), PER_DAY)
    day = np.concatenate((day[day != SILENT], np.full(3 * PER_DAY, CROWDED)))
    minutes = pd.to_timedelta(rng.integers(0, 23 * 60, len(day)), unit="min")
    midnight = pd.Series([FIRST + pd.DateOffset(days=int(d)) for d in day])
    rows = _rows(rng, midnight + minutes, day >= SHIFTED_FROM, "i")
    rows.loc[(day == UNSEEN) & (rng.random(len(day)) < 0.3), "kind"] = "new"
    rows.loc[(day == OUTSIDE) & (rng.random(len(day)) < 0.3), "x"] = 99.0
    rows.loc[(day == WITHOUT) & (rng.random(len(day)) < 0.6), "x"] = np.nan
    rows["was"] = rows["was"].where(day < DAYS - 2).astype("Int8")
    return rows


def _rows(rng: np.random.Generator, at: pd.Series, shifted: np.ndarray, name: str) -> pd.DataFrame:
    n = len(at)
    x = np.round(rng.normal(10 + 3 * shifted, 2.0), 2)
    p = np.round(rng.beta(2, 4, n), 4)
    common = np.where(shifted, 0.2, 0.6)
    return pd.DataFrame(
        {
            "id": [f"{name}-{i:05d}" for i in range(n)],
            "at": at.dt.tz_convert("UTC"),
            "x": np.where(rng.random(n) < 0.05, np.nan, x),
            "often_zero": np.where(rng.random(n) < 0.7, 0.0, np.round(rng.exponential(5.0, n), 1)),
            "kind": np.where(rng.random(n) < common, "common", rng.choice(["a", "b", "c"], n)),
            "flag": rng.random(n) < 0.3,
            "since": at.dt.tz_convert("UTC").dt.floor("D")
            - pd.to_timedelta(rng.integers(0, 300, n), unit="D"),
            "site": rng.choice(["north", "south"], n, p=[0.7, 0.3]),
            "said": (p > 0.4).astype("int8"),
            "p": p,
            "was": pd.Series(rng.random(n) < p).astype("Int8"),
        }
    )


def _silent(what: str) -> None:
    """Nobody reads the progress of a test."""
