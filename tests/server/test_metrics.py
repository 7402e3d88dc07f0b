from monitoring.server.metrics import REQUESTS, ROWS, WAITING, Counters, exposition


def test_numbers_stand_under_their_family_in_the_order_of_labels() -> None:
    counters = Counters()
    counters.add(ROWS, 2, kind="truth", outcome="accepted")
    counters.add(ROWS, 3, kind="inference", outcome="accepted")
    counters.add(ROWS, kind="truth", outcome="accepted")
    lines = exposition(counters, {WAITING: 4}).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        'vigie_rows_total{kind="inference",outcome="accepted"} 3',
        'vigie_rows_total{kind="truth",outcome="accepted"} 3',
        "vigie_queue_requests 4",
    ]
    assert "# TYPE vigie_rows_total counter" in lines
    assert "# TYPE vigie_queue_requests gauge" in lines


def test_labels_cannot_break_the_format() -> None:
    counters = Counters()
    counters.add(REQUESTS, route='a"b\\c\nd')
    assert 'vigie_requests_total{route="a\\"b\\\\c\\nd"} 1\n' in exposition(counters, {})
