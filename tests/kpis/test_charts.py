from datetime import UTC, datetime, timedelta

from monitoring import palette
from monitoring.kpis.charts import KpiPoint, KpiWords, kpi_over_time_figure
from monitoring.thresholds import Status

WORDS = KpiWords("EUR", "Target", {status: status.value for status in Status}, {Status.CRITICAL: "◆"})


def point(day: int, value: float | None, status: Status) -> KpiPoint:
    start = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=day)
    return KpiPoint(start, start + timedelta(days=1), value, status, f"day {day}", f"<b>{day}</b>")


def test_bars_tell_their_verdict_by_colour_and_mark_and_the_target_is_a_line() -> None:
    points = [
        point(0, 10.0, Status.OK),
        point(1, 90.0, Status.CRITICAL),
        point(2, 5.0, Status.NOT_ENOUGH_DATA),
    ]
    fine, critical, waiting, target = kpi_over_time_figure(points, WORDS, target=40.0).data

    assert [trace.name for trace in (fine, critical, waiting, target)] == [
        "ok",
        "critical",
        "not_enough_data",
        "Target",
    ]
    assert (critical.y, critical.text, critical.marker.color) == (
        (90.0,),
        ("◆",),
        palette.STATUS[Status.CRITICAL],
    )
    assert waiting.marker.color == palette.TRANSPARENT
    assert (target.x, target.y) == (("2024-05-01T00:00:00", "2024-05-04T00:00:00"), (40.0, 40.0))
    assert critical.customdata == ("2024-05-02T00:00:00+00:00",)


def test_a_bar_is_as_wide_as_its_window() -> None:
    (bars,) = kpi_over_time_figure([point(0, 1.0, Status.OK)], WORDS).data
    day = 24 * 60 * 60 * 1000
    assert 0.9 * day < bars.width[0] < day
    assert bars.offset[0] + bars.width[0] < day


def test_windows_without_a_value_leave_a_gap() -> None:
    figure = kpi_over_time_figure([point(0, None, Status.UNDEFINED), point(1, 3.0, Status.OK)], WORDS)
    assert [trace.y for trace in figure.data] == [(3.0,)]
    assert figure.layout.xaxis.range == ("2024-05-01T00:00:00", "2024-05-03T00:00:00")


def test_losses_below_zero_are_seen() -> None:
    figure = kpi_over_time_figure([point(0, -5.0, Status.OK), point(1, 5.0, Status.OK)], WORDS)
    low, high = figure.layout.yaxis.range
    assert low < -5 < 5 < high


def test_many_bars_carry_no_marks() -> None:
    points = [point(day, 90.0, Status.CRITICAL) for day in range(61)]
    figure = kpi_over_time_figure(points, WORDS)
    assert set(figure.data[0].text) == {""}
    assert len(figure.layout.xaxis.ticktext) <= 8


def test_nothing_to_show_is_drawn() -> None:
    assert kpi_over_time_figure([], WORDS, target=4.0).data == ()


def test_users_text_is_text() -> None:
    words = KpiWords("<b>EUR</b>", "Target", WORDS.statuses, {})
    assert (
        kpi_over_time_figure([point(0, 1.0, Status.OK)], words).layout.yaxis.title.text
        == "&lt;b&gt;EUR&lt;/b&gt;"
    )
