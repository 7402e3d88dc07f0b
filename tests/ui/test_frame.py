"""Every page inside its frame, in both languages, with the filters of the URL."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.ui.i18n import _ as translate
from monitoring.ui.i18n import speaking
from monitoring.ui.navigation import PAGES
from tests.ui.conftest import OpenPage


def texts(app: AppTest) -> list[str]:
    return [str(text.value) for text in app.text]


def html(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in app.html)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_an_empty_store_says_what_to_do(open_page: OpenPage, page: str, language: str) -> None:
    app = open_page(page, language=language)

    with speaking(language):
        assert translate(PAGES[page].question).replace("'", "&#x27;") in html(app)
    assert "vg-empty" in html(app)
    assert not app.error


def test_without_parameters_the_first_model_and_its_newest_version_are_shown(open_stub: OpenPage) -> None:
    app = open_stub("drift")

    assert texts(app)[:3] == [
        "('late-flights', '2013-08')",
        "('2013-09-01 00:00:00+00:00', '2014-01-01 00:00:00+00:00', 'day')",
        "('None', 'reference', 'en')",
    ]


def test_a_link_reproduces_the_view(open_stub: OpenPage) -> None:
    app = open_stub(
        "drift",
        model="late-flights",
        version="2013-03",
        from_="2013-11-01",
        to="2013-12-01",
        window="week",
        segment="origin=JFK",
        against="season",
        lang="fr",
        feature="carrier",
        view="table",
    )

    assert texts(app) == [
        "('late-flights', '2013-03')",
        "('2013-11-01 00:00:00+00:00', '2013-12-01 00:00:00+00:00', 'week')",
        "('origin=JFK', 'season', 'fr')",
        "carrier",
        "table",
    ]


def test_unknown_values_fall_back(open_stub: OpenPage) -> None:
    app = open_stub(
        "drift",
        model="nothing",
        version="never",
        from_="soon",
        to="2013-12-01",
        window="minute",
        segment="tail=N1",
        against="yesterday",
        lang="de",
        feature="colour",
        view="sculpture",
    )

    assert texts(app) == [
        "('late-flights', '2013-08')",
        "('2013-09-01 00:00:00+00:00', '2013-12-01 00:00:00+00:00', 'day')",
        "('None', 'reference', 'en')",
        "distance",
        "figure",
    ]


def test_filters_stay_when_the_page_changes(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.selectbox(key="choose_version").select("2013-03").run()
    app.switch_page("pages/performance.py").run()

    assert texts(app)[0] == "('late-flights', '2013-03')"
    assert app.query_params["version"] == "2013-03"


def test_another_model_starts_with_its_own_defaults(open_stub: OpenPage) -> None:
    app = open_stub("drift", version="2013-03", segment="origin=JFK", from_="2013-11-01", window="week")
    app.selectbox(key="choose_model").select("turbine").run()

    assert texts(app)[:3] == [
        "('turbine', '1')",
        "('2011-07-01 04:00:00+00:00', '2011-07-31 04:00:00+00:00', 'hour')",
        "('None', 'reference', 'en')",
    ]
    assert dict(app.query_params) == {"model": "turbine"}


def test_a_preset_sets_the_dates_of_the_url(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.pills(key="choose_preset").select("30d").run()

    assert (app.query_params["from"], app.query_params["to"]) == ("2013-12-02", "2014-01-01")
    assert app.session_state["choose_preset"] == "30d"


def test_all_history_leaves_the_url(open_stub: OpenPage) -> None:
    app = open_stub("drift", from_="2013-12-02", to="2014-01-01")
    app.pills(key="choose_preset").select("all").run()

    assert "from" not in app.query_params
    assert texts(app)[1].startswith("('2013-09-01")


def test_a_segment_is_chosen_by_column_then_value(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.selectbox(key="choose_segment_column").select("carrier").run()
    app.selectbox(key="choose_segment_value").select("B6").run()

    assert app.query_params["segment"] == "carrier=B6"
    app.selectbox(key="choose_segment_column").select("").run()
    assert "segment" not in app.query_params


def test_the_language_of_the_browser_is_spoken_until_another_is_chosen(open_stub: OpenPage) -> None:
    app = open_stub("drift", language="fr")
    assert "Dérive" in html(app)

    app.segmented_control(key="choose_lang").select("en").run()
    assert "Drift" in html(app)
    assert app.query_params["lang"] == "en"


def test_what_belongs_to_a_page_is_chosen_into_the_url(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.selectbox(key="choose_feature").select("carrier").run()
    assert app.query_params["feature"] == "carrier"

    app.selectbox(key="choose_feature").select("distance").run()
    assert "feature" not in app.query_params


def test_a_link_carries_the_filters_and_its_changes(open_stub: OpenPage) -> None:
    app = open_stub("performance", version="2013-03", lang="fr")

    (link,) = app.page_link
    assert link.proto.query_string == "model=turbine&version=2013-03&lang=fr&feature=carrier"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_by_itself_shows_nothing(checkout: Path, page: str) -> None:
    alone = AppTest.from_file(checkout / "pages" / f"{page}.py", default_timeout=60).run()

    assert [str(error.value) for error in alone.error] == ["This page opens from the app only."]
    assert len(alone.main) == 1
