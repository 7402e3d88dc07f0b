"""The page of versions in its frame, on a small store of real data, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import OpenPage


def html(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in app.html)


LEADS = {
    "en": ("Version 2013-08 ", "against", "that both have scored", "Measured on the same inferences"),
    "fr": ("a version 2013-08 ", "contre", "évaluées par les deux", "Mesuré sur les mêmes inférences"),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_versions_are_compared_on_shared_flights(
    small_store: Path, open_page: OpenPage, language: str
) -> None:
    app = open_page("versions", language=language, model="late-flights")
    shown = html(app)
    for words in LEADS[language]:
        assert words in shown
    assert [box.value for box in app.selectbox if box.key in ("choose_champion", "choose_challenger")] == [
        "2013-03",
        "2013-08",
    ]
    assert len(app.get("plotly_chart")) == 1  # no week is whole, so no KPI is drawn by week
    assert "ROC AUC" in shown or "AUC ROC" in shown
    assert shown.count('class="vg-tile-value') == 4


def test_the_url_chooses_who_challenges_whom(small_store: Path, open_page: OpenPage) -> None:
    there = html(open_page("versions", model="late-flights"))
    back = html(open_page("versions", model="late-flights", challenger="2013-03", champion="2013-08"))
    assert "ersion 2013-08 is " in there or "Versions 2013-08 and 2013-03 cannot" in there
    assert "ersion 2013-03 is " in back or "Versions 2013-03 and 2013-08 cannot" in back


def test_choosing_another_challenger_turns_the_champion_around(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("versions", model="late-flights")
    app.selectbox("choose_challenger").set_value("2013-03").run()
    assert not app.exception
    assert app.selectbox("choose_champion").value == "2013-08"


def test_what_does_not_exist_falls_back(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("versions", model="late-flights", champion="2013-08", challenger="never")
    assert app.selectbox("choose_challenger").value == "2013-08"
    assert app.selectbox("choose_champion").value == "2013-03"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_one_version_alone_says_what_to_do(small_store: Path, open_page: OpenPage, language: str) -> None:
    app = open_page("versions", language=language, model="bike-demand")
    expected = {"en": "There is one version only", "fr": "Il n’y a qu’une seule version"}[language]
    assert expected in html(app)
    assert "vg-empty" in html(app)


def test_a_period_that_they_do_not_share_says_so_and_keeps_the_table(
    small_store: Path, open_page: OpenPage
) -> None:
    app = open_page("versions", model="late-flights", from_="2013-04-08", to="2013-04-20")
    shown = html(app)
    assert "No inference with known ground truth was scored by both" in shown
    assert "Made from" in shown
    assert not app.get("plotly_chart")
