"""Batches, and rows under their owner's names."""

from datetime import UTC, datetime

import pyarrow as pa

from monitoring.spec import spec_from
from monitoring.store.intake import Batch
from monitoring.store.names import stored_names
from monitoring.store.registry import Version
from monitoring.ui.views.intake import batches_of, batches_table, named_rows, shown_columns, waiting_text

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def version_of(**changes: object) -> Version:
    content: dict[str, object] = {
        "model": "late",
        "version": "1",
        "task": "binary_classification",
        "reference": "reference.csv",
        "columns": {
            "id": "flight",
            "timestamp": "at",
            "prediction": "said",
            "score": "p",
            "truth": "was",
            "positive": "late",
        },
        "features": [{"name": "id", "kind": "categorical"}, {"name": "distance", "kind": "numeric"}],
    }
    spec = spec_from(content | changes)
    return Version(spec, "hash", NOW, stored_names(spec), ("on time", "late"), 0)


def batch(version: str, kind: str = "inference") -> Batch:
    return Batch("late", version, kind, "a.csv", NOW, 3, 1, 0, 2, ("read as Windows-1252", "one column more"))


def test_a_version_s_batches_are_its_own_and_the_truth_of_its_model() -> None:
    found = [batch("1"), batch("2"), batch("", "truth")]
    assert batches_of(found, "1") == [found[0], found[2]]


def test_batches_are_told_in_words() -> None:
    table = batches_table([batch("1"), batch("", "truth"), batch("1", "reference")])
    assert table["What came"] == ["Inferences", "Ground truth", "reference"]
    assert (table["Accepted"][0], table["Duplicates"][0], table["Quarantined"][0]) == (3, 1, 2)
    assert table["Notes"][0] == "read as Windows-1252 one column more"


def test_rows_carry_their_owner_s_names_and_classes() -> None:
    version = version_of()
    columns = shown_columns(version)
    assert columns == ["id", "timestamp", "y_pred", "y_score", "y_true", "id_2", "distance", "received_at"]
    rows = pa.table(
        {
            "id": ["a"],
            "timestamp": [NOW],
            "y_pred": [1],
            "y_score": [0.7],
            "y_true": pa.array([None], pa.int8()),
            "id_2": ["x"],
            "distance": [1.5],
            "received_at": [NOW],
        }
    )
    named = named_rows(version, rows)
    assert named.column_names == ["flight", "at", "said", "p", "was", "id", "distance", "received"]
    assert named.column("said").to_pylist() == ["late"]
    assert named.column("was").to_pylist() == [None]


def test_a_name_that_is_taken_gets_a_mark() -> None:
    version = version_of(features=[{"name": "received", "kind": "numeric"}])
    rows = pa.table({"received": [1.0], "received_at": [NOW]})
    assert named_rows(version, rows).column_names == ["received", "received *"]


def test_numbers_stay_numbers_in_a_regression() -> None:
    columns = {"id": "flight", "timestamp": "at", "prediction": "said", "truth": "was"}
    version = version_of(task="regression", columns=columns)
    assert named_rows(version, pa.table({"y_pred": [1.5]})).column("said").to_pylist() == [1.5]


def test_truth_that_waits_is_counted() -> None:
    assert waiting_text(1).startswith("The ground truth of 1 id waits for its inference")
    assert waiting_text(1200).startswith("The ground truth of 1,200 ids waits for their inferences")
