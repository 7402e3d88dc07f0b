import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInput
from monitoring.ingest.decoding import expand, to_utf8
from monitoring.ingest.tables import ReadOptions

OPTIONS = ReadOptions()


def text(data: bytes, options: ReadOptions = OPTIONS) -> str:
    return to_utf8("f.csv", data, options)[0].decode()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_western_text_is_read_in_every_encoding_it_comes_in(encoding: str) -> None:
    written = "id,ville\n1,Besançon\n2,Orléans\n"
    assert text(written.encode(encoding)) == written


def test_utf16_without_a_mark_needs_an_even_number_of_bytes() -> None:
    assert text(b"a\0") == "a"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("id\nдлинный\n".encode("cp1251"), 2),
        ("id\nθάλασσα\n".encode("iso-8859-7"), 2),
        ("id,v\n1,Rhône\n".encode("cp850"), 2),
        ("id,v\n1,café\n".encode("mac-roman"), 2),
        ("id\nヨーロッパ\n".encode("shift-jis"), 2),
    ],
)
def test_an_encoding_that_cannot_be_told_is_asked_for(data: bytes, line: int) -> None:
    with pytest.raises(InvalidInput, match=rf"encoding of f\.csv cannot be told: line {line} "):
        text(data)


def test_a_declared_encoding_is_obeyed() -> None:
    written = "id\nдлинный\n"
    assert text(written.encode("cp1251"), ReadOptions(encoding="cp1251")) == written
    with pytest.raises(InvalidInput, match="no encoding 'cp99999'"):
        text(b"id", ReadOptions(encoding="cp99999"))
    with pytest.raises(InvalidInput, match=r"Line 2 of f\.csv is not ascii: the byte 0xe9"):
        text(b"id\ncaf\xe9", ReadOptions(encoding="ascii"))


def test_broken_utf8_is_not_taken_for_another_encoding() -> None:
    damaged = "id\nété à Nîmes\n".encode() + b"na\xc3ve\n"
    with pytest.raises(InvalidInput, match=r"Line 3 of f\.csv is not utf-8: the byte 0xc3"):
        text(damaged)


def test_half_a_character_is_said() -> None:
    with pytest.raises(InvalidInput, match="lone surrogate"):
        text(rb"\ud800", ReadOptions(encoding="raw_unicode_escape"))


def test_nul_characters_are_counted() -> None:
    assert to_utf8("f.csv", b"a,b\n1,\x002\x00\n", OPTIONS) == (
        b"a,b\n1,2\n",
        ("f.csv: 2 NUL characters removed.",),
    )


@given(st.binary(max_size=5000), st.binary(max_size=500))
def test_what_gzip_packs_is_unpacked_also_in_several_parts(first: bytes, second: bytes) -> None:
    packed = gzip.compress(first) + gzip.compress(second)
    assert expand("f.gz", packed, OPTIONS) == first + second


@pytest.mark.parametrize("cut", [5, 15, -1])
def test_a_truncated_gzip_file_is_damaged(cut: int) -> None:
    with pytest.raises(InvalidInput, match=r"f\.gz is damaged"):
        expand("f.gz", gzip.compress(b"some content that is long enough")[:cut], OPTIONS)


def test_garbage_after_the_magic_bytes_is_damaged() -> None:
    with pytest.raises(InvalidInput, match="cannot be unpacked"):
        expand("f.gz", b"\x1f\x8b" + zlib.compress(b"x"), OPTIONS)


def test_unpacking_stops_at_the_limit() -> None:
    with pytest.raises(InvalidInput, match="too large"):
        expand("f.gz", gzip.compress(b"ab" * 5_000_000), ReadOptions(max_bytes=2_000_000))
