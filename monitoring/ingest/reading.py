"""Reading a file as it is: its format is what its content says, and its name must agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from monitoring.errors import InvalidInput
from monitoring.ingest.decoding import GZIP, expand
from monitoring.ingest.delimited import read_csv
from monitoring.ingest.json_rows import read_json
from monitoring.ingest.parquet import read_parquet
from monitoring.ingest.tables import Format, RawTable, ReadOptions, check_bytes

__all__ = ["RawTable", "ReadOptions", "read_table"]

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_LABELS: dict[Format, str] = {"csv": "CSV", "json": "JSON", "parquet": "Parquet"}
_PARQUET = b"PAR1"
_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"BZh", "compressed with bzip2"),
    (b"\xfd7zXZ", "compressed with xz"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"%PDF", "a PDF document"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x03", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
    (b"\x80\x05", "a Python pickle"),
)
_FOREIGN_INSIDE = (*_FOREIGN, (_PARQUET, "Parquet packed with gzip"), (GZIP, "packed with gzip twice"))
_CONTROLS = bytes({*range(1, 32)} - set(b"\t\n\r\f"))
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_HINT = "CSV, JSON, JSON Lines and Parquet are read, CSV and JSON also packed with gzip."
_HEAD = 4096


def read_table(source: Path | bytes, *, name: str = "", options: ReadOptions | None = None) -> RawTable:
    """Read a file, or the bytes of one.

    name: what the file is called in messages; its suffix, if it has one, must agree with the content. Raises
    InvalidInput when the file is empty, damaged, too large, or nothing that can be read.
    """
    options = options or ReadOptions()
    name = name or (source.name if isinstance(source, Path) else "the data")
    size, head = _size_and_head(name, source)
    check_bytes(name, size, options)
    if head.startswith(_PARQUET):
        _check_suffix(name, "parquet", packed=False)
        return read_parquet(name, source, options)
    _refuse(name, head, _FOREIGN)
    data = expand(name, source if isinstance(source, bytes) else source.read_bytes(), options)
    packed = head.startswith(GZIP)
    head = data[:_HEAD]
    if packed:
        _refuse(name, head, _FOREIGN_INSIDE)
    if not data or data.isspace():
        raise InvalidInput(f"{name} is empty.", _HINT)
    if _is_binary(head):
        raise InvalidInput(f"{name} is no text, and no file that is known.", _HINT)
    found: Format = "json" if _is_json(head) else "csv"
    _check_suffix(name, found, packed=packed)
    return read_json(name, data, options) if found == "json" else read_csv(name, data, options)


def _refuse(name: str, head: bytes, foreign: Sequence[tuple[bytes, str]]) -> None:
    for magic, what in foreign:
        if head.startswith(magic):
            raise InvalidInput(f"{name} is {what}, which is not read.", _HINT)


def _size_and_head(name: str, source: Path | bytes) -> tuple[int, bytes]:
    if isinstance(source, bytes):
        return len(source), source[:_HEAD]
    try:
        with source.open("rb") as file:
            return source.stat().st_size, file.read(_HEAD)
    except FileNotFoundError as error:
        raise InvalidInput(f"There is no file {str(source)!r}.") from error
    except IsADirectoryError as error:
        raise InvalidInput(f"{name} is a folder.", "Name its files.") from error
    except OSError as error:
        raise InvalidInput(f"{str(source)!r} cannot be read: {error.strerror}.") from error


def _check_suffix(name: str, found: Format, *, packed: bool) -> None:
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    is_called_packed = suffixes[-1:] == [".gz"]
    if is_called_packed:
        suffixes.pop()
    expected = SUFFIXES.get(suffixes[-1]) if suffixes else found
    if expected is None:
        raise InvalidInput(f"{name} has the suffix {suffixes[-1]!r}, which is not read.", _HINT)
    if expected != found:
        raise InvalidInput(
            f"{name} is called {_LABELS[expected]}, and its content looks like {_LABELS[found]}.",
            "Give it its right name, or write it again.",
        )
    if suffixes and packed != is_called_packed:
        state = (
            "is packed with gzip, and its name does not end in .gz" if packed else "is not packed with gzip"
        )
        raise InvalidInput(f"{name} {state}.", "Give it its right name.")


def _is_binary(head: bytes) -> bool:
    """Whether one byte in fifty is a control character, as in no text."""
    return not head.startswith(_BOMS) and 50 * (len(head) - len(head.translate(None, _CONTROLS))) > len(head)


def _is_json(head: bytes) -> bool:
    """Whether it begins like an array of objects, or like an object."""
    start = head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    if start[:1] == b"[":
        return start[1:].lstrip()[:1] in (b"{", b"]", b"")
    return start[:1] == b"{" and start[1:].lstrip()[:1] in (b'"', b"}", b"")
