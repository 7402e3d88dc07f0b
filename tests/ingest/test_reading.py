import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.reading import ReadOptions, read_table

CSV = b"id,x\na,1\n"
LINES = b'{"id": "a", "x": 1}\n'
ARRAY = b'[{"id": "a", "x": 1}]'


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("rows.csv", CSV, "csv"),
        ("rows.2013-03.CSV", CSV, "csv"),
        ("rows.tsv", b"id\tx\na\t1\n", "csv"),
        ("", CSV, "csv"),
        ("rows.jsonl", LINES, "json"),
        ("rows.json", LINES, "json"),
        ("rows.json", b"\n " + ARRAY, "json"),
        ("rows.json", b"\xef\xbb\xbf" + ARRAY, "json"),
        ("rows.csv.gz", gzip.compress(CSV), "csv"),
        ("rows.jsonl.gz", gzip.compress(LINES), "json"),
    ],
)
def test_content_says_the_format(name: str, content: bytes, found: str) -> None:
    raw = read_table(content, name=name)
    assert raw.format == found
    assert raw.table.column_names == ["id", "x"]
    assert raw.rows.to_pylist() == [1]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("rows.json", CSV, r"rows\.json is called JSON, and its content looks like CSV"),
        ("rows.csv", ARRAY, r"rows\.csv is called CSV, and its content looks like JSON"),
        ("rows.csv", gzip.compress(CSV), r"is packed with gzip, and its name does not end in \.gz"),
        ("rows.csv.gz", CSV, "is not packed with gzip"),
        ("rows.xlsx", b"PK\x03\x04....", "ZIP archive or an Excel workbook"),
        ("rows.feather", CSV, r"has the suffix '\.feather'"),
        ("rows.csv", bytes(range(256)), "is no text"),
        ("rows.csv.gz", gzip.compress(gzip.compress(CSV)), "packed with gzip twice"),
        ("rows.csv", b"", "is empty"),
        ("rows.json", b" \n ", "is empty"),
    ],
)
def test_what_is_not_what_it_is_called_is_refused(name: str, content: bytes, error: str) -> None:
    with pytest.raises(InvalidInput, match=error):
        read_table(content, name=name)


def test_a_file_is_called_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(CSV)
    assert read_table(file).name == "rows.csv"


def test_a_path_that_is_no_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no file"):
        read_table(tmp_path / "nothing.csv")
    with pytest.raises(InvalidInput, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(InvalidInput, match="cannot be read: File name too long"):
        read_table(tmp_path / ("x" * 300))


@given(st.sampled_from([b"", CSV, LINES, ARRAY, b"PAR1", b"\x1f\x8b"]), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(start: bytes, rest: bytes) -> None:
    try:
        raw = read_table(start + rest)
    except InvalidInput as refused:
        assert str(refused)
    else:
        assert len(raw.rows) == raw.table.num_rows


@pytest.mark.parametrize("content", [CSV, ARRAY])
def test_limits_hold(content: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"too large: .* at most 5 are read"):
        read_table(content, options=ReadOptions(max_bytes=5))
    with pytest.raises(InvalidInput, match=r"has 1 rows; at most 0"):
        read_table(content, options=ReadOptions(max_rows=0))
    with pytest.raises(InvalidInput, match=r"has 2 columns; at most 1"):
        read_table(content, options=ReadOptions(max_columns=1))
