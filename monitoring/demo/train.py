"""Train the demo models again: `python -m monitoring.demo.train`.

The same data and the same scikit-learn give models that predict the same.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from skops import io as skops_io

from monitoring.demo.prepare import DATA, VERSIONS, DemoVersion, split
from monitoring.spec import Spec

_SEED = 0
_BOOSTING: dict[str, Any] = {"early_stopping": False, "random_state": _SEED}


def estimator_for(spec: Spec) -> Any:
    """The untrained estimator of a demo model."""
    if spec.task == "binary_classification":
        classifier = HistGradientBoostingClassifier(
            max_iter=120,
            learning_rate=0.05,
            max_leaf_nodes=12,
            min_samples_leaf=200,
            l2_regularization=10.0,
            **_BOOSTING,
        )
        return _with_categories(spec, classifier)
    regressor = HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.08, max_leaf_nodes=12, min_samples_leaf=15, **_BOOSTING
    )
    return _with_categories(spec, regressor)


def train(spec: Spec, training: pd.DataFrame) -> Any:
    """Fit the estimator of a demo model to its training rows."""
    features = [feature.name for feature in spec.features or ()]
    return estimator_for(spec).fit(training[features], training[spec.columns.truth])


def save(model: Any, path: Path) -> None:
    """Write a model as a skops file."""
    skops_io.dump(model, path, compression=ZIP_DEFLATED, compresslevel=9)


def main(data: Path = DATA, versions: tuple[DemoVersion, ...] = VERSIONS) -> None:
    """Train all versions and write their artifacts beside their specifications."""
    for each in versions:
        spec = each.spec(data)
        rows = split(each.source(data), spec.columns, each.live_from)
        path = each.directory(data) / "model.skops"
        save(train(spec, rows.training), path)
        sys.stderr.write(f"{path}: {len(rows.training)} rows, {path.stat().st_size // 1024} KiB\n")


def _with_categories(spec: Spec, estimator: Any) -> Any:
    """The estimator, behind an encoder of its categorical columns where there are any.

    Codes are split as numbers, not as categories: shap's tree explainer takes native categorical splits for
    numeric ones, without a word.
    """
    categorical = [feature.name for feature in spec.features or () if feature.kind == "categorical"]
    if not categorical:
        return estimator
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    columns = make_column_transformer(
        (encoder, categorical), remainder="passthrough", verbose_feature_names_out=False
    )
    pipeline: Pipeline = make_pipeline(columns, estimator)
    return pipeline


if __name__ == "__main__":
    main()
