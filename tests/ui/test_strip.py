"""The strip sends the browser what it draws, as plain values."""

from monitoring.thresholds import Status
from monitoring.ui.strip import Bar, Row, bar_height, row_data


def bar(status: Status, weight: float = 0.0) -> Bar:
    return Bar(0.25, 0.1, status, weight, ("Week of Apr 22: Critical", "<b>"), ("2013-04-22", "2013-04-29"))


def test_a_bar_s_height_says_its_status_and_how_bad_it_was() -> None:
    heights = [bar_height(bar(status, weight)) for status in Status for weight in (0.0, 1.0)]
    assert heights == [16, 16, 32, 52, 60, 100, 16, 16, 16, 16]


def test_no_two_judged_statuses_share_a_height() -> None:
    ok, warning, critical = (
        {bar_height(bar(status, weight / 10)) for weight in range(11)}
        for status in (Status.OK, Status.WARNING, Status.CRITICAL)
    )
    assert max(ok) < min(warning)
    assert max(warning) < min(critical)


def test_a_row_links_to_its_page_and_every_bar_to_its_period() -> None:
    data = row_data(Row("KPIs", "performance", {"model": "a&b", "segment": ""}, (bar(Status.CRITICAL, 1.0),)))
    assert data["link"] == "performance?model=a%26b"
    (cell,) = data["cells"]
    assert cell["period"] == "&from=2013-04-22&to=2013-04-29"
    assert cell["text"] == ["Week of Apr 22: Critical", "<b>"]
    assert (cell["left"], cell["width"], cell["status"], cell["height"]) == (0.25, 0.1, "critical", 100)
