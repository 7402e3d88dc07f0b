"""A small store on real data, built by the steps that a user takes, for the tests of every page.

late-flights 2013-03: four weeks of April 2013 (the furlough delays) and a week of August; 2013-08: that week.
bike-demand: the third quarter of 2011. Four rows were refused, and one truth waits for its inference.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from monitoring.demo.build import build
from monitoring.demo.prepare import DemoVersion, bikes, flights
from monitoring.ingest.intake import log, truth
from monitoring.jobs import refresh
from monitoring.registration import register
from monitoring.store import Store

REFUSED = (
    "flight_id,sched_dep_utc,predicted_late,p_late,hour,carrier,origin,dest,distance\n"
    ",2013-04-09T12:00:00Z,0,0.1,8,AA,JFK,LAX,2475\n"
    "no-time,yesterday,0,0.1,8,AA,JFK,LAX,2475\n"
    "no-probability,2013-04-09T12:00:00Z,1,1.7,8,AA,JFK,LAX,2475\n"
    '=HYPERLINK("x"),2013-04-09T12:00:00Z,0,0.1,eight,AA,JFK,LAX,2475\n'
)
"""Four rows that do not fit the specification of late-flights, one of them with an id that a spreadsheet would run."""


def small_flights(data: Path) -> pd.DataFrame:
    """Flights of March, of 8 April to 5 May, and of 1 to 7 August."""
    rows: pd.DataFrame = flights(data)
    day = rows["sched_dep_utc"].dt.tz_convert("America/New_York").dt.strftime("%m-%d")
    wanted: pd.DataFrame = rows[
        day.between("03-01", "03-31") | day.between("04-08", "05-05") | day.between("08-01", "08-07")
    ]
    return wanted


def small_bikes(data: Path) -> pd.DataFrame:
    """Hours until 2 October 2011, a Sunday."""
    rows: pd.DataFrame = bikes(data)
    return rows.loc[rows["starts_at"] < pd.Timestamp("2011-10-03", tz="America/New_York")]


VERSIONS = (
    DemoVersion("late-flights", "2013-03", small_flights, date(2013, 4, 1), threshold=0.25),
    DemoVersion("late-flights", "2013-08", small_flights, date(2013, 8, 1), threshold=0.25),
    DemoVersion("bike-demand", "2011-06", small_bikes, date(2011, 7, 1)),
)


def build_small_store(path: Path, directory: Path) -> Path:
    """Make the store at that path; files that are logged are written into the directory."""
    directory.mkdir(exist_ok=True)
    built = build(directory, lambda what, share: None, versions=VERSIONS)
    refused, early = directory / "refused.csv", directory / "early.csv"
    refused.write_text(REFUSED, "utf-8")
    early.write_text("flight_id,arr_late15\nnot-flown-yet,1\n", "utf-8")
    with Store.open(path) as store:
        for item in built:
            register(store, item.spec, _silent)
            log(store, item.model, item.inferences, _silent, item.version)
        for item in built:
            truth(store, item.model, item.truth, _silent)
        log(store, "late-flights", [refused], _silent, "2013-03")
        truth(store, "late-flights", [early], _silent)
        refresh(store, None, _silent)
    return path


def _silent(what: str) -> None:
    """Nobody reads the progress of a test."""
