import io
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, PoissonRegressor
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from skops import io as skops_io

from monitoring.errors import InvalidInput
from monitoring.explain import skops_files
from monitoring.explain.skops_files import read_skops

Node = dict[str, Any]


def tampered(
    model: Any,
    edit: Callable[[Node], None] = lambda schema: None,
    arrays: Callable[[NDArray[Any]], NDArray[Any]] = lambda array: array,
) -> bytes:
    """The skops file of a model with its schema and its arrays changed by hand."""
    source = zipfile.ZipFile(io.BytesIO(skops_io.dumps(model)))
    schema = json.loads(source.read("schema.json"))
    edit(schema)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            if name.endswith(".npy"):
                buffer = io.BytesIO()
                np.save(buffer, arrays(np.load(io.BytesIO(source.read(name)))))
                target.writestr(name, buffer.getvalue())
        target.writestr("schema.json", json.dumps(schema))
    return out.getvalue()


def nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        if "__loader__" in value:
            yield value
        for child in value.values():
            yield from nodes(child)
    elif isinstance(value, list):
        for child in value:
            yield from nodes(child)


def node(schema: Node, loader: str) -> Node:
    return next(each for each in nodes(schema) if each["__loader__"] == loader)


def renamed(loader: str, module: str, name: str) -> Callable[[Node], None]:
    def edit(schema: Node) -> None:
        node(schema, loader).update(__module__=module, __class__=name)

    return edit


def logarithm() -> Any:
    return make_pipeline(FunctionTransformer(np.log1p), LinearRegression()).fit([[0.0], [1.0]], [1.0, 3.0])


def boosted() -> Any:
    return HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=1).fit(
        [[0.0], [1.0]] * 20, [1.0, 3.0] * 20
    )


def by_category() -> Any:
    model = HistGradientBoostingRegressor(max_iter=2, min_samples_leaf=1, categorical_features=[0])
    return model.fit(np.array([[0.0], [1.0]] * 20), [1.0, 3.0] * 20)


def tree() -> Any:
    return DecisionTreeClassifier().fit([[0.0], [1.0]], [0, 1])


def encoder() -> Any:
    numbers = make_pipeline(
        SimpleImputer(add_indicator=True), StandardScaler(), QuantileTransformer(n_quantiles=9)
    )
    texts = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5)
    return make_column_transformer((numbers, ["age", "income"]), (texts, ["town", "plan"]))


def ordinal() -> Any:
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    return make_column_transformer((codes, ["town", "plan"]), remainder="passthrough")


