"""What the demo models may know of a row, and which rows they are trained, validated and watched on."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from monitoring.demo.prepare import DATA, VERSIONS, DemoVersion, bikes, flights, split, turbine
from monitoring.spec import Columns, load_spec

KNOWN_ONLY_AFTERWARDS = {
    "dep_delay",
    "arr_delay",
    "air_time",
    "cancelled",
    "arr_late15",
    "users",
    "NOX",
    "CO",
}
COLUMNS = Columns(id="id", timestamp="at", timezone="America/New_York", prediction="p", truth="y")

each_version = pytest.mark.parametrize(
    "version", VERSIONS, ids=[f"{each.model}-{each.version}" for each in VERSIONS]
)


@pytest.fixture(scope="module")
def raw_flights() -> pd.DataFrame:
    return pd.read_parquet(DATA / "flights_nyc_2013.parquet")


@pytest.fixture(scope="module")
def prepared() -> dict[str, pd.DataFrame]:
    return {"late-flights": flights(), "bike-demand": bikes(), "turbine-nox": turbine()}


def hourly(start: str, days: int) -> pd.DataFrame:
    at = pd.date_range(start, periods=24 * days, freq="h", tz="America/New_York").tz_convert("UTC")
    return pd.DataFrame({"id": range(len(at)), "at": at, "y": 1.0})


@each_version
def test_no_model_reads_what_is_known_only_afterwards(version: DemoVersion) -> None:
    spec = version.spec()
    read = {feature.name for feature in spec.features or ()} | set(spec.context) | set(spec.segments)
    assert not read & KNOWN_ONLY_AFTERWARDS


def test_the_flight_models_read_nothing_that_changes_with_the_season_by_itself() -> None:
    read = [VERSIONS[at].spec().features or () for at in (0, 1)]
    assert read[0] == read[1]
    assert not {feature.name for feature in read[0]} & {"month", "weekday", "temp", "dewp"}


@each_version
def test_rows_hold_the_columns_of_the_specification_and_no_others(
    version: DemoVersion, prepared: dict[str, pd.DataFrame]
) -> None:
    spec = version.spec()
    columns = spec.columns
    features = {feature.name for feature in spec.features or ()}
    expected = {columns.id, columns.timestamp, columns.truth, *features, *spec.context, *spec.segments}
    assert set(prepared[version.model].columns) == expected


@each_version
def test_every_row_has_an_id_of_its_own_and_an_aware_time(
    version: DemoVersion, prepared: dict[str, pd.DataFrame]
) -> None:
    columns = version.spec().columns
    rows = prepared[version.model]
    assert rows[columns.id].is_unique
    assert isinstance(rows[columns.timestamp].dtype, pd.DatetimeTZDtype)
    assert rows[columns.timestamp].notna().all()


def test_features_of_a_flight_do_not_change_with_what_happens_to_it(
    raw_flights: pd.DataFrame, prepared: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    told_otherwise = raw_flights.head(500).assign(
        dep_delay=999, arr_delay=999, air_time=1, cancelled=True, arr_late15=True
    )
    told_otherwise.to_parquet(tmp_path / "flights_nyc_2013.parquet")
    before = prepared["late-flights"].head(500).drop(columns="arr_late15")
    pd.testing.assert_frame_equal(flights(tmp_path).drop(columns="arr_late15"), before)


def test_a_cancelled_flight_is_scored_and_has_no_truth(
    raw_flights: pd.DataFrame, prepared: dict[str, pd.DataFrame]
) -> None:
    cancelled = prepared["late-flights"][raw_flights["cancelled"]]
    assert len(cancelled) > 8_000
    assert cancelled["arr_late15"].isna().all()


def test_the_first_flight_is_as_the_raw_file_says(prepared: dict[str, pd.DataFrame]) -> None:
    first = prepared["late-flights"].iloc[0]
    # 05:15 in New York on 1 January; an aircraft built in 1999.
    assert first["sched_dep_utc"] == pd.Timestamp("2013-01-01 10:15", tz="UTC")
    assert (first["hour"], first["plane_age"], first["carrier"], first["dest"]) == (5, 14, "UA", "IAH")


def test_the_hour_that_daylight_saving_skips_is_stored_as_the_next_one(
    prepared: dict[str, pd.DataFrame],
) -> None:
    starts_at = prepared["bike-demand"].set_index("hour_id")["starts_at"]
    # 02:00 on 13 March 2011 does not exist in Washington; 03:00 there is 07:00 UTC.
    expected = pd.Timestamp("2011-03-13 07:00", tz="UTC")
    assert list(starts_at[["2011-03-13T02", "2011-03-13T03"]]) == [expected, expected]


def test_the_hour_that_comes_twice_is_stored_as_the_first_of_the_two(
    prepared: dict[str, pd.DataFrame],
) -> None:
    starts_at = prepared["bike-demand"].set_index("hour_id")["starts_at"]
    # 01:00 on 6 November 2011 is 05:00 UTC in summer time, and an hour later once more.
    expected = [pd.Timestamp(f"2011-11-06 0{hour}:00", tz="UTC") for hour in (5, 7)]
    assert list(starts_at[["2011-11-06T01", "2011-11-06T02"]]) == expected


def test_readings_stay_in_their_year_and_in_their_order(prepared: dict[str, pd.DataFrame]) -> None:
    rows = prepared["turbine-nox"]
    assert rows["read_at"].is_monotonic_increasing
    assert rows["read_at"].is_unique
    assert (rows["read_at"].dt.year.astype("str") == rows["reading_id"].str[:4]).all()


def test_the_warmest_month_of_the_turbine_is_in_summer(prepared: dict[str, pd.DataFrame]) -> None:
    rows = prepared["turbine-nox"]
    by_month = rows.groupby([rows["read_at"].dt.year, rows["read_at"].dt.month])["AT"].mean().unstack()
    assert set(by_month.idxmax(axis="columns")) <= {7, 8, 9}


def test_load_bands_cut_at_130_and_140(prepared: dict[str, pd.DataFrame]) -> None:
    by_band = prepared["turbine-nox"].groupby("load_band")["TEY"]
    lowest, highest = by_band.min().to_dict(), by_band.max().to_dict()
    assert highest["< 130 MWh"] <= 130 < lowest["130-140 MWh"]
    assert highest["130-140 MWh"] <= 140 < lowest["> 140 MWh"]


def test_the_third_of_every_five_days_is_held_out() -> None:
    parts = split(hourly("2013-01-01", 12), COLUMNS, date(2013, 1, 11))
    days = parts.held_out["at"].dt.tz_convert("America/New_York").dt.day.unique()
    assert list(days) == [3, 8]
    assert (len(parts.training), len(parts.held_out), len(parts.live)) == (8 * 24, 2 * 24, 2 * 24)


def test_a_version_goes_live_at_local_midnight() -> None:
    live = split(hourly("2013-01-01", 12), COLUMNS, date(2013, 1, 11)).live
    assert live["at"].min() == pd.Timestamp("2013-01-11 05:00", tz="UTC")


def test_rows_without_truth_are_held_out_and_scored_but_never_trained_on() -> None:
    rows = hourly("2013-01-01", 12).assign(y=float("nan"))
    parts = split(rows, COLUMNS, date(2013, 1, 11))
    assert (len(parts.training), len(parts.held_out), len(parts.live)) == (0, 2 * 24, 2 * 24)


@each_version
def test_no_row_is_both_trained_on_and_held_out_or_watched(
    version: DemoVersion, prepared: dict[str, pd.DataFrame]
) -> None:
    columns = version.spec().columns
    parts = split(prepared[version.model], columns, version.live_from)
    trained, held, live = (set(part[columns.id]) for part in (parts.training, parts.held_out, parts.live))
    assert not trained & held
    assert not (trained | held) & live
    day = columns.timezone
    trained_days = set(parts.training[columns.timestamp].dt.tz_convert(day).dt.date)
    assert not trained_days & set(parts.held_out[columns.timestamp].dt.tz_convert(day).dt.date)


@each_version
def test_titles_labels_and_kpis_are_in_both_languages(version: DemoVersion) -> None:
    spec = load_spec(version.directory() / "spec.yaml")
    texts = [spec.title, *(f.label for f in spec.features or ()), *(kpi.label for kpi in spec.kpis)]
    assert all(set(text) == {"en", "fr"} for text in texts)
    assert (spec.model, spec.version) == (version.model, version.version)
    assert spec.kpis
