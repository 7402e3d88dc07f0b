"""The model card in its frame, on a small store of real data, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.spec import parse_spec
from tests.ui.conftest import OpenPage


def html(app: AppTest) -> str:
    return "\n".join(str(part.value) for part in app.html)


PARTS = {
    "en": ("What it is for", "How good it was there", "Known limits", "What it reads", "Identity", "SHA-256"),
    "fr": ("À quoi il sert", "Ce qu’il y valait", "Limites connues", "Ce qu’il lit", "Identité", "SHA-256"),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_card_tells_all_parts(small_store: Path, open_page: OpenPage, language: str) -> None:
    app = open_page("model_card", language=language, model="late-flights", version="2013-03")
    shown = html(app)
    for part in PARTS[language]:
        assert part in shown
    assert "2013-03" in shown and "HistGradientBoostingClassifier" in shown
    assert "y_pred = 0" in shown  # the formula of a KPI


def test_the_reading_names_what_decides(small_store: Path, open_page: OpenPage) -> None:
    shown = html(open_page("model_card", model="bike-demand"))
    assert "Bike demand predicts a number for every inference: users." in shown
    assert "It reads 8 features and decides above all by" in shown
    assert "Mean absolute error" in shown


def test_failures_in_service_are_told(small_store: Path, open_page: OpenPage) -> None:
    shown = html(open_page("model_card", model="bike-demand"))
    assert "Average error: " in shown and "when the version was validated." in shown


def test_the_specification_can_be_downloaded(small_store: Path, open_page: OpenPage) -> None:
    from monitoring.governance.card import spec_yaml
    from monitoring.process import held_store
    from monitoring.store import registry

    app = open_page("model_card", model="late-flights", version="2013-08")
    assert len(app.get("download_button")) == 1
    spec = registry.version(held_store(), "late-flights", "2013-08").spec
    assert parse_spec(spec_yaml(spec)) == spec


def test_the_version_of_the_url_is_shown(small_store: Path, open_page: OpenPage) -> None:
    assert "Late arrivals, version 2013-08" in html(open_page("model_card", model="late-flights"))
    assert "Late arrivals, version 2013-03" in html(
        open_page("model_card", model="late-flights", version="2013-03")
    )
