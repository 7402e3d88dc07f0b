"""What came in each window, in words and figures."""

from datetime import UTC, datetime, timedelta

from monitoring.quality.report import CheckHistory, CheckResult
from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.views.arrivals import Arrival, arrivals, maturity_figure, summary, unusual, volume_figure
from monitoring.windows import Window

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
PERIOD = Window(MONDAY, MONDAY + timedelta(days=4))


def volume(*results: tuple[int, float | None, Status]) -> CheckHistory:
    days = [MONDAY + timedelta(days=i) for i in range(len(results))]
    return CheckHistory(
        tuple(Window(day, day + timedelta(days=1)) for day in days),
        tuple(CheckResult("volume", None, status, float(n), usual, n, "") for n, usual, status in results),
    )


HISTORY = volume(
    (100, None, Status.NOT_ENOUGH_DATA),
    (300, 100.0, Status.WARNING),
    (110, 105.0, Status.OK),
    (20, 105.0, Status.NOT_ENOUGH_DATA),
)


def with_truth(found: list[Arrival], *known: int) -> list[Arrival]:
    return [
        Arrival(a.start, a.end, a.label, a.mark, a.n, a.usual, a.status, n)
        for a, n in zip(found, known, strict=True)
    ]


FOUND = arrivals(HISTORY, None, "day", "UTC")


def test_windows_have_what_came_and_what_is_usual() -> None:
    assert [(a.label, a.n, a.usual, a.n_truth) for a in FOUND[:2]] == [
        ("Jan 1, 2024", 100, None, None),
        ("Jan 2, 2024", 300, 100.0, None),
    ]


def test_a_week_is_named_whole_and_marked_by_its_monday() -> None:
    (first,) = arrivals(volume((1, None, Status.OK)), None, "week", "UTC")
    assert (first.label, first.mark) == ("Week of Jan 1, 2024", "Jan 1, 2024")


def test_the_summary_counts_rows_and_truth() -> None:
    said = summary(FOUND, PERIOD, "UTC").replace("\u2009", " ")
    assert said == "530 inferences of Jan 1 – 4, 2024."
    known = summary(with_truth(FOUND, 100, 300, 65, 0), PERIOD, "UTC").replace("\u2009", " ")
    assert known == "530 inferences of Jan 1 – 4, 2024; the ground truth of 87.7% of them has come."
    assert summary([], PERIOD, "UTC").startswith("0 inferences")


def test_unusual_windows_are_counted_and_the_last_one_named() -> None:
    assert unusual(FOUND, "day") == "In 1 window (day) the volume was unusual, last: Jan 2, 2024."
    assert unusual(FOUND[2:], "day") == "The volume was as usual throughout."


def test_without_history_nobody_says_that_a_volume_is_usual() -> None:
    assert unusual(FOUND[:1], "day") == "There is too little history yet to say what volume is usual."
    with speaking("fr"):
        assert "trop court" in unusual([], "jour")


def test_the_volume_figure_marks_what_is_unusual_by_colour_and_glyph() -> None:
    bars, usual = volume_figure(FOUND).data
    assert list(bars.y) == [100, 300, 110, 20]
    assert list(bars.text) == ["", "▲", "", ""]
    assert len(set(bars.marker.color)) == 3
    assert list(usual.y) == [None, 100.0, 105.0, 105.0]
    assert bars.hovertext[1] == "<b>Jan 2, 2024</b><br>300 inferences<br>100 are usual<br>▲ Warning"
    assert bars.hovertext[0] == "<b>Jan 1, 2024</b><br>100 inferences"


def test_nothing_usual_is_drawn_where_nothing_is_known() -> None:
    assert len(volume_figure(FOUND[:1]).data) == 1


def test_the_maturity_figure_shows_shares_and_the_share_that_is_enough() -> None:
    figure = maturity_figure(with_truth(FOUND, 100, 300, 55, 0))
    (bars,) = figure.data
    assert list(bars.y) == [1.0, 1.0, 0.5, 0.0]
    assert figure.layout.shapes[0].y0 == 0.8
    assert len(set(bars.marker.color)) == 2
    assert bars.hovertext[2] == "<b>Jan 3, 2024</b><br>55 of 110 known (50.0%)"


def test_a_window_without_rows_has_no_truth() -> None:
    (nothing,) = arrivals(volume((0, 100.0, Status.CRITICAL)), None, "day", "UTC")
    assert list(maturity_figure([nothing]).data[0].y) == [0.0]
