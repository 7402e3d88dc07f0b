import pyarrow as pa
import pytest

from monitoring.errors import InvalidInput
from monitoring.ingest.labels import BinaryLabels, binary_labels, label_text


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (1, "1"), (1.0, "1"), (1.5, "1.5"), ("Oui", "Oui")]
)
def test_a_class_is_written_as_data_writes_it(value: object, text: str) -> None:
    assert label_text(value) == text  # type: ignore[arg-type]


def test_the_negative_class_is_the_other_one_of_the_reference() -> None:
    assert binary_labels("yes", ["no", "yes", "no"]) == BinaryLabels("no", "yes")
    assert binary_labels(1, ["1", "0"]) == BinaryLabels("0", "1")
    assert binary_labels(1, ["true", "false"]).negative == "false"


def test_zero_and_one_are_opposites_where_the_reference_has_one_class() -> None:
    assert binary_labels(1, ["1"]) == BinaryLabels("0", "1")
    assert binary_labels(True, []) == BinaryLabels("false", "true")


def test_which_of_three_classes_are_negative_is_never_guessed() -> None:
    with pytest.raises(InvalidInput, match="3 classes, 'oui', 'Non', 'non'"):
        binary_labels("oui", ["oui", "non", "Non"])
    with pytest.raises(InvalidInput, match="no other class than 'oui'"):
        binary_labels("oui", ["oui"])


def test_classes_become_zero_and_one_and_anything_else_nothing() -> None:
    labels = BinaryLabels("0", "1")
    found = labels.encode(pa.array(["1", "0", "true", "False", " 1 ", "2", "", None])).to_pylist()
    assert found == [1, 0, 1, 0, 1, None, None, None]
    words = BinaryLabels("non", "oui").encode(pa.array(["oui", "non", "Oui", "1"])).to_pylist()
    assert words == [1, 0, None, None]
