"""The page on explanations, on real data: what decides, and why single inferences came out as they did."""

import math
from pathlib import Path

import pandas as pd
import pytest

from tests.made_store import made_store
from tests.ui.conftest import OpenPage
from tests.ui.test_overview import said
from tests.ui.test_performance import figures, written

FLIGHTS = {"model": "late-flights", "version": "2013-03"}


def test_the_first_sentence_names_what_decides_and_what_changed(
    small_store: Path, open_page: OpenPage
) -> None:
    text = said(open_page("explainability", **FLIGHTS))
    assert (
        "What decides most: Scheduled hour of departure (32%), Seats (19%), and Visibility (11%). "
        "The order is that of the reference (agreement 0.99). Visibility changed most: 11% instead of 19%."
    ) in text
    assert "3,500 inferences explained · reference: 2,000 rows" in text


def test_importance_stands_beside_the_reference(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS)
    before, now = figures(app)[0]["data"]
    assert (before["name"], now["name"]) == ("Reference", "Chosen period")
    assert now["y"][0] == "Scheduled hour of departure"
    assert math.fsum(now["x"]) == pytest.approx(1.0)
    table = app.dataframe[0].value
    assert list(table["Feature"])[:3] == ["Scheduled hour of departure", "Seats", "Visibility"]
    assert list(table["Rank"])[:3] == ["1", "2", "3"]
    assert list(table["Reference: rank"])[:3] == ["1", "3", "2"]


def test_the_feature_of_the_url_is_shown_point_by_point(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS, feature="distance")
    dependence = figures(app)[2]
    assert dependence["layout"]["xaxis"]["title"]["text"] == "Distance (mi)"
    assert dependence["layout"]["yaxis"]["title"]["text"] == "Attribution (log-odds)"
    assert len(dependence["data"][0]["customdata"]) == 600
    assert "Scheduled hour of departure: higher values raise the predicted probability." in written(
        open_page("explainability", **FLIGHTS)
    )


def test_agreement_over_time_stands_above_its_limit(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS)
    assert "In no window was the agreement below 0.90; the lowest was 0.98." in said(app)
    agreement = figures(app)[3]
    (limit,) = [trace for trace in agreement["data"] if trace.get("name") == "Limit: 0.90"]
    assert limit["y"] == [0.9, 0.9]


def test_one_window_has_no_history(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS, from_="2013-04-22", to="2013-04-23")
    assert "Has the reasoning changed?" not in said(app)


def test_an_inference_is_told_in_words_with_what_happened(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", model="bike-demand", id="2011-08-23T14")
    text = said(app)
    assert "The model predicted 197; it was 651, so the prediction was 454 too low." in text
    assert "2011-08-23T14 · Aug 23, 2011, 14:00 · version 2011-06" in text
    assert "Main reasons" in text
    assert "1. " in written(app)
    assert "Temperature (29.5 °C) raised the prediction by" in written(app)
    waterfall = figures(app)[0]
    assert waterfall["layout"]["yaxis"]["ticktext"][0] == "Base value: nothing known"
    bars = waterfall["data"][0]
    assert bars["base"] + math.fsum(bars["x"]) == pytest.approx(197, abs=0.5)
    assert any("add up to the model's own output to within" in caption.value for caption in app.caption)


def test_a_classifiers_inference_is_read_as_a_probability_and_in_log_odds(
    small_store: Path, open_page: OpenPage
) -> None:
    table = open_page("explainability", **FLIGHTS, view="decision", order="missed").dataframe[0].value
    assert set(table["Prediction"]) == {"0"}
    assert set(table["Ground truth"]) == {"1"}
    app = open_page("explainability", **FLIGHTS, id=str(table["Id"][0]))
    text = said(app)
    assert f"The model gave arr_late15 = 1 a probability of {table['Score'][0]}" in text
    assert "predicted arr_late15 = 0. It was wrong: arr_late15 = 1." in text
    assert "in log-odds)" in text
    axis = figures(app)[0]["layout"]["xaxis"]
    assert axis["title"]["text"] == "Probability, on the scale of log-odds"
    assert axis["ticktext"][axis["tickvals"].index(0.0)] == "50%"
    assert "without it, it would be" in written(app)


@pytest.mark.parametrize(
    ("order", "column", "falling"), [("highest", "Score", True), ("lowest", "Score", False)]
)
def test_inferences_come_in_the_order_of_the_url(
    small_store: Path, open_page: OpenPage, order: str, column: str, falling: bool
) -> None:
    table = open_page("explainability", **FLIGHTS, view="decision", order=order).dataframe[0].value
    numbers = [float(text.rstrip("%")) for text in table[column]]
    assert numbers == sorted(numbers, reverse=falling)
    assert len(table) == 50


def test_an_unknown_inference_is_said_to_be_unknown(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS, id="nobody`s")
    assert "has no inference with the id nobody`s" in app.warning[0].value.replace("\\", "")
    assert app.dataframe


def test_the_page_speaks_french(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", language="fr", **FLIGHTS)
    assert "Ce qui pèse le plus : Heure de départ prévue (32 %), Nombre de sièges (19 %)" in said(app)
    one = open_page("explainability", language="fr", model="bike-demand", id="2011-08-23T14")
    assert "trop basse de 454" in said(one)
    assert "Température (29,5 °C) a augmenté la prédiction de" in written(one)


def test_figures_are_small(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("explainability", **FLIGHTS)
    assert max(len(chart.proto.spec) for chart in app.get("plotly_chart")) < 200_000


@pytest.mark.parametrize("language", ["en", "fr"])
def test_without_inferences_the_page_says_what_to_do(open_page: OpenPage, language: str) -> None:
    assert "python -m monitoring log MODEL FILE" in said(open_page("explainability", language=language))


@pytest.mark.parametrize(("language", "advice"), [("en", "names an artifact"), ("fr", "artefact")])
def test_a_version_without_artifact_says_what_to_do(
    tmp_path: Path, open_page: OpenPage, language: str, advice: str
) -> None:
    rows = pd.DataFrame(
        {"id": ["a", "b"], "at": pd.to_datetime(["2024-05-01", "2024-05-02"], utc=True), "x": [1.0, 2.0]}
    )
    rows = rows.assign(said=[1.0, 2.0], was=[1.5, 2.5])
    spec = """
model: plain
version: "1"
task: regression
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, truth: was}
features: [{name: x, kind: numeric}]
"""
    with made_store(tmp_path, spec, rows, rows.assign(id=["c", "d"])):
        pass
    assert advice in said(open_page("explainability", language=language))
