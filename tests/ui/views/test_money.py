"""KPIs in words: how often off target, by how much in all, and when most."""

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.kpis.report import KpiSeries, KpiWindow
from monitoring.thresholds import Status, target_status
from monitoring.ui.views.money import kpi_points, kpi_sentence, kpi_words
from tests.ui.watches import names

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def series(
    *values: float | None, target: float | None = 100.0, direction: str = "down", waiting: int = 0
) -> KpiSeries:
    windows = []
    for number, value in enumerate(values):
        start = MONDAY + timedelta(weeks=number)
        status = target_status(value, target, direction)
        if number >= len(values) - waiting:
            status = Status.NOT_ENOUGH_DATA
        windows.append(KpiWindow(start, start + timedelta(weeks=1), 50, 0.9, value, status))
    return KpiSeries("cost", "USD", direction, target, "week", "sum(1)", tuple(windows))


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            series(90, 150, 400, 800, waiting=1),
            "Cost of delays: above the target ($100 a week) in 2 of 3 weeks, by $350 in all; most in the week of "
            "Jan 15, 2024: $400.",
        ),
        (
            series(90, 50, direction="up"),
            "Cost of delays: below the target ($100 a week) in 2 of 2 weeks, by $60.00 in all; most in the week of "
            "Jan 8, 2024: $50.00.",
        ),
        (series(90, 80), "Cost of delays: on target ($100 a week) in 2 weeks, without exception."),
        (series(90), "Cost of delays: $90.00 in the week of Jan 1, 2024, on target ($100)."),
        (series(120), "Cost of delays: $120 in the week of Jan 1, 2024, off target ($100)."),
        (
            series(90, 120, target=None),
            "Cost of delays: $120 in the week of Jan 8, 2024. There is no target for these rows.",
        ),
        (series(90, waiting=1), "Cost of delays: no window is complete yet."),
        (series(None), "Cost of delays: no window is complete yet."),
    ],
)
def test_a_kpi_is_told_against_its_target(found: KpiSeries, sentence: str) -> None:
    assert kpi_sentence(found, names()) == sentence


def test_points_say_value_target_and_how_complete_they_are() -> None:
    (point,) = kpi_points(series(120), names())
    assert (point.label, point.value) == ("Jan 1", 120)
    assert point.hover.split("<br>") == [
        "<b>Week of Jan 1, 2024</b>",
        "Cost of delays: $120",
        "Target: $100",
        "▲ Warning",
        "50 inferences, ground truth for 90%",
    ]
    assert "Target" not in kpi_points(series(120, target=None), names())[0].hover


def test_marks_stand_for_verdicts_only() -> None:
    words = kpi_words(series(1))
    assert words.marks == {Status.WARNING: "▲", Status.CRITICAL: "◆"}
    assert words.statuses[Status.NOT_ENOUGH_DATA] == "Not complete yet"
