"""The page on performance, on real data: April's furlough delays, and bikes in their first summer."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.ui.state import FILTERS
from tests.ui.conftest import OpenPage
from tests.ui.test_overview import said

FLIGHTS = {"model": "late-flights", "version": "2013-03"}


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def written(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in app.markdown).replace("\\", "").replace("\u00a0", " ")


@pytest.fixture
def flights(small_store: Path, open_page: OpenPage) -> AppTest:
    return open_page("performance", **FLIGHTS)


def test_the_first_sentence_says_how_much_worse_and_when(flights: AppTest) -> None:
    text = said(flights)
    assert "Ability to tell cases apart (ROC AUC): 0.647, 0.120 worse than the reference (0.767)." in text
    assert "The loss is real in 6 of 6 weeks, the worst in the week of Aug 5, 2013 (0.630)." in text
    assert "33,054 inferences · ground truth known for 97.3%" in text


def test_no_metric_stands_without_its_interval_and_what_it_is_compared_with(flights: AppTest) -> None:
    text = said(flights)
    assert "0.640 to 0.653 (95 %) · reference: 0.767" in text
    assert "40.0% to 41.9% (95 %) · reference: 56.6%" in text
    assert text.count("(95 %)") == 4


def test_the_metric_of_the_url_is_drawn_with_its_reference(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("performance", **FLIGHTS, metric="recall")
    assert "Recall over time" in said(app)
    over_time = figures(app)[0]
    assert over_time["layout"]["yaxis"]["title"]["text"] == "Recall"
    (reference,) = [trace for trace in over_time["data"] if trace.get("name") == "Reference"]
    assert reference["y"][0] == pytest.approx(0.621, abs=5e-4)
    assert list(app.dataframe[0].value.columns)[3] == "Recall"


def test_a_classifier_shows_what_was_predicted_and_whether_probabilities_come_true(flights: AppTest) -> None:
    text = said(flights)
    assert "43.5% of what was positive was predicted (62.1% in the reference)" in text
    assert "Predicted probabilities are 6.3% off (7.8% in the reference)." in text
    confusion = figures(flights)[1]
    assert confusion["layout"]["xaxis"]["ticktext"] == ["Negative (0)", "Positive (1)"]


def test_kpis_are_told_in_money_against_their_target(flights: AppTest) -> None:
    told = "Cost of missed delays (180 USD each): above the target ($150,000 a week) in 3 of 5 weeks"
    assert told in written(flights)
    costs = figures(flights)[3]
    (target,) = [trace for trace in costs["data"] if trace["name"] == "Target"]
    assert target["y"] == [150_000, 150_000]


def test_segments_are_compared_with_themselves(flights: AppTest) -> None:
    table = flights.dataframe[0].value
    assert list(table["Departure airport"]) == ["EWR", "JFK", "LGA"]
    assert list(table["Verdict"]) == ["◆ Critical"] * 3
    assert "3 of 3 values of Departure airport did worse than before; the worst is LGA" in written(flights)


def test_another_segment_can_be_chosen(small_store: Path, open_page: OpenPage) -> None:
    table = open_page("performance", **FLIGHTS, by="carrier").dataframe[0].value
    assert table.columns[0] == "Airline"
    assert len(table) == 15
    assert "◌ Not enough data" in set(table["Verdict"])


def test_a_short_period_stands_inside_its_history(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("performance", **FLIGHTS, from_="2013-04-22", to="2013-04-24", segment="origin=EWR")
    text = said(app)
    assert "on 2 of 2 days" in text
    assert "All history week by week; the chosen period is shaded." in text
    (shade,) = figures(app)[0]["layout"]["shapes"]
    assert (shade["x0"], shade["x1"]) == ("2013-04-22T00:00:00", "2013-04-24T00:00:00")
    # A segment is not held against a target that is for all rows, nor two days against a week's.
    assert "no window is complete yet" in written(app)
    assert [trace["name"] for trace in figures(app)[3]["data"]] == ["OK", "Not complete yet"]
    assert list(app.dataframe[0].value["Departure airport"]) == ["EWR", "JFK", "LGA"]


def test_a_regression_shows_to_which_side_it_errs_and_at_which_hours(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("performance", model="bike-demand")
    text = said(app)
    assert "Average error: 33.5, 12.2 worse than the reference (21.3)." in text
    assert "On average, predictions were 1.93 too high (-0.0805 in the reference)." in text
    assert "Errors are largest at 17:00, 68.3 on average. Hours of America/New_York." in text
    hours = figures(app)[2]
    assert hours["layout"]["xaxis"]["ticktext"] == [f"{hour:02d}" for hour in range(24)]


def test_another_comparison_is_named(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("performance", **FLIGHTS, against="season")
    text = said(app)
    assert "than the season before" in text or "from the season before" in text
    assert "each compared with its like a season before" in text


def test_every_figure_says_how_it_is_computed(flights: AppTest) -> None:
    text = written(flights)
    assert "DeLong's variance" in text
    assert "Windows with less than 80 % of their ground truth" in text
    assert flights.latex[0].value.strip("$ \n").startswith(r"\frac{1}{|K|}")
    metric, kpi = (code.value for code in flights.code)
    assert metric.startswith('select i.*, t.y_true, t.truth_received_at from "late-flights"."inference"')
    assert kpi.startswith("select sum(case when y_true = 1 and y_pred = 0 then 180")


def test_the_page_speaks_french(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("performance", language="fr", **FLIGHTS)
    text = said(app)
    assert "un recul de 0,120 par rapport à la référence (0,767)" in text
    assert "Retards" in written(app) or "retards" in written(app)
    assert list(app.dataframe[0].value.columns)[:2] == ["Aéroport de départ", "Inférences"]
    assert figures(app)[0]["layout"]["xaxis"]["ticktext"][0] == "8 avr."


def test_figures_are_small(flights: AppTest) -> None:
    assert max(len(chart.proto.spec) for chart in flights.get("plotly_chart")) < 100_000


@pytest.mark.parametrize(
    ("language", "title"), [("en", "No performance to show yet"), ("fr", "Aucune performance")]
)
def test_without_inferences_the_page_says_what_to_do(open_page: OpenPage, language: str, title: str) -> None:
    app = open_page("performance", language=language)
    assert title in said(app)
    assert "python -m monitoring log MODEL FILE" in said(app)


def test_the_choice_of_the_page_is_no_filter_of_others() -> None:
    assert not {"metric", "kpi", "by"} & set(FILTERS)
