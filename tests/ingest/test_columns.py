import pytest

from monitoring.errors import InvalidInput
from monitoring.ingest.columns import ColumnPlan, Matching, Renamed, fold, match_columns, notes_on


def match(present: list[str], *plan: ColumnPlan) -> Matching:
    return match_columns("f.csv", present, plan)


def numeric(name: str, *aliases: str) -> ColumnPlan:
    return ColumnPlan(name, "numeric", aliases=aliases)


def test_an_exact_name_wins_over_one_that_only_folds_to_it() -> None:
    found = match([" Age ", "age"], numeric("age"))
    assert (found.found, found.folded, found.extra) == ({"age": "age"}, (), (" Age ",))


@pytest.mark.parametrize("name", ["AGE", " age", "Âge", "a\u0302ge"])
def test_case_blanks_and_accents_do_not_hide_a_column(name: str) -> None:
    assert match([name], numeric("age")).folded == ((name, "age"),)


def test_names_that_fold_to_the_same_are_not_guessed() -> None:
    assert match(["Age", "AGE"], numeric("age")).missing == ("age",)
    assert match(["AGE"], numeric("age"), numeric("Age")).missing == ("age", "Age")


def test_an_alias_counts_where_the_name_is_not_there() -> None:
    assert match(["value"], numeric("truth", "value")).found == {"truth": "value"}
    assert match(["value", "truth"], numeric("truth", "value")).extra == ("value",)
    assert match(["Value"], numeric("truth", "value")).folded == (("Value", "truth"),)


def test_no_column_is_taken_for_two() -> None:
    found = match(["value"], numeric("a", "value"), numeric("b", "value"))
    assert (found.found, found.missing) == ({"a": "value"}, ("b",))


def test_a_missing_required_column_is_an_error_that_names_the_nearest() -> None:
    plan = ColumnPlan("prediction_id", "id", True)
    with pytest.raises(
        InvalidInput, match=r"f\.csv has no column 'prediction_id'. Did you mean 'predictionid'\?"
    ):
        match(["predictionid", "timestamp"], plan)
    with pytest.raises(InvalidInput, match=r"no column 'prediction_id'. Its columns are: 'x', 'y'\."):
        match(["x", "y"], plan)
    with pytest.raises(InvalidInput, match="Its first line looks like data"):
        match(["p0001", "0.5"], plan)


def test_a_long_list_of_columns_is_cut() -> None:
    with pytest.raises(InvalidInput, match="and 90 more"):
        match([f"column_{i}" for i in range(100)], ColumnPlan("zzz", "id", True))


def test_a_missing_column_and_an_unexpected_one_of_nearly_the_same_name_are_a_pair() -> None:
    found = match(["Income_EUR", "colour"], numeric("income"), numeric("shape"))
    assert found.renamed == (Renamed("income", "Income_EUR"),)
    assert notes_on("f.csv", found) == [
        "f.csv: columns that are missing: 'income', 'shape'.",
        "f.csv: 'income' may now be called 'Income_EUR'.",
        "f.csv: columns that are not expected, left out: 'Income_EUR', 'colour'.",
    ]


@pytest.mark.parametrize(
    ("name", "folded"), [(" Prediction  ID ", "prediction_id"), ("STRASSE", "strasse"), ("É", "e")]
)
def test_folding(name: str, folded: str) -> None:
    assert fold(name) == folded
