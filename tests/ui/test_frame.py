"""Every page inside its frame, in both languages, with the filters of the URL."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.ui import source
from monitoring.ui.i18n import _ as translate
from monitoring.ui.i18n import speaking
from monitoring.ui.navigation import PAGES
from tests.ui.conftest import OpenPage
from tests.ui.stubs import made_up_models


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
        "('2013-09-01 00:00:00+00:00', '2014-01-01 00:00:00+00:00', 'week')",
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
        "('2011-07-01 04:00:00+00:00', '2011-07-31 04:00:00+00:00', 'day')",
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


def test_days_are_chosen_from_the_first_to_the_last(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.date_input(key="choose_days").set_value((date(2013, 10, 1), date(2013, 10, 31))).run()

    assert (app.query_params["from"], app.query_params["to"]) == ("2013-10-01", "2013-11-01")


def test_a_window_that_is_not_the_usual_one_of_the_period_is_chosen_into_the_url(open_stub: OpenPage) -> None:
    app = open_stub("drift")
    app.segmented_control(key="choose_window").select("day").run()
    assert app.query_params["window"] == "day"

    app.segmented_control(key="choose_window").select("week").run()
    assert "window" not in app.query_params


def test_a_comparison_is_chosen_into_the_url(open_stub: OpenPage) -> None:
    app = open_stub("drift", against="2013-04-01..2013-05-01")
    assert "Against 2013-04-01 – 2013-05-01" in app.selectbox(key="choose_against").options

    app.selectbox(key="choose_against").select("previous").run()
    assert app.query_params["against"] == "previous"
    app.selectbox(key="choose_against").select("reference").run()
    assert "against" not in app.query_params


def test_a_segment_value_outside_the_list_is_kept(open_stub: OpenPage) -> None:
    app = open_stub("drift", segment="origin=XYZ")

    assert app.selectbox(key="choose_segment_value").value == "XYZ"


def test_a_version_without_inferences_has_no_period_to_choose(
    open_stub: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made_up_models()[0]
    silent = replace(model, versions=(replace(model.versions[0], first=None, last=None),))
    monkeypatch.setattr(source, "models", lambda: (silent,))
    app = open_stub("drift")

    assert texts(app)[1] == "('None', 'None', 'day')"
    assert not app.date_input


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


def test_what_a_reader_can_mend_is_said_in_the_page(open_stub: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "pages" / "models.py").write_text(
        "from monitoring.errors import NotFound\nraise NotFound('No model *x*.', 'Register it.')\n", "utf-8"
    )
    app = open_stub("models", language="fr")

    assert [str(error.value) for error in app.error] == [
        r"Impossible d'afficher cette vue. No model \*x\*\. Register it\."
    ]


def fail() -> None:
    import streamlit as st

    from monitoring.ui.process import on_script_error

    st.text(str(on_script_error(ValueError("secret"))))


def test_a_bug_is_logged_and_told_without_details(caplog: pytest.LogCaptureFixture) -> None:
    app = AppTest.from_function(fail, default_timeout=60).run()

    assert [str(text.value) for text in app.text] == ["True"]
    assert "secret" not in str(app.error[0].value)
    assert "secret" in caplog.text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_by_itself_shows_nothing(checkout: Path, page: str) -> None:
    alone = AppTest.from_file(checkout / "pages" / f"{page}.py", default_timeout=60).run()

    assert [str(error.value) for error in alone.error] == ["This page opens from the app only."]
    assert len(alone.main) == 1
