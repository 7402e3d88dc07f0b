"""Downloads are data for whatever opens them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ui.spreadsheet import FORMULA_STARTS, csv_bytes, safe_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1+1", '=HYPERLINK("http://x")']
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["JFK", "1=1", "'=1", "", -5, 2.5, 0, True])
def test_other_values_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


def test_nothing_is_an_empty_cell() -> None:
    assert safe_cell(None) == ""


def test_the_file_says_its_encoding_and_quotes_what_needs_it() -> None:
    content = csv_bytes(["id", "=value"], [["é", 'a "b", c'], [None, -1.5]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'id,\'=value\r\né,"a ""b"", c"\r\n,-1.5\r\n'


@given(
    st.lists(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=2, max_size=2))
)
def test_no_cell_that_is_read_back_starts_a_formula(rows: list[list[str]]) -> None:
    text = csv_bytes(["a", "b"], rows).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
