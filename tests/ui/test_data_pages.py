"""The pages of the group Data on a small real store: models, inferences received, quarantine."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import OpenPage
from tests.ui.test_overview import said


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def test_models_lists_every_version_with_its_rows(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("models")
    assert "2 models in 3 versions, with 42,044 inferences." in said(app)
    table = app.dataframe[0].value
    assert list(table["Version"]) == ["2013-08", "2013-03", "2011-06"]
    assert list(table["Inferences"]) == [6734, 33054, 2256]
    assert set(table["Task"]) == {"Binary classification", "Regression"}
    assert any("model: churn" in code.value for code in app.code)


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Register a model of your own"), ("fr", "Enregistrer votre")]
)
def test_without_models_the_page_says_how_to_register_one(
    open_page: OpenPage, language: str, word: str
) -> None:
    app = open_page("models", language=language)
    assert "python -m monitoring demo" in said(app)
    assert app.expander[0].label.startswith(word)


def test_inferences_are_counted_by_window_with_their_truth(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("inferences", model="late-flights", version="2013-08")
    assert "6,734 inferences of" in said(app)
    assert "the ground truth of 98.0% of them has come" in said(app)
    volume, maturity = figures(app)
    assert sum(volume["data"][0]["y"]) == 6734
    assert len(volume["data"][0]["y"]) == 7
    assert all(0.9 < share <= 1 for share in maturity["data"][0]["y"])


def test_a_long_history_is_told_in_longer_windows(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("inferences", model="late-flights", version="2013-03")
    volume, _maturity = figures(app)
    assert "Inferences by week" in said(app)
    assert sum(volume["data"][0]["y"]) == 33054


def test_a_period_and_a_segment_narrow_what_is_counted(small_store: Path, open_page: OpenPage) -> None:
    whole = open_page(
        "inferences", model="late-flights", version="2013-08", from_="2013-08-01", to="2013-08-02"
    )
    part = open_page(
        "inferences",
        model="late-flights",
        version="2013-08",
        from_="2013-08-01",
        to="2013-08-02",
        segment="origin=JFK",
    )
    counts = [sum(figures(app)[0]["data"][0]["y"]) for app in (whole, part)]
    assert 0 < counts[1] < counts[0] < 1100
    assert set(part.dataframe[-1].value["origin"]) == {"JFK"}


def test_batches_and_newest_rows_are_shown_under_the_owner_s_names(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("inferences", model="late-flights", version="2013-03")
    batches, rows = (table.value for table in app.dataframe)
    assert list(batches["Source"]) == ["early.csv", "refused.csv", "truth.parquet", "inferences.parquet"]
    assert list(batches["Quarantined"]) == [0, 4, 0, 0]
    assert list(rows.columns)[:5] == ["flight_id", "sched_dep_utc", "predicted_late", "p_late", "arr_late15"]
    assert len(rows) == 100
    assert rows["sched_dep_utc"].is_monotonic_decreasing


def test_truth_that_waits_for_its_inference_is_told(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("inferences", model="late-flights")
    assert app.info[0].value.startswith("The ground truth of 1 id waits")
    assert not open_page("inferences", model="bike-demand").info


def test_inferences_in_french(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("inferences", language="fr", model="late-flights", version="2013-08")
    assert "la vérité terrain est connue pour 98,0 %" in said(app)
    assert "Lots" in said(app)


def test_quarantine_tells_reasons_and_rows(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("quarantine", model="late-flights", version="2013-03")
    assert "4 rows were set aside" in said(app)
    reasons, rows = (table.value for table in app.dataframe)
    assert set(zip(reasons["Column"], reasons["Reason"], strict=True)) == {
        ("flight_id", "is missing"),
        ("sched_dep_utc", "is not a time that can be read"),
        ("p_late", "is not a probability between 0 and 1"),
        ("hour", "is not a number"),
    }
    assert set(rows["Source"]) == {"refused.csv"}
    assert sorted(rows["Row"]) == [1, 2, 3, 4]


def test_quarantined_rows_can_be_filtered_by_reason(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("quarantine", model="late-flights", version="2013-03", reason="is not a number\x1fhour")
    rows = app.dataframe[1].value
    assert list(rows["Value"]) == ["eight"]


def test_rows_without_time_belong_to_every_period(small_store: Path, open_page: OpenPage) -> None:
    app = open_page(
        "quarantine", model="late-flights", version="2013-03", from_="2013-08-01", to="2013-08-02"
    )
    assert "1 row was set aside" in said(app)


def test_an_empty_quarantine_points_to_the_versions_that_have_rows(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("quarantine", model="late-flights", version="2013-08")
    assert "Quarantine is empty" in said(app)
    assert any("4 rows of version 2013" in link.proto.label for link in app.get("page_link"))


def test_quarantine_in_french(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("quarantine", language="fr", model="late-flights", version="2013-03")
    assert "4 lignes ont été mises de côté" in said(app)
    assert "n’est pas un nombre" in set(app.dataframe[0].value["Motif"])


@pytest.mark.parametrize("page", ["inferences", "quarantine"])
def test_data_pages_of_an_empty_store_say_what_to_do(open_page: OpenPage, page: str) -> None:
    assert "python -m monitoring" in said(open_page(page))
