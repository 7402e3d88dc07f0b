import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.arrow_stream import read_arrow
from monitoring.ingest.tables import ReadOptions

TABLE = pa.table({"id": ["a", "b"], "kind": pa.array(["x", "y"]).dictionary_encode(), "p": [0.5, None]})
OPTIONS = ReadOptions()


def stream(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue()


def test_a_stream_is_read_as_it_was_written() -> None:
    raw = read_arrow("x", stream(TABLE), OPTIONS)
    assert raw.format == "arrow"
    assert raw.table.to_pydict() == {"id": ["a", "b"], "kind": ["x", "y"], "p": [0.5, None]}
    assert raw.rows.to_pylist() == [1, 2]


def test_a_stream_without_rows_has_none() -> None:
    assert read_arrow("x", stream(TABLE.slice(0, 0)), OPTIONS).table.num_rows == 0


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
@pytest.mark.parametrize("table", [TABLE, TABLE.select(["kind"]), TABLE.select(["p"])])
def test_a_compressed_stream_is_refused_before_it_is_unpacked(codec: str, table: pa.Table) -> None:
    with pytest.raises(InvalidInput, match="compressed"):
        read_arrow("x", stream(table, compression=codec), OPTIONS)


def test_more_rows_than_allowed_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at most 1 are read"):
        read_arrow("x", stream(TABLE), ReadOptions(max_rows=1))


def test_texts_that_are_no_utf8_are_refused() -> None:
    table = pa.table({"id": pa.array([b"\xff\xfe"], pa.binary()).view(pa.string())})
    with pytest.raises(InvalidInput, match="damaged"):
        read_arrow("x", stream(table), OPTIONS)


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damaged_bytes_are_read_or_refused(place: int, wrong: bytes) -> None:
    data = bytearray(stream(TABLE))
    place %= len(data)
    data[place : place + len(wrong)] = wrong
    try:
        read_arrow("x", bytes(data), OPTIONS)
    except InvalidInput as error:
        assert "x" in error.message


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_arrow("x", data, OPTIONS)
