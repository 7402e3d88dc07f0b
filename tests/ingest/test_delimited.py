import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest import delimited
from monitoring.ingest.reading import RawTable, ReadOptions, read_table

# No text of a cell is a control character or half a surrogate pair; a file of them is refused as no text.
CELLS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from(',;\t|"\n'), max_size=8)


def read(content: str, options: ReadOptions | None = None) -> RawTable:
    return read_table(content.encode(), name="f.csv", options=options)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
def test_every_text_comes_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("first", "second"), *rows])
    raw = read(buffer.getvalue(), ReadOptions(delimiter=",", encoding="utf-8"))
    found = [
        (first or "", second or "") for first, second in zip(*raw.table.to_pydict().values(), strict=True)
    ]
    assert found == rows
    assert raw.refused == ()


@given(st.lists(st.from_regex(r"0?[0-9]{1,25}", fullmatch=True), min_size=1, max_size=20))
def test_ids_of_digits_keep_every_digit(ids: list[str]) -> None:
    raw = read("id,x\n" + "".join(f"{value},1\n" for value in ids))
    assert raw.table["id"].to_pylist() == ids


def test_empty_cells_are_null_and_line_ends_may_differ() -> None:
    raw = read('a,b\r\n1,\r\n"",2\r\n')
    assert raw.table.to_pydict() == {"a": ["1", None], "b": [None, "2"]}


def test_leading_and_inner_empty_lines_are_skipped() -> None:
    assert read("\n\na,b\n1,2\n\n3,4\n").table.num_rows == 2


def test_a_header_alone_has_no_rows_with_or_without_a_line_end() -> None:
    for content in ("a,b", "a,b\n"):
        raw = read(content)
        assert (raw.table.num_rows, raw.table.column_names) == (0, ["a", "b"])


def test_rows_with_another_number_of_cells_are_refused_by_their_number() -> None:
    raw = read('a,b,c\n1,2,3\n4,5\n"x\ny",6,7\n8,9,10,11\n12,13,14\n')
    assert raw.table["a"].to_pylist() == ["1", "x\ny", "12"]
    assert raw.rows.to_pylist() == [1, 3, 5]
    assert [(row.row, row.reason) for row in raw.refused] == [
        (2, "the row has 2 cells where the header has 3"),
        (4, "the row has 4 cells where the header has 3"),
    ]
    assert raw.refused[1].content == "8,9,10,11"
    assert raw.notes == ("f.csv: 2 rows with another number of cells than the header.",)


def test_a_file_without_one_even_row_is_refused() -> None:
    with pytest.raises(
        InvalidInput, match=r"No row of f\.csv has as many cells as its header, which has 2: row 1 has 3"
    ):
        read("a,b\n1,2,5\n3,4,5\n")


def test_repeated_names_are_refused_and_nameless_columns_left_out() -> None:
    with pytest.raises(InvalidInput, match="more than one column called 'a'"):
        read("a,b,a\n1,2,3\n")
    raw = read(",a, \n0,1,2\n")
    assert raw.table.column_names == ["a"]
    assert raw.notes == ("f.csv: 2 columns without a name left out.",)


def test_the_delimiter_is_kept_and_said_when_it_is_no_comma() -> None:
    raw = read("a;b\n1;2\n")
    assert raw.options.delimiter == ";"
    assert raw.notes == ("f.csv: cells are separated by semicolons.",)


def test_what_is_empty_once_it_is_decoded_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"f\.csv is empty"):
        read_table(b"\xef\xbb\xbf\n", name="f.csv")


def test_a_row_longer_than_the_largest_block_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_BLOCK", 100)
    monkeypatch.setattr(delimited, "_LARGEST_BLOCK", 100)
    with pytest.raises(InvalidInput, match=r"f\.csv cannot be read as CSV"):
        read("a,b\n" + "x" * 1000 + ",1\n")


def test_lines_are_counted_with_the_empty_ones_before_the_header() -> None:
    with pytest.raises(InvalidInput, match="Line 4 "):
        read('\n\na,b\n1,"2\n')


def test_rows_longer_than_a_block_are_read(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text("a,b\n" + "x" * 13_000_000 + ",1\ny,2\n")
    assert read_table(file).table["b"].to_pylist() == ["1", "2"]
