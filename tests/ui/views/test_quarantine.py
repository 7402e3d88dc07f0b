"""Refused rows, by reason, one by one and as a file."""

from datetime import UTC, datetime

from monitoring.ingest import cells, numbers, timestamps, typed
from monitoring.store.intake import QuarantineCount, QuarantinedRow
from monitoring.ui.i18n import speaking
from monitoring.ui.views.quarantine import (
    REASONS,
    choices,
    chosen,
    counts_table,
    download,
    elsewhere,
    reason_word,
    rows_table,
    summary,
)

COUNTS = [QuarantineCount("is not a number", "hour", 3), QuarantineCount("is missing", None, 1)]
ROW = QuarantinedRow(
    "late", "1", "inference", "a.csv", 7, "=1+1", "is not a number", "hour", "eight", '{"hour": "eight"}',
    datetime(2024, 6, 1, tzinfo=UTC),
)  # fmt: skip


def test_every_reason_that_ingest_gives_has_a_translation() -> None:
    given = {
        typed.MISSING,
        numbers.NO_NUMBER,
        numbers.NOT_FINITE,
        numbers.NO_PROBABILITY,
        cells.NO_BOOLEAN,
        cells.LOST_DIGITS,
        timestamps.NO_TIME,
        timestamps.TOO_OLD,
        timestamps.TOO_NEW,
    }
    assert given <= set(REASONS)
    with speaking("fr"):
        assert all(reason_word(reason) != reason for reason in given)


def test_a_reason_that_names_what_is_allowed_is_shown_as_it_was_said() -> None:
    with speaking("fr"):
        assert reason_word("is no class; it has to be 'a' or 'b'") == "is no class; it has to be 'a' or 'b'"


def test_the_summary_says_how_many_and_mostly_why() -> None:
    assert summary(COUNTS) == "4 rows were set aside; the most frequent reason: hour is not a number."
    assert summary(COUNTS[1:]) == "1 row was set aside; the most frequent reason: is missing."


def test_rows_are_chosen_by_reason_and_column() -> None:
    offered = choices(COUNTS)
    assert list(offered.values()) == ["All reasons", "hour is not a number", "is missing"]
    assert [chosen(choice) for choice in offered] == [
        (None, None),
        ("is not a number", "hour"),
        ("is missing", None),
    ]


def test_tables_have_the_reader_s_headings() -> None:
    assert counts_table(COUNTS) == {
        "Column": ["hour", "–"],
        "Reason": ["is not a number", "is missing"],
        "Rows": [3, 1],
    }
    assert rows_table([ROW])["Kind"] == ["Inference"]
    with speaking("fr"):
        assert counts_table(COUNTS)["Motif"] == ["n’est pas un nombre", "est manquant"]


def test_a_download_is_safe_and_the_same_in_every_language() -> None:
    expected = (
        "received_at,kind,version,source,row,id,column,reason,value,content\r\n"
        '2024-06-01T00:00:00+00:00,inference,1,a.csv,7,\'=1+1,hour,is not a number,eight,"{""hour"": ""eight""}"\r\n'
    )
    with speaking("fr"):
        assert download([ROW]).decode("utf-8-sig") == expected


def test_other_versions_are_pointed_to() -> None:
    assert elsewhere("2", 4) == "4 rows of version 2"
