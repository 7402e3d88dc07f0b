"""What the data-quality page says of the small store, in both languages."""

from pathlib import Path

import pytest

from tests.ui.conftest import OpenPage

MODEL = {"model": "late-flights", "version": "2013-03"}


def shown(app: object) -> str:
    """Everything that stands on the page as HTML or Markdown."""
    parts = [*app.get("html"), *app.markdown]  # type: ignore[attr-defined]
    return " ".join(str(getattr(part, "value", None) or getattr(part.proto, "body", "")) for part in parts)


@pytest.mark.parametrize(
    ("language", "says"), [("en", "Checks that need attention"), ("fr", "Contrôles demandant de l’attention")]
)
def test_the_page_counts_the_checks_that_need_attention(
    small_store: Path, open_page: OpenPage, language: str, says: str
) -> None:
    app = open_page("data_quality", language=language, **MODEL)
    assert not app.exception
    assert says in shown(app)
    assert app.get("plotly_chart")


def test_one_check_of_one_column_stands_alone(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("data_quality", check="unseen_category", column="dest", **MODEL)
    assert not app.exception
    assert "Counts rows with a category that the reference does not have." in shown(app)


def test_a_check_that_does_not_exist_is_named(small_store: Path, open_page: OpenPage) -> None:
    app = open_page("data_quality", check="range", column="carrier", **MODEL)
    assert not app.exception
    assert any("There is no such check" in warning.value for warning in app.warning)


def test_without_inferences_the_page_says_what_to_do(open_page: OpenPage) -> None:
    app = open_page("data_quality")
    assert not app.exception
    assert "python -m monitoring" in shown(app)
