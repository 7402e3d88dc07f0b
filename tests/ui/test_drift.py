"""The page on drift on real data: the weather of April and August is not that of the winter before."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from monitoring.drift.report import drift_report
from monitoring.process import release_store
from monitoring.scope import Scope, Segment
from monitoring.store import Store
from tests.ui.conftest import OpenPage

FLIGHTS = {"model": "late-flights", "version": "2013-03"}
WEEK_OF_APRIL_22 = "2013-04-22T04:00:00Z"


def plain(text: str) -> str:
    return re.sub("[\u00a0\u2009\u202f]", " ", text)


def said(app: AppTest) -> str:
    """All that the page says in its own markup and in captions, as text."""
    found = (re.sub(r"<style>.*?</style>", "", part.proto.body, flags=re.S) for part in app.get("html"))
    text = unescape(re.sub(r"<[^>]+>", " ", "\n".join(found)))
    return plain("\n".join((re.sub(r"[ \t]+", " ", text), *(caption.value for caption in app.caption))))


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def decoded(array: dict[str, str]) -> np.ndarray:
    """An array as Plotly packs it."""
    shape = [int(part) for part in array["shape"].split(",")]
    return np.frombuffer(b64decode(array["bdata"]), array["dtype"]).reshape(shape)


@pytest.fixture
def overview(small_store: Path, open_page: OpenPage) -> AppTest:
    return open_page("drift", **FLIGHTS)


def test_the_answer_comes_first_with_what_over_which_rows_and_against_what(overview: AppTest) -> None:
    text = said(overview)
    assert "2 of 9 features have changed since the reference: visib and precip." in text
    assert "Apr 8 – Aug 7, 2013 · 33,054 inferences · compared with the reference (5,596 rows)" in text


def test_a_finding_says_how_much_when_how_sure_and_whether_it_matters(overview: AppTest) -> None:
    text = said(overview)
    assert "visib (Visibility) matters most: PSI 0.74 in the week of Apr 29, 2013." in text
    assert "Sure (q < 0.0001) · seen in 5 of 6 weeks · since Apr 22, 2013 · no. 2 of 9 in importance" in text
    assert "precip (Precipitation in the hour) changed: PSI 0.84 in the week of Apr 22, 2013." in text


def test_the_numbers_are_those_of_the_report(overview: AppTest, small_store: Path) -> None:
    table = overview.dataframe[0].value.set_index("Column")
    release_store()
    with Store.open(small_store) as store:
        report = drift_report(store, Scope("late-flights", "2013-03", window="week"))
    for feature in report.features:
        assert table.loc[feature.feature, "PSI"] == round(feature.effect, 4)
    assert list(table.index[:2]) == ["visib", "precip"]
    assert list(table.index[-3:]) == ["predicted_late", "p_late", "arr_late15"]


def test_the_grid_has_features_on_top_outputs_below_and_gaps_where_nothing_came(overview: AppTest) -> None:
    grid = figures(overview)[0]
    rows = grid["layout"]["yaxis"]["ticktext"]
    assert rows[:2] == ["visib", "precip"]
    assert rows[-3:] == ["Prediction: predicted_late", "Score: p_late", "Ground truth: arr_late15"]
    # Four weeks of April, none until August, then two.
    effects = decoded(grid["data"][0]["z"])
    assert effects.shape == (12, 18)
    assert np.isnan(effects[0]).tolist() == [False] * 4 + [True] * 12 + [False] * 2


def test_a_few_features_need_no_search(overview: AppTest) -> None:
    assert [box.label for box in overview.text_input if box.label == "Find a column"] == []


def test_a_column_has_its_distribution_its_course_and_its_methods(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("drift", **FLIGHTS, feature="visib")
    text = said(app)

    assert "visib (Visibility)" in text
    assert "visib changed in 5 of 6 weeks, most in the week of Apr 29, 2013 (PSI 0.74)" in text
    assert "Numeric, in mi" in text
    distribution, effect, band = figures(app)
    assert {plain(trace["name"]) for trace in distribution["data"]} == {
        "The reference",
        "Apr 8 – Aug 7, 2013",
    }
    assert len(effect["data"][0]["x"]) == 18
    assert band["data"][2]["name"] == "Median"
    methods = next(part.value for part in app.markdown if part.value.startswith("| Method"))
    assert len(methods.splitlines()) == 2 + 10
    assert "It hardly sees the tails" in methods
    segments = app.dataframe[0].value
    assert set(segments["Segment"].str.partition(" = ")[0]) == {"origin", "carrier"}


def test_a_window_of_a_category_is_looked_at_by_link(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("drift", **FLIGHTS, feature="carrier", at=WEEK_OF_APRIL_22)
    text = said(app)

    assert "carrier: PSI 0.005 in the week of Apr 22, 2013." in text
    assert "May be chance" in text
    assert "Week of Apr 22, 2013 (6,560 rows) over the reference (5,596 rows)." in text
    assert "One window: Week of Apr 22, 2013" in text
    # A column is not cut by itself.
    assert set(app.dataframe[0].value["Segment"].str.partition(" = ")[0]) == {"origin"}
    shares = figures(app)[2]["data"]
    assert shares[0]["name"] in ("UA", "B6", "EV")


@pytest.mark.parametrize("at", ["2013-06-03T04:00:00Z", "soon"])
def test_a_window_that_is_not_there_is_the_whole_period(
    small_store: Path, open_page: OpenPage, at: str
) -> None:
    assert "over the whole period PSI" in said(open_page("drift", **FLIGHTS, feature="visib", at=at))


def test_the_truth_is_a_column_too(small_store: Path, open_page: OpenPage) -> None:
    text = said(open_page("drift", **FLIGHTS, feature="arr_late15"))
    assert "arr_late15" in text
    assert "By segment" not in text


def test_a_column_that_there_is_none_of_is_said(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("drift", **FLIGHTS, feature="<b>x</b>")
    assert r"There is no column \<b\>x\</b\>" in app.warning[0].value
    assert "2 of 9 features have changed" in said(app)


def test_nothing_before_the_first_day_is_said_with_what_to_do(small_store: Path, open_page: OpenPage) -> None:
    text = said(open_page("drift", **FLIGHTS, against="previous"))
    assert "There is nothing to compare with: the period before has no rows." in text
    assert "Choose another period, or something else to compare with" in text


def test_a_segment_is_compared_with_its_own_reference(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("drift", **FLIGHTS, segment="origin=LGA")
    release_store()
    with Store.open(small_store) as store:
        scope = Scope("late-flights", "2013-03", window="week", segment=Segment("origin", "LGA"))
        report = drift_report(store, scope)
    assert (
        f"{report.n_current:,} inferences · compared with the reference ({report.n_reference:,} rows)"
        in said(app)
    )


def test_the_page_speaks_french(small_store: Path, open_page: OpenPage) -> None:
    text = said(open_page("drift", language="fr", **FLIGHTS))
    assert "2 variables sur 9 ont changé par comparaison avec la référence : visib et precip." in text
    assert "visib (Visibilité) compte le plus : PSI de 0,74 la semaine du 29 avr. 2013." in text

    text = said(open_page("drift", language="fr", **FLIGHTS, feature="carrier"))
    assert "Catégories au fil du temps" in text
    assert "carrier n’a pas changé par comparaison avec la référence : PSI de 0," in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_empty_store_says_what_to_do(open_page: OpenPage, language: str) -> None:
    app = open_page("drift", language=language)
    assert "python -m monitoring log MODEL FILE" in said(app)
