"""From the raw files of `data/` to the rows that the demo models score.

A prepared frame holds the columns of its specification and no others: what is known only after the fact
is not read at all, the truth apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from monitoring.spec import Columns, Spec, load_spec

DATA = Path(__file__).parents[2] / "data"

Source = Callable[[Path], pd.DataFrame]

_NEW_YORK = "America/New_York"
_HELD_OUT_EVERY = 5
_HELD_OUT_DAY = 2
_FLIGHT_COLUMNS = (
    "flight_id",
    "sched_dep_utc",
    "sched_dep_time",
    "carrier",
    "origin",
    "dest",
    "tailnum",
    "distance",
    "plane_year",
    "plane_seats",
    "visib",
    "precip",
    "arr_late15",
)
_SENSORS = ("AT", "AP", "AH", "AFDP", "GTEP", "TIT", "TAT", "TEY", "CDP")
_LOAD_LIMITS = (0, 130, 140, np.inf)
_LOAD_BANDS = ("< 130 MWh", "130-140 MWh", "> 140 MWh")


@dataclass(frozen=True, slots=True)
class DemoVersion:
    """A version of a demo model: trained on what came before `live_from`, and live from then on.

    live_from: a midnight in the time zone of its specification.
    threshold: score above which the decision is positive; None for a regression.
    """

    model: str
    version: str
    source: Source
    live_from: date
    threshold: float | None = None

    def directory(self, data: Path = DATA) -> Path:
        """Where its specification and artifact stand."""
        return data / "models" / self.model / self.version

    def spec(self, data: Path = DATA) -> Spec:
        """Its specification."""
        return load_spec(self.directory(data) / "spec.yaml")


@dataclass(frozen=True, slots=True)
class Split:
    """The rows of a version: trained on, held out for its reference, and scored since it went live."""

    training: pd.DataFrame
    held_out: pd.DataFrame
    live: pd.DataFrame


def split(rows: pd.DataFrame, columns: Columns, live_from: date) -> Split:
    """Cut prepared rows at a local midnight, and hold out the third of every five days before it.

    Whole days are held out: flights of one day share its weather and its troubles, and a model that has seen
    half of them knows the other half. Five and seven have no common divisor, so every weekday has its turn.
    """
    local = rows[columns.timestamp].dt.tz_convert(columns.timezone).dt.tz_localize(None)
    day = (local.dt.normalize() - local.min().normalize()).dt.days
    live = local >= pd.Timestamp(live_from)
    held_out = ~live & (day % _HELD_OUT_EVERY == _HELD_OUT_DAY)
    known = rows[columns.truth].notna()
    return Split(rows[~live & ~held_out & known], rows[held_out], rows[live])


def flights(data: Path = DATA) -> pd.DataFrame:
    """Scheduled departures from New York, as they are known before they leave.

    The weather is that of the scheduled hour, which stands for a forecast made shortly before.
    """
    raw = pd.read_parquet(data / "flights_nyc_2013.parquet", columns=list(_FLIGHT_COLUMNS))
    year = raw["sched_dep_utc"].dt.tz_convert(_NEW_YORK).dt.year
    return pd.DataFrame(
        {
            "flight_id": raw["flight_id"].astype("str"),
            "sched_dep_utc": raw["sched_dep_utc"],
            "hour": (raw["sched_dep_time"] // 100).astype("int64"),
            "carrier": raw["carrier"],
            "origin": raw["origin"],
            "dest": raw["dest"],
            "distance": _measured(raw["distance"]),
            "plane_age": _measured(year - raw["plane_year"]),
            "plane_seats": _measured(raw["plane_seats"]),
            "visib": _measured(raw["visib"]),
            "precip": _measured(raw["precip"]),
            "tailnum": raw["tailnum"],
            "arr_late15": raw["arr_late15"].astype("boolean").astype("Int8"),
        }
    )


def bikes(data: Path = DATA) -> pd.DataFrame:
    """Rides per hour in Washington.

    The raw file has 24 local hours on every day. The hour that daylight saving skips in March is stored as
    the hour after it; the one that comes twice in November as the first of the two. Ids keep the local hour
    as written, so they stay unique.
    """
    raw = pd.read_parquet(data / "bike_washington_2011_2012.parquet")
    local = raw["date_time"]
    is_summer_time = np.ones(len(raw), dtype=bool)
    starts_at = local.dt.tz_localize(_NEW_YORK, ambiguous=is_summer_time, nonexistent="shift_forward")
    return pd.DataFrame(
        {
            "hour_id": local.dt.strftime("%Y-%m-%dT%H"),
            "starts_at": starts_at.dt.tz_convert("UTC"),
            "hour": raw["hour"].astype("int64"),
            "weekday": raw["weekday"].astype("int64"),
            "workingday": raw["workingday"].astype("bool"),
            "holiday": raw["holiday"].astype("bool"),
            "weather": raw["weather"],
            "temp": _measured(raw["temp"]),
            "hum": _measured(raw["hum"]),
            "windspeed": _measured(raw["windspeed"]),
            "users": _measured(raw["users"]),
        }
    )


def turbine(data: Path = DATA) -> pd.DataFrame:
    """Hourly sensor readings of a gas turbine.

    The raw stamps run on where hours without data were dropped, so that they lag ten months behind in the
    end; the year of each row is sure. Rows are spread evenly over their year instead, on whole hours.
    """
    raw = pd.read_parquet(data / "gas_turbine_2011_2015.parquet")
    year = raw["year_file"]
    position = raw.groupby(year).cumcount()
    start = pd.to_datetime(year.astype("str") + "-01-01", utc=True)
    end = pd.to_datetime((year + 1).astype("str") + "-01-01", utc=True)
    hours = (end - start) // pd.Timedelta(hours=1) * position // year.groupby(year).transform("size")
    return pd.DataFrame(
        {
            "reading_id": year.astype("str") + "-" + (position + 1).astype("str").str.zfill(4),
            "read_at": start + pd.to_timedelta(hours, unit="h"),
            **{name: _measured(raw[name]) for name in _SENSORS},
            "load_band": pd.cut(_measured(raw["TEY"]), _LOAD_LIMITS, labels=_LOAD_BANDS).astype("str"),
            "NOX": _measured(raw["NOX"]),
        }
    )


def _measured(values: pd.Series) -> pd.Series:
    """Measurements in double precision, with the decimals that the source has."""
    return values.astype("float64").round(4)


VERSIONS = (
    DemoVersion("late-flights", "2013-03", flights, date(2013, 4, 1), threshold=0.25),
    DemoVersion("late-flights", "2013-08", flights, date(2013, 8, 1), threshold=0.25),
    DemoVersion("bike-demand", "2011-06", bikes, date(2011, 7, 1)),
    DemoVersion("turbine-nox", "2011", turbine, date(2012, 1, 1)),
)
