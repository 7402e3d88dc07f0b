"""Bytes to text: unpacking within a limit, finding the encoding, removing NUL characters."""

from __future__ import annotations

import codecs
import re
import zlib

from monitoring.errors import InvalidInput
from monitoring.ingest.tables import ReadOptions, check_bytes, counted

GZIP = b"\x1f\x8b"
MAX_RATIO = 200
"""Text is packed to a fifth or a tenth; what grows more than this is made to fill a memory."""

_HARMLESS = 16 * 1024**2
_PIECE = 1024**2
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like the next one, so it is asked first
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF8_LETTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")
_NOT_WESTERN = re.compile(
    rb"[\x80-\xff]{5}"  # whole words of them: Cyrillic, Greek, Chinese
    rb"|[\x81\x8d\x8f\x90\x9d]"  # no character in Windows-1252
    rb"|[a-z][\x8a\x8c\x8e\x9f]"  # a capital inside a word: Mac or DOS
    rb"|[A-Za-z][\x80\x82-\x89\x8b\x91\x93-\x95\x98\x99\x9b][A-Za-z]"  # a quotation mark inside a word: DOS
)
_C1 = re.compile(rb"[\x80-\x9f]")
_NAMES = {"cp1252": "Windows-1252", "latin-1": "ISO-8859-1 (Latin-1)"}


def expand(name: str, data: bytes, options: ReadOptions) -> bytes:
    """The content of gzip-packed bytes; anything else as it is. Stops as soon as it becomes too large."""
    if not data.startswith(GZIP):
        return data
    pieces: list[bytes] = []
    size = 0
    rest = data
    try:
        while rest:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                piece = unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
                if not piece and not rest and not unpacker.eof:
                    raise InvalidInput(f"{name} is damaged: its compressed content ends too early.")
                size += len(piece)
                _check_growth(name, size, len(data), options)
                pieces.append(piece)
            rest = unpacker.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise InvalidInput(f"{name} is damaged: its compressed content cannot be unpacked.") from error
    return b"".join(pieces)


def _check_growth(name: str, size: int, packed: int, options: ReadOptions) -> None:
    check_bytes(name, size, options)
    if size > _HARMLESS and size > MAX_RATIO * packed:
        raise InvalidInput(
            f"{name} is refused: its {packed:,} bytes unpack to more than {MAX_RATIO} times as many.",
            "Unpack it first if that is right.",
        )


def to_utf8(name: str, data: bytes, options: ReadOptions) -> tuple[bytes, tuple[str, ...]]:
    """The same text in UTF-8 without byte order mark and NUL characters, and notes on what was changed.

    Raises InvalidInput when the bytes fit no encoding that can be told from the bytes alone.
    """
    text, notes = _decoded(name, data, options)
    n_nul = text.count(b"\0")
    if n_nul:
        text = text.replace(b"\0", b"")
        notes = (*notes, f"{name}: {counted(n_nul, 'NUL character')} removed.")
    return text, notes


def _decoded(name: str, data: bytes, options: ReadOptions) -> tuple[bytes, tuple[str, ...]]:
    if options.encoding is not None:
        return _decode(name, data, options.encoding), ()
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            if encoding == "utf-8":
                return _valid_utf8(name, data[len(mark) :]), ()
            return _decode(name, data, encoding), (f"{name}: read as {encoding.upper()}.",)
    wide = _utf16_without_mark(data)
    if wide:
        return _decode(name, data, wide), (f"{name}: read as {wide.upper()}.",)
    if data.isascii() or _is_utf8(data):
        return data, ()
    encoding = _western(name, data)
    return _decode(name, data, encoding), (f"{name}: read as {_NAMES[encoding]}, since it is not UTF-8.",)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _valid_utf8(name: str, data: bytes) -> bytes:
    if not data.isascii():
        _decode(name, data, "utf-8")
    return data


def _decode(name: str, data: bytes, encoding: str) -> bytes:
    try:
        return data.decode(encoding).encode("utf-8")
    except LookupError as error:
        raise InvalidInput(
            f"There is no encoding {encoding!r}.", "Write utf-8, cp1252 or latin-1."
        ) from error
    except UnicodeEncodeError as error:
        raise InvalidInput(f"{name} holds half a character (a lone surrogate).") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            f"Line {line} of {name} is not {encoding}: the byte {data[error.start]:#04x} fits nowhere.",
            "Save it as UTF-8, or say which encoding it is.",
        ) from error


def _utf16_without_mark(data: bytes) -> str:
    """Western text in UTF-16 has a NUL in nearly every second place, and nowhere else."""
    head = data[:4096]
    half = len(head) // 2
    if half <= 1 or len(data) % 2:
        return ""
    even, odd = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if even == 0 and odd > 0.7 * half:
        return "utf-16-le"
    return "utf-16-be" if odd == 0 and even > 0.7 * half else ""


def _western(name: str, data: bytes) -> str:
    """Windows-1252 or ISO-8859-1, where the bytes leave no other choice."""
    n_utf8 = sum(1 for _ in _UTF8_LETTER.finditer(data))
    if 10 * n_utf8 > sum(1 for _ in _HIGH.finditer(data)) - 2 * n_utf8:
        _decode(name, data, "utf-8")  # raises, naming the line where it stops being UTF-8
    if found := _NOT_WESTERN.search(data):
        line = data.count(b"\n", 0, found.start()) + 1
        raise InvalidInput(
            f"The encoding of {name} cannot be told: line {line} has {found[0]!r}.",
            "Save it as UTF-8, or say which encoding it is, such as cp1251, cp850 or mac-roman.",
        )
    return "cp1252" if _C1.search(data) else "latin-1"