SOUND: dict[str, Callable[[], Any]] = {
    "logistic regression": lambda: make_pipeline(encoder(), LogisticRegression()),
    "poisson regression": lambda: make_pipeline(encoder(), PoissonRegressor()),
    "random forest": lambda: make_pipeline(encoder(), RandomForestClassifier(3, max_depth=3)),
    "extra trees": lambda: make_pipeline(encoder(), ExtraTreesRegressor(3, max_depth=3)),
    "gradient boosting": lambda: make_pipeline(encoder(), GradientBoostingClassifier(n_estimators=3)),
    "histogram boosting": lambda: make_pipeline(ordinal(), HistGradientBoostingClassifier(max_iter=3)),
    "histogram boosting by category": lambda: make_pipeline(
        ordinal(), HistGradientBoostingClassifier(max_iter=3, categorical_features=[0, 1])
    ),
    "scaled target": lambda: make_pipeline(
        encoder(), TransformedTargetRegressor(LinearRegression(), transformer=StandardScaler())
    ),
    "bins": lambda: make_pipeline(
        make_column_transformer((KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), ["income"])),
        LinearRegression(),
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_usual_models_and_pipelines_come_back_as_they_were(
    name: str, frame: pd.DataFrame, target: NDArray[np.int64]
) -> None:
    model = SOUND[name]().fit(frame, target)
    loaded: Any = read_skops(skops_io.dumps(model), "m.skops")
    np.testing.assert_array_equal(loaded.predict(frame), model.predict(frame))


FOREIGN = {
    "a function of the system": (logarithm, renamed("FunctionNode", "posix", "system"), "posix.system"),
    "a harmless function that is not needed": (
        logarithm,
        renamed("FunctionNode", "numpy", "load"),
        "numpy.load",
    ),
    "a trusted class as a function": (
        logarithm,
        renamed("FunctionNode", "sklearn.pipeline", "Pipeline"),
        "sklearn.pipeline.Pipeline",
    ),
    "a trusted class as a list": (
        logarithm,
        renamed("ListNode", "sklearn.pipeline", "Pipeline"),
        "sklearn.pipeline.Pipeline",
    ),
    "an evaluated key": (logarithm, renamed("TypeNode", "builtins", "eval"), "builtins.eval"),
    "a partial call": (by_category, renamed("FunctionNode", "os", "system"), "os.system"),
    "a partial call of a trusted function": (
        by_category,
        renamed("FunctionNode", "numpy", "exp"),
        "numpy.exp",
    ),
    "a generator of another kind": (
        boosted,
        renamed("RandomGeneratorNode", "subprocess", "Popen"),
        "subprocess.Popen",
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_types_outside_the_list_are_refused_by_name(name: str) -> None:
    build, edit, refused = FOREIGN[name]
    with pytest.raises(InvalidInput, match=f"not trusted: '{refused}'"):
        read_skops(tampered(build(), edit), "m.skops")


def test_operators_and_methods_are_refused_whatever_they_call() -> None:
    def edit(schema: Node) -> None:
        node(schema, "FunctionNode").update(__loader__="OperatorFuncNode", __module__="operator", attrs={})

    with pytest.raises(InvalidInput, match=r"not trusted: 'operator\.log1p'"):
        read_skops(tampered(logarithm(), edit), "m.skops")


def test_a_hidden_name_of_a_random_generator_is_refused() -> None:
    def edit(schema: Node) -> None:
        state = node(schema, "RandomGeneratorNode")["content"]["bit_generator"]["content"]
        state["bit_generator"]["content"] = '"seed"'

    with pytest.raises(InvalidInput, match=r"not trusted: 'numpy\.random\.seed'"):
        read_skops(tampered(boosted(), edit), "m.skops")


@pytest.mark.parametrize("model", [SVC(), KNeighborsClassifier()], ids=["SVC", "KNeighborsClassifier"])
def test_estimators_whose_inside_cannot_be_checked_are_refused(model: Any) -> None:
    with pytest.raises(InvalidInput, match=type(model).__name__):
        read_skops(skops_io.dumps(model.fit([[0.0], [1.0]] * 5, [0, 1] * 5)), "m.skops")


def test_every_untrusted_type_of_a_pipeline_is_named() -> None:
    model = make_pipeline(CountVectorizer(), SVC()).fit(["a bc", "bc de"], [0, 1])
    with pytest.raises(InvalidInput, match=r"CountVectorizer.*SVC"):
        read_skops(skops_io.dumps(model), "m.skops")


@pytest.mark.parametrize("protocol", [0, -1, "2", 99])
def test_protocols_that_hide_names_are_refused(protocol: object) -> None:
    with pytest.raises(InvalidInput, match="protocol"):
        read_skops(tampered(tree(), lambda schema: schema.update(protocol=protocol)), "m.skops")


def test_what_predicts_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holds a StandardScaler, which predicts nothing"):
        read_skops(skops_io.dumps(StandardScaler()), "m.skops")


def test_what_was_not_trained_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holds a LinearRegression that was not trained"):
        read_skops(skops_io.dumps(LinearRegression()), "m.skops")


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, content in files.items():
            target.writestr(name.replace("_json", ".json"), content)
    return out.getvalue()


DAMAGED = {
    "no archive": b"PK\x03\x04 and no more",
    "cut off": skops_io.dumps(tree())[:-200],
    "no schema": zipped(other="x"),
    "a schema that is no JSON": zipped(schema_json="{"),
    "a schema that is a list": zipped(schema_json="[]"),
    "a schema without end": zipped(schema_json="[" * 100_000),
    "a node without a class": zipped(schema_json='{"protocol": 2, "__loader__": "DictNode"}'),
    "a missing array": tampered(tree(), lambda s: node(s, "NdArrayNode").update(file="gone.npy")),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_an_error_of_the_user(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"'m\.skops'"):
        read_skops(DAMAGED[name], "m.skops")


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skops_files, "_MAX_UNPACKED", 1000)
    with pytest.raises(InvalidInput, match=r"unpacks to .* allowed are 1000"):
        read_skops(skops_io.dumps(tree()), "m.skops")


def with_field(name: str, value: int, array: NDArray[Any]) -> NDArray[Any]:
    if name in (array.dtype.names or ()):
        array = array.copy()
        array[name][0] = value
    return array


BEYOND = {
    "a child that does not exist": (tree, "left_child", 7, "outside the tree"),
    "a child that is its own parent": (tree, "right_child", 0, "outside the tree"),
    "a feature that does not exist": (tree, "feature", 1000, "does not exist"),
    "a negative feature": (tree, "feature", -5, "does not exist"),
    "a boosted child that does not exist": (boosted, "left", 4000, "outside the tree"),
    "a boosted tree without an end": (boosted, "right", 0, "outside the tree"),
    "a boosted feature that does not exist": (boosted, "feature_idx", 99, "does not exist"),
    "a category set that does not exist": (by_category, "bitset_idx", 3, "no category set"),
    "categories of a number": (boosted, "is_categorical", 1, "reads a numeric feature"),
}


@pytest.mark.parametrize("name", BEYOND)
def test_trees_that_lead_outside_their_arrays_are_refused(name: str) -> None:
    build, field, value, what = BEYOND[name]
    with pytest.raises(InvalidInput, match=what):
        read_skops(tampered(build(), arrays=partial(with_field, field, value)), "m.skops")


def test_a_tree_with_fewer_nodes_than_it_says_is_refused() -> None:
    def edit(schema: Node) -> None:
        state = node(schema, "TreeNode")["content"]["content"]
        state["node_count"] = state["node_count"] | {"content": "4000", "__id__": 1}

    with pytest.raises(InvalidInput, match="classes or nodes do not match"):
        read_skops(tampered(tree(), edit), "m.skops")


def test_a_tree_with_fewer_outputs_than_it_says_is_refused() -> None:
    def edit(schema: Node) -> None:
        arguments = node(schema, "TreeNode")["__reduce__"]["args"]["content"]
        arguments[2] = arguments[2] | {"content": "4000", "__id__": 1}

    with pytest.raises(InvalidInput, match="outputs do not match"):
        read_skops(tampered(tree(), edit), "m.skops")


def test_an_object_that_stands_in_for_another_is_refused() -> None:
    def edit(schema: Node) -> None:
        honest = node(schema, "TreeNode")["content"]["content"]["node_count"]
        honest["__id__"] = 1
        schema["content"]["content"] = {
            "first": honest | {"content": "4000"},
            **schema["content"]["content"],
        }

    with pytest.raises(InvalidInput, match="two different objects have one identity"):
        read_skops(tampered(tree(), edit), "m.skops")
