"""The overview on real data: furlough delays of April 2013 and bikes that outgrew their model."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.store.registry import Version
from monitoring.thresholds import Status
from monitoring.ui import answers, source
from tests.ui.conftest import OpenPage
from tests.ui.watches import N_WEEKS, domain, episode, model, names, watch, week


def said(app: AppTest) -> str:
    """All that the page says in its own markup, as text."""
    found = (re.sub(r"<style>.*?</style>", "", part.proto.body, flags=re.S) for part in app.get("html"))
    text = unescape(re.sub(r"<[^>]+>", " ", "\n".join(found)))
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def strips(app: AppTest) -> Iterator[str]:
    """What the history strips hold."""
    for strip in app.get("bidi_component"):
        yield strip.proto.json


@pytest.fixture
def overview(small_store: Path, open_page: OpenPage) -> AppTest:
    return open_page("overview")


def test_the_first_sentence_counts_models_and_not_versions(overview: AppTest) -> None:
    assert re.search(r"2 models are watched: .*(critical|look)", said(overview))


def test_money_comes_first_among_what_needs_attention(overview: AppTest) -> None:
    findings = re.findall(r"(Bike demand|Late arrivals), version[^\n]*", said(overview))
    assert findings
    text = said(overview)
    assert text.index("What needs attention") < text.index("Models") < text.index("What happened before")


def test_a_card_shows_kpis_against_their_targets(overview: AppTest) -> None:
    text = said(overview)
    assert "Lost rides (0.60 USD per bike too few)" in text
    assert "target: at most $1,300" in text
    assert "Owner: network-operations" in text


def test_both_versions_of_a_model_share_one_card(overview: AppTest) -> None:
    assert said(overview).count("Owner: network-operations") == 1
    first = next(strip for strip in strips(overview) if "late-flights" in strip)
    assert "Version 2013-03" in first
    assert "Version 2013-08" in first


def test_the_strip_tells_the_week_of_the_furloughs(overview: AppTest) -> None:
    first = next(strip for strip in strips(overview) if "late-flights" in strip)
    assert "Week of Apr 22, 2013: Critical" in first
    assert "Cost of missed delays (180 USD each): $289,080 (target $150,000)" in first


def test_what_happened_is_listed_with_how_bad_it_was(overview: AppTest) -> None:
    (table,) = overview.dataframe
    worst = table.value[table.value["What"] == "Cost of missed delays (180 USD each)"]
    assert "$289,080, target $150,000" in set(worst["At worst"])


def test_everything_else_that_happened_is_a_choice_away(small_store: Path, open_page: OpenPage) -> None:
    money = open_page("overview").dataframe[0].value
    everything = open_page("overview", before="all").dataframe[0].value
    assert len(everything) > len(money)
    assert any(what.startswith("Changed data: ") for what in everything["What"])


def test_few_models_need_no_search(overview: AppTest) -> None:
    assert not [field for field in overview.text_input if field.label == "Find a model"]


def test_the_overview_in_french(small_store: Path, open_page: OpenPage) -> None:
    text = said(open_page("overview", language="fr"))
    assert "2 modèles suivis : " in text
    assert "Coût des retards non annoncés (180 USD chacun)" in text
    assert "objectif : 1 300 $US au plus" in text
    assert "when it was validated" not in text


def test_an_empty_store_says_what_to_do(open_page: OpenPage) -> None:
    assert "python -m monitoring demo" in said(open_page("overview"))


@pytest.fixture
def twenty_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty models, of which the last one has drifted."""
    models = tuple(model("1", slug=f"m{i:02d}", title=f"Model {i:02d}") for i in range(20))
    version = Version(names(version="1").spec, "hash", week(0), {}, ("0", "1"), 500)
    fine = [watch(model=m.slug, domains=[domain("drift", Status.OK, "." * N_WEEKS)]) for m in models[:-1]]
    drifted = watch(
        model="m19",
        domains=[domain("drift", Status.WARNING, "." * (N_WEEKS - 1) + "w")],
        episodes=[
            episode("drift", "psi", N_WEEKS - 1, N_WEEKS - 1, 0.3, column="dist", status=Status.WARNING)
        ],
    )
    monkeypatch.setattr(source, "models", lambda: models)
    monkeypatch.setattr(answers, "watches", lambda _store: (*fine, drifted))
    monkeypatch.setattr(answers, "versions", lambda _store, _model: (version,))


def cards(app: AppTest) -> list[str]:
    return re.findall(r"<h3>(.*?)</h3>", "".join(part.proto.body for part in app.get("html")))


@pytest.mark.usefixtures("twenty_models")
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["Model 19", *(f"Model {i:02d}" for i in range(5))]),
        ({"page_": "2"}, [f"Model {i:02d}" for i in range(5, 11)]),
        ({"find": "model 07"}, ["Model 07"]),
        ({"find": "M07"}, ["Model 07"]),
        ({"which": "attention"}, ["Model 19"]),
        ({"find": "nobody"}, []),
        ({"find": "model 07", "page_": "3"}, ["Model 07"]),
    ],
)
def test_many_models_are_searched_and_paged_from_the_url(
    open_page: OpenPage, parameters: dict[str, str], expected: list[str]
) -> None:
    app = open_page("overview", **parameters)
    assert cards(app) == expected
    assert "20 models are watched: 1 needs a look and 19 do their job." in said(app)


@pytest.mark.usefixtures("twenty_models")
def test_only_what_needs_attention_is_a_finding(open_page: OpenPage) -> None:
    assert said(open_page("overview")).count("The data has changed: Distance is no longer as it was") == 2
