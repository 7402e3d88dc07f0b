"""What the URL says becomes what the page shows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.errors import NotFound
from monitoring.scope import Scope, Segment
from monitoring.store import Store
from monitoring.ui.state import (
    PRESETS,
    Context,
    against_of,
    day_bounds,
    grains_of,
    history,
    included_days,
    period_of,
    period_parameters,
    preset_of,
    preset_period,
    resolve,
    segment_of,
    title_of,
    version_of,
    window_of,
)


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


PARIS = CatalogVersion(
    name="1",
    first=utc(2024, 3, 1, 10),
    last=utc(2024, 4, 30, 9),
    n_inferences=1,
    timezone="Europe/Paris",
    window="day",
    segments={"shop": ("Lyon",)},
    against=("reference", "previous"),
)
NEW = replace(PARIS, name="2", first=None, last=None)
MODEL = CatalogModel("m", {"en": "Model"}, (PARIS, NEW))


def no_store() -> Store:
    raise AssertionError("A context opens no store by itself.")


def context(**parameters: str) -> Context:
    return resolve("drift", parameters, (MODEL,), language="en", open_store=no_store)


def test_history_is_whole_days_of_the_version_s_time_zone() -> None:
    # Paris is one hour ahead of UTC on 1 March and two on 1 May.
    assert history(PARIS) == (utc(2024, 2, 29, 23), utc(2024, 4, 30, 22))
    assert history(NEW) == (None, None)


def test_the_newest_version_with_inferences_is_the_default() -> None:
    assert version_of(MODEL, "").name == "1"
    assert version_of(MODEL, "2").name == "2"
    assert version_of(replace(MODEL, versions=(NEW,)), "").name == "2"


def test_dates_of_the_url_are_local_midnights_and_the_end_is_not_included() -> None:
    assert period_of(PARIS, "2024-03-30", "2024-04-01") == (utc(2024, 3, 29, 23), utc(2024, 3, 31, 22))


def test_one_bound_alone_leaves_the_other_at_history() -> None:
    assert period_of(PARIS, "2024-04-01", "") == (utc(2024, 3, 31, 22), utc(2024, 4, 30, 22))
    assert period_of(PARIS, "", "2024-04-01") == (utc(2024, 2, 29, 23), utc(2024, 3, 31, 22))


@pytest.mark.parametrize(
    ("start", "end"), [("2024-04-02", "2024-04-01"), ("x", "y"), ("2024-04-01", "2024-04-01")]
)
def test_a_period_that_is_none_becomes_all_history(start: str, end: str) -> None:
    assert period_of(PARIS, start, end) == history(PARIS)


def test_times_of_the_url_may_be_exact() -> None:
    assert period_of(PARIS, "2024-04-01T05:00:00Z", "2024-04-01T08:00") == (
        utc(2024, 4, 1, 5),
        utc(2024, 4, 1, 6),
    )


def test_a_preset_ends_with_the_newest_inference_and_stays_within_history() -> None:
    assert preset_period(PARIS, "7d") == (utc(2024, 4, 23, 22), utc(2024, 4, 30, 22))
    assert preset_period(PARIS, "365d") == history(PARIS)
    assert preset_period(NEW, "7d") == (None, None)


def test_a_period_knows_its_preset() -> None:
    assert preset_of(PARIS, *history(PARIS)) == "all"
    assert preset_of(PARIS, *preset_period(PARIS, "30d")) == "30d"
    assert preset_of(PARIS, utc(2024, 4, 1), utc(2024, 4, 2)) is None


@given(st.sampled_from(sorted(PRESETS)))
def test_a_preset_survives_the_url(preset: str) -> None:
    start, end = preset_period(PARIS, preset)
    assert start is not None and end is not None
    assert period_of(PARIS, *period_parameters(PARIS, start, end)) == (start, end)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2024, 12, 1)),
    st.timedeltas(timedelta(seconds=1), timedelta(90)),
)
def test_any_period_survives_the_url(start: datetime, length: timedelta) -> None:
    begin = start.replace(tzinfo=UTC)
    assert period_of(PARIS, *period_parameters(PARIS, begin, begin + length)) == (begin, begin + length)


def test_all_history_is_not_written_into_the_url() -> None:
    start, end = history(PARIS)
    assert start is not None and end is not None
    assert period_parameters(PARIS, start, end) == ("", "")


def test_days_are_shown_included_and_kept_excluded() -> None:
    bounds = day_bounds(date(2024, 3, 30), date(2024, 3, 31), "Europe/Paris")
    assert bounds == (utc(2024, 3, 29, 23), utc(2024, 3, 31, 22))
    assert included_days(*bounds, "Europe/Paris") == (date(2024, 3, 30), date(2024, 3, 31))


def test_a_long_period_is_told_in_windows_that_a_figure_can_show() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    assert window_of(PARIS, "", start, start + timedelta(days=90)) == "day"
    assert window_of(PARIS, "", start, start + timedelta(days=400)) == "week"
    assert window_of(PARIS, "", start, start + timedelta(days=1500)) == "month"
    assert window_of(PARIS, "day", start, start + timedelta(days=1500)) == "day"


def test_windows_are_never_finer_than_the_version_s() -> None:
    assert grains_of(PARIS) == ("day", "week", "month")
    assert window_of(PARIS, "week") == "week"
    assert window_of(PARIS, "hour") == "day"


def test_segments_exist_by_column() -> None:
    assert segment_of(PARIS, "shop=Nice = near") == Segment("shop", "Nice = near")
    assert segment_of(PARIS, "colour=red") is None
    assert segment_of(PARIS, "shop") is None


def test_a_comparison_is_a_name_of_the_version_or_a_period() -> None:
    assert against_of(PARIS, "previous") == "previous"
    assert against_of(PARIS, "training") == "reference"
    assert against_of(PARIS, "2024-03-01..2024-04-01") == "2024-03-01..2024-04-01"
    assert against_of(PARIS, "2024-04-01..2024-03-01") == "reference"
    assert against_of(PARIS, "..") == "reference"


def test_a_title_falls_back_to_english_and_to_the_slug() -> None:
    assert title_of(MODEL, "fr") == "Model"
    assert title_of(replace(MODEL, titles={}), "fr") == "m"


def test_the_scope_says_what_the_context_shows() -> None:
    shown = context(model="m", window="week", segment="shop=Lyon", against="previous")

    assert shown.title == "Model"
    assert shown.timezone == "Europe/Paris"
    assert shown.scope == Scope(
        model="m",
        version="1",
        start=utc(2024, 2, 29, 23),
        end=utc(2024, 4, 30, 22),
        window="week",
        segment=Segment("shop", "Lyon"),
        against="previous",
    )


def test_without_models_there_is_nothing_to_ask_about() -> None:
    shown = resolve("drift", {"model": "m"}, (), language="en", open_store=no_store)

    assert (shown.model, shown.version, shown.start, shown.preset, shown.title) == (
        None,
        None,
        None,
        None,
        "",
    )
    with pytest.raises(NotFound, match="no model yet"):
        _ = shown.scope


@given(
    st.dictionaries(
        st.sampled_from(["model", "version", "from", "to", "window", "segment", "against"]), st.text()
    )
)
def test_no_url_breaks_the_view(parameters: dict[str, str]) -> None:
    shown = context(**parameters)

    assert shown.start is not None and shown.end is not None
    assert shown.start < shown.end
    assert shown.window in grains_of(PARIS)
