import pytest

from monitoring.errors import InvalidInput
from monitoring.ingest.dialects import find_dialect, looks_like_data


@pytest.mark.parametrize(
    ("content", "delimiter", "header"),
    [
        ("a,b\n1,2\n", ",", ("a", "b")),
        ("a;b\n1,5;2,5\n", ";", ("a", "b")),
        ("a\tb\n1\t2\n", "\t", ("a", "b")),
        ("a|b\n1|2\n", "|", ("a", "b")),
        ('"a;1";b\n"x,y,z";2\n', ";", ("a;1", "b")),
        ("a,b;c\n1,2;3\n", ",", ("a", "b;c")),
        ("only\n1\n", ",", ("only",)),
        ("a,b", ",", ("a", "b")),
        ('"two\nlines",b\n1,2\n', ",", ("two\nlines", "b")),
    ],
)
def test_delimiter_and_header_are_found(content: str, delimiter: str, header: tuple[str, ...]) -> None:
    dialect = find_dialect("f.csv", content.encode())
    assert (dialect.delimiter, dialect.header) == (delimiter, header)


def test_a_declared_delimiter_is_obeyed() -> None:
    assert find_dialect("f.csv", b"a:b,c\n", ":").header == ("a", "b,c")
    for wrong in ("", ",,", '"', "é"):
        with pytest.raises(InvalidInput, match="is none"):
            find_dialect("f.csv", b"a,b\n", wrong)


@pytest.mark.parametrize(
    "content",
    [
        "p1,2025-01-01,3\np2,2025-01-02,4\n",
        "p1;01/02/2025 10:00\np2;02/02/2025 10:00\n",
        "1,2.5\n3,4.5\n",
        "7\n8\n",
    ],
)
def test_a_first_line_of_data_is_refused(content: str) -> None:
    with pytest.raises(InvalidInput, match="has no header"):
        find_dialect("f.csv", content.encode())


@pytest.mark.parametrize("content", ["id,0,1,2\na,0.1,0.2,0.7\n", "id,2024-01-01\na,5\n", "x\n\n"])
def test_names_that_are_numbers_or_dates_are_names(content: str) -> None:
    assert find_dialect("f.csv", content.encode()).header[0] in ("id", "x")


def test_a_header_longer_than_any_cell_may_be_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"header of f\.csv cannot be read"):
        find_dialect("f.csv", b'"' + b"x" * 200_000 + b'"\n')


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('a,b\n1,"x\n2,y\n', 2),
        ('a,b\n1,x\n2,"y\n3,"z\n', 3),
        ('a,b\n1,"x" y\n', 2),
        ('a,b\n"1,x\n2,y\n"3",z\n', 2),
        ('a,b\n5" disk,"x\n', 2),
    ],
)
def test_an_unsound_quote_is_named_with_its_line(content: str, line: int) -> None:
    with pytest.raises(InvalidInput, match=rf"Line {line} of f\.csv opens a quote"):
        find_dialect("f.csv", content.encode())


@pytest.mark.parametrize(
    "content",
    [
        'a,b\n"x ""y""",1\n',
        'a,b\n"",""\n',
        'a,b\n5" disk,3\n',
        'a,b\n"x\r\ny","z"',
        'a,b\nd""e,"f"\n',
        'a,b\n5" disk,"x ""y"" z"\n',
    ],
)
def test_sound_quotes_pass(content: str) -> None:
    assert find_dialect("f.csv", content.encode()).has_quotes


def test_names_of_a_file_without_header_look_like_data() -> None:
    assert looks_like_data(["p1", "0.5", "2025-01-01"])
    assert not looks_like_data(["id", "time", "0", "age"])
