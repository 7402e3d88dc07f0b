from datetime import UTC, datetime

from monitoring.quality.evidence import Extremes, UnseenValues, WorstWindow, sentence, unseen_values


def test_a_range_is_said_with_that_of_the_reference() -> None:
    assert sentence(Extremes(-200.0, 12.25, 0.5, 10.0)) == "-200 to 12.25; reference 0.5 to 10"


def test_dates_are_said_as_dates_until_the_calendar_ends() -> None:
    found = Extremes(0.0, 1e18, 0.0, 86400.0)
    assert sentence(found, "datetime") == (
        "1970-01-01T00:00:00+00:00 to 1e+18; reference 1970-01-01T00:00:00+00:00 to 1970-01-02T00:00:00+00:00"
    )


def test_unseen_values_are_named_by_how_often_they_came() -> None:
    found = unseen_values({"b": 2, "a": 2, "much": 7, "c": 1, "d": 1, "e": 1, "long": 3} | {"x" * 200: 9})

    assert found == UnseenValues(("x" * 80, "much", "long", "a", "b"))
    assert sentence(UnseenValues(("it's", "b"))) == "\"it's\", 'b'"


def test_a_period_names_its_worst_window() -> None:
    start = datetime(2024, 3, 4, tzinfo=UTC)
    assert sentence(WorstWindow(start, start)) == "2024-03-04T00:00:00+00:00"


def test_no_evidence_is_no_sentence() -> None:
    assert sentence(None) == ""
