"""People's names for models, columns and windows."""

from datetime import UTC, datetime

import pytest

from monitoring.ui.i18n import speaking
from monitoring.ui.views.names import during, in_a_row, listed, plain_metric
from monitoring.windows import Grain
from tests.ui.watches import names


def test_a_subject_is_the_model_with_its_versions() -> None:
    assert names().subject(["1"]) == "Late arrivals, version 1"
    assert names().subject(["2", "1"]) == "Late arrivals, versions 2 and 1"


def test_a_kpi_without_label_is_its_name_in_words() -> None:
    assert names().kpi("cost") == "Cost of delays"
    assert names().kpi("lost_rides") == "lost rides"


def test_columns_are_called_by_label_or_by_what_they_are() -> None:
    called = names()
    assert [called.column(name) for name in ("dist", "carrier", "said", "p", "was", "y_true")] == [
        "Distance",
        "carrier",
        "the predictions",
        "the scores",
        "the outcomes",
        "the outcomes",
    ]
    with speaking("fr"):
        assert called.column("dist") == "Trajet"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c", "d"], "a, b, c, and d"),
        (["a", "b", "c", "d", "e"], "a, b, c, and 2 more"),
    ],
)
def test_long_lists_are_cut_where_that_saves_words(items: list[str], expected: str) -> None:
    assert listed(items) == expected


@pytest.mark.parametrize(
    ("grain", "expected", "french"),
    [
        ("week", "in the week of Apr 1, 2013", "la semaine du 1er avr. 2013"),
        ("month", "in April 2013", "en avril 2013"),
        ("day", "on Apr 1, 2013", "le 1er avr. 2013"),
        ("hour", "at Apr 1, 2013, 06:00", "le 1er avr. 2013, 06:00"),
    ],
)
def test_a_window_in_a_sentence(grain: Grain, expected: str, french: str) -> None:
    start = datetime(2013, 4, 1, 6 if grain == "hour" else 0, tzinfo=UTC)
    assert during(start, grain, "UTC") == expected
    with speaking("fr"):
        assert during(start, grain, "UTC") == french


def test_windows_in_a_row_are_counted() -> None:
    grains: tuple[Grain, ...] = ("hour", "day", "week", "month")
    assert [in_a_row(2, grain) for grain in grains] == [
        "2 hours in a row",
        "2 days in a row",
        "2 weeks in a row",
        "2 months in a row",
    ]


def test_metrics_have_plain_words_where_there_are_any() -> None:
    assert plain_metric("mean_absolute_error") == "Average error"
    assert plain_metric("recall") == "Recall"
