from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression

from monitoring.errors import InvalidInput
from monitoring.explain.artifacts import Model
from monitoring.explain.predictions import Predictions, check_predictions, positive_index, predict

TEXTS = ["town", "plan"]


def skops(estimator: Any) -> Model:
    return Model("skops", estimator, "")


def boosted(frame: pd.DataFrame, target: Any) -> Any:
    return HistGradientBoostingClassifier(max_iter=5, categorical_features=TEXTS).fit(frame, target)


def test_a_binary_model_gives_zero_and_one_and_the_positive_class_its_score(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    words = np.where(target == 1, "bad", "good")
    model = boosted(frame, words)
    found = predict(skops(model), frame, "binary_classification", positive="bad")
    assert found.y_score is not None
    np.testing.assert_array_equal(found.y_pred, (model.predict(frame) == "bad").astype(int))
    np.testing.assert_array_equal(found.y_score, model.predict_proba(frame)[:, 0])


def test_the_second_class_is_positive_where_none_is_named(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = boosted(frame, target)
    found = predict(skops(model), frame, "binary_classification")
    np.testing.assert_array_equal(np.asarray(found.y_score), model.predict_proba(frame)[:, 1])


def test_several_classes_are_told_as_text(frame: pd.DataFrame) -> None:
    model = boosted(frame, np.arange(len(frame)) % 3)
    found = predict(skops(model), frame, "multiclass_classification")
    assert found.classes == ("0", "1", "2")
    assert set(found.y_pred) <= set(found.classes)
    np.testing.assert_array_equal(np.asarray(found.y_score), model.predict_proba(frame))


def test_a_regression_gives_numbers(frame: pd.DataFrame) -> None:
    model = HistGradientBoostingRegressor(max_iter=5, categorical_features=TEXTS).fit(frame, frame["income"])
    found = predict(skops(model), frame, "regression")
    assert found.y_score is None
    np.testing.assert_array_equal(found.y_pred, model.predict(frame))


def test_what_was_learned_on_categories_is_predicted_from_text(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    learned = frame.astype(dict.fromkeys(TEXTS, "category"))
    model = HistGradientBoostingClassifier(max_iter=5).fit(learned, target)
    found = predict(skops(model), frame, "binary_classification")
    np.testing.assert_array_equal(np.asarray(found.y_score), model.predict_proba(learned)[:, 1])


def test_a_model_that_knows_no_probabilities_is_refused_as_a_classifier(frame: pd.DataFrame) -> None:
    model = LinearRegression().fit(frame[["income"]], frame["income"])
    with pytest.raises(InvalidInput, match=r"LinearRegression.* no probabilities"):
        predict(skops(model), frame, "binary_classification")


def test_uplift_is_not_supported_yet(frame: pd.DataFrame) -> None:
    with pytest.raises(InvalidInput, match="uplift"):
        predict(skops(LinearRegression()), frame, "uplift")


def test_rows_that_the_model_cannot_read_are_an_error_of_the_user(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = boosted(frame, target)
    with pytest.raises(InvalidInput, match="cannot read the rows"):
        predict(skops(model), frame.assign(age="old"), "binary_classification")


def test_positive_classes_are_found_by_value_or_by_text() -> None:
    assert positive_index([0, 1], 1) == 1
    assert positive_index([0, 1], "0") == 0
    assert positive_index([False, True], True) == 1
    assert positive_index(["no", "yes"], None) == 1
    with pytest.raises(InvalidInput, match=r"no class 'yess'\. Did you mean 'yes'"):
        positive_index(["no", "yes"], "yess")
    with pytest.raises(InvalidInput, match="knows 3 classes"):
        positive_index([0, 1, 2], 1)


def test_scores_are_compared_where_they_were_logged() -> None:
    found = Predictions(np.array([0, 1, 1]), np.array([0.2, 0.7, 0.9]))
    check = check_predictions(found, [0, 0, None], [0.25, 0.7, np.nan])
    assert (check.n, check.disagreements) == (2, 1)
    assert check.largest_difference == pytest.approx(0.05)


def test_without_scores_only_labels_are_compared() -> None:
    check = check_predictions(Predictions(np.array([0, 1]), np.array([0.2, 0.7])), [0, 1])
    assert (check.n, check.disagreements) == (2, 0)
    assert np.isnan(check.largest_difference)


def test_classes_are_compared_as_text() -> None:
    scores = np.array([[0.9, 0.1], [0.2, 0.8]])
    found = Predictions(np.array(["1", "2"], dtype=object), scores, ("1", "2"))
    check = check_predictions(found, [1, 1], scores + 0.01)
    assert (check.n, check.disagreements) == (2, 1)
    assert check.largest_difference == pytest.approx(0.01)


def test_numbers_are_compared_up_to_rounding() -> None:
    found = Predictions(np.array([1.0, 2e6, 3.0]), None)
    check = check_predictions(found, [1.0, 2e6 + 0.5, 3.25])
    assert (check.n, check.disagreements, check.largest_difference) == (3, 1, 0.5)


def test_nothing_logged_is_nothing_to_compare() -> None:
    check = check_predictions(Predictions(np.array([1.0]), None), [None])
    assert (check.n, check.disagreements) == (0, 0)
    assert np.isnan(check.largest_difference)


@pytest.fixture
def lightgbm() -> Any:
    return pytest.importorskip("lightgbm")


class TestLightGBM:
    def boosted(self, lightgbm: Any, frame: pd.DataFrame, target: Any, **settings: Any) -> Any:
        rows = frame.astype(dict.fromkeys(TEXTS, "category"))
        return lightgbm.train({"verbose": -1, "num_leaves": 4, **settings}, lightgbm.Dataset(rows, target), 5)

    def test_two_classes(self, lightgbm: Any, frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
        booster = self.boosted(lightgbm, frame, target, objective="binary")
        model = Model("lightgbm", booster, "")
        found = predict(model, frame[::-1], "binary_classification")
        other = predict(model, frame[::-1], "binary_classification", positive=0)
        rows = frame.astype(dict.fromkeys(TEXTS, "category"))
        np.testing.assert_array_equal(np.asarray(found.y_score), booster.predict(rows)[::-1])
        np.testing.assert_array_equal(found.y_pred, np.asarray(found.y_score) > 0.5)
        np.testing.assert_array_equal(np.asarray(other.y_score), 1 - np.asarray(found.y_score))

    def test_several_classes(self, lightgbm: Any, frame: pd.DataFrame) -> None:
        booster = self.boosted(
            lightgbm, frame, np.arange(len(frame)) % 3, objective="multiclass", num_class=3
        )
        found = predict(Model("lightgbm", booster, ""), frame, "multiclass_classification")
        assert found.classes == ("0", "1", "2")
        np.testing.assert_array_equal(found.y_pred.astype(int), np.asarray(found.y_score).argmax(axis=1))

    def test_a_number_and_a_name_with_a_blank(self, lightgbm: Any, frame: pd.DataFrame) -> None:
        rows = frame.rename(columns={"age": "age in years"})
        booster = self.boosted(lightgbm, rows, frame["income"], objective="regression")
        found = predict(Model("lightgbm", booster, ""), rows, "regression")
        assert found.y_pred.shape == (len(frame),)
        with pytest.raises(InvalidInput, match="missing: 'age_in_years'"):
            predict(Model("lightgbm", booster, ""), frame, "regression")
