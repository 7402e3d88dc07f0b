from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from monitoring.errors import InvalidInput
from monitoring.ingest.parquet import table_from_arrow
from monitoring.ingest.reading import ReadOptions, read_table


def written(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def test_types_stay_and_dictionaries_are_decoded(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array(["a", "b"], pa.large_string()),
            "n": pa.array([1, None], pa.int32()),
            "c": pa.array(["x", "x"]).dictionary_encode(),
        }
    )
    file = tmp_path / "rows.parquet"
    pq.write_table(table, file)
    for raw in (read_table(file), read_table(written(table))):
        assert [str(kind) for kind in raw.table.schema.types] == ["string", "int32", "string"]
        assert raw.table.to_pydict() == table.to_pydict()
        assert raw.options.delimiter is None


def test_a_short_dictionary_that_fills_the_memory_is_refused_before_it_does() -> None:
    indices = pa.array([0] * 50_000, pa.int32())
    bomb = pa.table({"id": pa.DictionaryArray.from_arrays(indices, pa.array(["x" * 100_000]))})
    content = written(bomb)
    assert len(content) < 200_000
    with pytest.raises(InvalidInput, match="too large: 5,000,200,000 bytes"):
        read_table(content)


def test_numbers_that_fill_the_memory_are_refused_by_the_footer() -> None:
    content = written(pa.table({"x": pa.array([0.5] * 1_000_000)}))
    assert len(content) < 20_000
    with pytest.raises(InvalidInput, match="too large: 8,000,000 bytes"):
        read_table(content, options=ReadOptions(max_bytes=1_000_000))


def test_damage_inside_is_said() -> None:
    content = bytearray(written(pa.table({"x": list(range(1000))})))
    content[10:200] = b"\xff" * 190
    with pytest.raises(InvalidInput, match="the data is damaged"):
        read_table(bytes(content))


def test_an_index_outside_its_dictionary_is_damage() -> None:
    column = pa.DictionaryArray.from_arrays(pa.array([0, 5], pa.int32()), pa.array(["a"]), safe=False)
    with pytest.raises(InvalidInput, match="a request is damaged"):
        table_from_arrow("a request", pa.table({"a": column}), ReadOptions())


def test_repeated_and_missing_names_are_refused() -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(InvalidInput, match="more than one column called 'a'"):
        read_table(written(twice))
    with pytest.raises(InvalidInput, match="more than one column called 'a'"):
        table_from_arrow("a request", twice, ReadOptions())


def test_lists_and_structures_are_left_out_unread() -> None:
    raw = read_table(
        written(pa.table({"id": ["a"], "a.b": [1], "s": [{"x": 1}], "l": [[1, 2]]})), name="f.parquet"
    )
    assert raw.table.to_pydict() == {"id": ["a"], "a.b": [1]}
    assert raw.notes == ("f.parquet: columns of lists or structures left out: 's', 'l'.",)


def test_a_column_that_is_damaged_in_the_footer_does_not_end_the_process(checkout: Path) -> None:
    content = (checkout / "tests/ingest/data/damaged_footer.parquet").read_bytes()
    with pytest.raises(InvalidInput, match="is damaged: Definition level histogram size mismatch"):
        read_table(content)


def test_bytes_that_are_no_text_are_refused() -> None:
    offsets, content = pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")
    column = pa.StringArray.from_buffers(1, offsets, content)
    with pytest.raises(InvalidInput, match="column 'a' of the data is no valid UTF-8"):
        read_table(written(pa.table({"a": column})))


def test_nul_characters_are_removed_and_counted() -> None:
    raw = read_table(written(pa.table({"a": ["x\0y", None]})), name="f.parquet")
    assert raw.table["a"].to_pylist() == ["xy", None]
    assert raw.notes == ("f.parquet: 1 NUL character removed.",)
