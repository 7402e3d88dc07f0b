from datetime import date

import pyarrow as pa
import pytest

from monitoring.ingest.kinds import infer_kind


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, None], "numeric"),
        ([1.5, 2.5], "numeric"),
        ([True, False], "boolean"),
        ([date(2024, 1, 1)], "datetime"),
        (["1", "-2.5", "1e3", "nan", "", None], "numeric"),
        (["01000", "75001"], "categorical"),
        (["true", "FALSE"], "boolean"),
        (["2024-01-31", "2024-02-01T12:00:00Z"], "datetime"),
        (["AA", "UA", "AA"], "categorical"),
        (["1", "x"], "categorical"),
        ([None, None], "numeric"),
        ([f"a rather long sentence that says number {i} of many things" for i in range(30)], "text"),
    ],
)
def test_a_kind_is_read_off_the_values(values: list[object], kind: str) -> None:
    assert infer_kind(pa.chunked_array([pa.array(values)])) == kind
