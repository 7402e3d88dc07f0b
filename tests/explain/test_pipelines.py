from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PolynomialFeatures,
    StandardScaler,
    TargetEncoder,
)

from monitoring.errors import InvalidInput
from monitoring.explain.pipelines import encode, model_input

AGE, TOWN, INCOME, PLAN = range(4)


def fitted(*steps: Any, frame: pd.DataFrame, target: NDArray[np.int64]) -> Any:
    return make_pipeline(*steps, LinearRegression()).fit(frame, target)


def test_columns_are_followed_through_encoders_imputers_and_scalers(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    numbers = make_pipeline(SimpleImputer(add_indicator=True), None, "passthrough", StandardScaler())
    model = fitted(
        make_column_transformer(
            (OneHotEncoder(), ["plan", "town"]), (numbers, ["age", "income"]), remainder="drop"
        ),
        frame=frame,
        target=target,
    )
    encoded = encode(model, frame)
    # Two plans, three towns and the missing one, two numbers, and the mark of a missing age.
    assert encoded.sources.tolist() == [PLAN] * 2 + [TOWN] * 4 + [AGE, INCOME, AGE]
    np.testing.assert_array_equal(encoded.values, model[:-1].transform(frame))
    assert encoded.estimator is model[-1]


def test_columns_that_are_passed_through_or_dropped_keep_their_place(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = fitted(
        make_column_transformer(("drop", ["age"]), (OrdinalEncoder(), ["plan"]), ("passthrough", ["income"])),
        frame=frame,
        target=target,
    )
    assert encode(model, frame).sources.tolist() == [PLAN, INCOME]


def test_the_order_of_the_frame_does_not_matter_and_further_columns_do_no_harm(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = fitted(make_column_transformer((OrdinalEncoder(), ["plan"])), frame=frame, target=target)
    other = frame.assign(note="x")[["note", "plan", "town", "income", "age"]]
    assert encode(model, other).sources.tolist() == [1]
    np.testing.assert_array_equal(encode(model, other).values, encode(model, frame).values)


def test_a_column_that_the_model_drops_may_be_missing(frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
    codes = make_column_transformer((OrdinalEncoder(), ["plan"]))
    model = fitted(codes, "passthrough", None, frame=frame, target=target)
    assert encode(model, frame[["plan"]]).sources.tolist() == [0]


def test_bins_and_indicators_and_target_codes_are_followed(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    bins = KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf")
    codes = KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf")
    model = make_pipeline(
        make_column_transformer(
            (bins, ["income"]),
            (codes, ["income"]),
            (MissingIndicator(), ["age"]),
            (TargetEncoder(), ["plan", "town"]),
        ),
        LinearRegression(),
    ).fit(frame, target)
    assert encode(model, frame).sources.tolist() == [INCOME] * 4 + [AGE, PLAN, TOWN]


def test_target_codes_of_several_classes_are_followed(frame: pd.DataFrame) -> None:
    three = np.arange(len(frame)) % 3
    encoder = make_column_transformer((TargetEncoder(), ["plan", "town"]))
    model = make_pipeline(encoder, LinearRegression()).fit(frame, three)
    assert encode(model, frame).sources.tolist() == [PLAN] * 3 + [TOWN] * 3


def test_a_column_that_was_empty_in_training_leads_nowhere(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    rows = frame[["age", "income"]].assign(age=np.nan)
    model = make_pipeline(SimpleImputer(keep_empty_features=False), LinearRegression())
    with pytest.warns(UserWarning, match="without any observed values"):
        model.fit(rows, target)
    with pytest.warns(UserWarning, match="without any observed values"):
        assert encode(model, rows).sources.tolist() == [1]


def test_categories_that_boosting_encodes_itself_come_first(
    frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = HistGradientBoostingClassifier(max_iter=2, categorical_features=["town", "plan"]).fit(
        frame, target
    )
    assert encode(model, frame).sources.tolist() == [TOWN, PLAN, AGE, INCOME]


def test_a_model_inside_a_scaled_target_is_found(frame: pd.DataFrame) -> None:
    rows, target = frame[["income"]], 100 + 20 * frame["income"]
    model = make_pipeline(
        StandardScaler(), TransformedTargetRegressor(LinearRegression(), transformer=MinMaxScaler((0, 10)))
    ).fit(rows, target)
    encoded = encode(model, rows)
    inner = encoded.estimator.predict(encoded.values)
    np.testing.assert_allclose(encoded.offset + encoded.scale * inner, model.predict(rows))


def test_a_model_inside_an_unscaled_target_is_found(frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
    model = TransformedTargetRegressor(LinearRegression()).fit(frame[["income"]], target)
    encoded = encode(model, frame[["income"]])
    assert (encoded.scale, encoded.offset) == (1.0, 0.0)


def test_a_bent_target_is_refused(frame: pd.DataFrame) -> None:
    rows = frame[["income"]]
    model = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1)
    with pytest.raises(InvalidInput, match="transformed by something else than a scaler"):
        encode(model.fit(rows, np.arange(len(rows))), rows)


@pytest.mark.parametrize(
    "step",
    [PolynomialFeatures(), FeatureUnion([("one", StandardScaler())])],
    ids=["PolynomialFeatures", "FeatureUnion"],
)
def test_a_step_that_mixes_columns_is_refused_by_name(step: Any, frame: pd.DataFrame) -> None:
    rows = frame[["income"]]
    model = make_pipeline(step, LinearRegression()).fit(rows, np.arange(len(rows)))
    with pytest.raises(InvalidInput, match=f"through a {type(step).__name__}"):
        encode(model, rows)


def test_a_function_that_changes_the_number_of_columns_is_refused(frame: pd.DataFrame) -> None:
    rows = frame[["income"]]
    double = FunctionTransformer(lambda data: np.column_stack([data, data]))
    model = make_pipeline(double, LinearRegression()).fit(rows, np.arange(len(rows)))
    with pytest.raises(InvalidInput, match="before LinearRegression changes its columns"):
        encode(model, rows)


def test_a_missing_column_is_named_with_the_nearest_one(frame: pd.DataFrame) -> None:
    model = LinearRegression().fit(frame[["income"]], np.arange(len(frame)))
    with pytest.raises(InvalidInput, match=r"missing: 'income'\. Did you mean 'incomes'\?"):
        model_input(model, frame.rename(columns={"income": "incomes"}))


def test_text_where_the_model_reads_numbers_is_an_error_of_the_user(frame: pd.DataFrame) -> None:
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(frame[["income"]], np.arange(len(frame)))
    with pytest.raises(InvalidInput, match="cannot read the rows"):
        encode(model, frame.assign(income="high"))
    bare = model[-1].fit(frame[["income"]], np.arange(len(frame)))
    with pytest.raises(InvalidInput, match="cannot read the rows"):
        encode(bare, frame.assign(income="high"))


def test_a_model_without_names_takes_the_columns_in_their_order(frame: pd.DataFrame) -> None:
    rows = frame[["income", "age"]].fillna(0)
    model = LinearRegression().fit(rows.to_numpy(), np.arange(len(rows)))
    np.testing.assert_array_equal(encode(model, rows).values, rows)
    with pytest.raises(InvalidInput, match="reads 2 columns; 4 were given"):
        encode(model, frame)


@pytest.mark.parametrize("dtype", [object, "str", "category"])
@pytest.mark.parametrize("missing", [None, np.nan])
def test_missing_text_is_marked_as_the_model_learned_it(
    frame: pd.DataFrame, dtype: Any, missing: object
) -> None:
    towns = [missing if pd.isna(town) else town for town in frame["town"]]
    learned = pd.DataFrame({"town": pd.Series(towns, dtype=object)})
    model = make_pipeline(OneHotEncoder(), LinearRegression()).fit(learned, np.arange(len(frame)))
    given = frame[["town"]].astype(dtype)
    np.testing.assert_array_equal(encode(model, given).values, model[:-1].transform(learned).toarray())


def test_the_frame_is_left_as_it_was(frame: pd.DataFrame, target: NDArray[np.int64]) -> None:
    before = frame.copy(deep=True)
    model = fitted(make_column_transformer((OrdinalEncoder(), ["plan"])), frame=frame, target=target)
    encode(model, frame)
    pd.testing.assert_frame_equal(frame, before)
