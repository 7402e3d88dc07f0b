"""The table of performance metrics: what each is called, applies to, ranges over, and how its interval is
found.

Pages, reports, documentation and the property tests read it; a metric is added by a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from monitoring.performance import classification, multiclass, regression
from monitoring.performance.classification import BinaryProfile
from monitoring.performance.intervals import Bounds, Estimate
from monitoring.performance.multiclass import MulticlassProfile
from monitoring.performance.regression import RegressionProfile
from monitoring.spec import Task

Profile = BinaryProfile | MulticlassProfile | RegressionProfile
Function = Callable[[Any], Estimate]
Unit = Literal["share", "nats", "truth"]


@dataclass(frozen=True, slots=True)
class Method:
    r"""A performance metric and its facts.

    functions: by task, from a profile to value and interval. higher_is_better: None where neither side is.
    needs_score: whether the logged score is read, not only the prediction. bounds: smallest and largest
    value. unit: share (0.1 is 10 %), nats, or the unit of the truth. formula: LaTeX; y is the truth, \hat y
    the prediction, s the score, K the classes averaged over, for two classes the positive one alone.
    interval: how it is found.
    """

    name: str
    label: str
    functions: Mapping[Task, Function]
    higher_is_better: bool | None
    needs_score: bool
    bounds: Bounds
    unit: Unit
    formula: str
    interval: str
    reference: str

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks whose profiles have this metric."""
        return tuple(self.functions)

    def function(self, profile: Profile) -> Estimate:
        """The metric of a profile. Raises ValueError for a task that does not have it."""
        if profile.task not in self.functions:
            raise ValueError(f"{self.name!r} is not a metric of {profile.task!r}; it is of {self.tasks!r}.")
        return self.functions[profile.task](profile)


def measure(profile: Profile) -> dict[str, Estimate]:
    """All metrics of the profile's task, by name."""
    return {m.name: m.function(profile) for m in METHODS.values() if profile.task in m.functions}


def _of_classes(binary: Function, several: Function) -> Mapping[Task, Function]:
    return MappingProxyType({"binary_classification": binary, "multiclass_classification": several})


def _of_binary(function: Function) -> Mapping[Task, Function]:
    return MappingProxyType({"binary_classification": function})


def _of_regression(function: Function) -> Mapping[Task, Function]:
    return MappingProxyType({"regression": function})


_SHARE: Bounds = (0.0, 1.0)
_SIZE: Bounds = (0.0, math.inf)
_WILSON = "Wilson's score interval"
_STUDENT = "Student's, from the mean and variance over rows"
_MEAN_OF_CLASSES = "several classes: Wilson's per class, combined as errors of independent parts (MOVER)"

_CLASSIFICATION = (
    Method(
        name="roc_auc",
        label="ROC AUC",
        functions=_of_classes(classification.roc_auc, multiclass.roc_auc),
        higher_is_better=True,
        needs_score=True,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{|K|}\sum_{k \in K} P(s_k^+ > s_k^-) + \tfrac{1}{2} P(s_k^+ = s_k^-)",
        interval=(
            "DeLong's variance on the log-odds, Student's quantile for the smaller class; several classes: "
            "mean of the classes' intervals, which holds however they depend on one another"
        ),
        reference="Hanley and McNeil (1982); DeLong, DeLong and Clarke-Pearson (1988)",
    ),
    Method(
        name="average_precision",
        label="Average precision",
        functions=_of_binary(classification.average_precision),
        higher_is_better=True,
        needs_score=True,
        bounds=_SHARE,
        unit="share",
        formula=r"\sum_t (\mathrm{recall}_t - \mathrm{recall}_{t-1}) \, \mathrm{precision}_t",
        interval="infinitesimal jackknife on the log-odds, Student's quantile for the positives",
        reference="Boyd, Eng and Page (2013); Jaeckel (1972)",
    ),
    Method(
        name="accuracy",
        label="Accuracy",
        functions=_of_classes(classification.accuracy, multiclass.accuracy),
        higher_is_better=True,
        needs_score=False,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{n}\sum_i [\hat y_i = y_i]",
        interval=_WILSON,
        reference="Wilson (1927)",
    ),
    Method(
        name="precision",
        label="Precision",
        functions=_of_classes(classification.precision, multiclass.precision),
        higher_is_better=True,
        needs_score=False,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{|K|}\sum_{k \in K} \frac{tp_k}{tp_k + fp_k}",
        interval=f"{_WILSON}; {_MEAN_OF_CLASSES}",
        reference="Wilson (1927); Zou and Donner (2008)",
    ),
    Method(
        name="recall",
        label="Recall",
        functions=_of_classes(classification.recall, multiclass.recall),
        higher_is_better=True,
        needs_score=False,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{|K|}\sum_{k \in K} \frac{tp_k}{tp_k + fn_k}",
        interval=f"{_WILSON}; {_MEAN_OF_CLASSES}",
        reference="Wilson (1927); Zou and Donner (2008)",
    ),
    Method(
        name="f1",
        label="F1 score",
        functions=_of_classes(classification.f1, multiclass.f1),
        higher_is_better=True,
        needs_score=False,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{|K|}\sum_{k \in K} \frac{2\,tp_k}{2\,tp_k + fp_k + fn_k}",
        interval=(
            "Wilson's for tp / (tp + fp + fn), carried over; several classes: the same per class, combined "
            "with the correlation that shared mistakes give (MOVER, delta method)"
        ),
        reference="Lam, Gopal and Qian (2023); Takahashi et al. (2022); Zou and Donner (2008)",
    ),
    Method(
        name="log_loss",
        label="Log loss",
        functions=_of_classes(classification.log_loss, multiclass.log_loss),
        higher_is_better=False,
        needs_score=True,
        bounds=classification.LOSS,
        unit="nats",
        formula=r"-\frac{1}{n}\sum_i \ln s_{i,y_i}",
        interval=_STUDENT,
        reference="Good (1952)",
    ),
    Method(
        name="brier_score",
        label="Brier score",
        functions=_of_binary(classification.brier_score),
        higher_is_better=False,
        needs_score=True,
        bounds=_SHARE,
        unit="share",
        formula=r"\frac{1}{n}\sum_i (s_i - y_i)^2",
        interval=_STUDENT,
        reference="Brier (1950)",
    ),
    Method(
        name="expected_calibration_error",
        label="Expected calibration error",
        functions=_of_binary(classification.expected_calibration_error),
        higher_is_better=False,
        needs_score=True,
        bounds=_SHARE,
        unit="share",
        formula=r"\sum_{b=1}^{10} \frac{n_b}{n} \left| \bar y_b - \bar s_b \right|",
        interval="Student's given the sign of each gap, its lower bound less what noise gives to small gaps",
        reference="Naeini, Cooper and Hauskrecht (2015)",
    ),
)

_REGRESSION = (
    Method(
        name="mean_absolute_error",
        label="Mean absolute error",
        functions=_of_regression(regression.mean_absolute_error),
        higher_is_better=False,
        needs_score=False,
        bounds=_SIZE,
        unit="truth",
        formula=r"\frac{1}{n}\sum_i |\hat y_i - y_i|",
        interval=_STUDENT,
        reference="Willmott and Matsuura (2005)",
    ),
    Method(
        name="root_mean_squared_error",
        label="Root mean squared error",
        functions=_of_regression(regression.root_mean_squared_error),
        higher_is_better=False,
        needs_score=False,
        bounds=_SIZE,
        unit="truth",
        formula=r"\sqrt{\frac{1}{n}\sum_i (\hat y_i - y_i)^2}",
        interval="Student's on the logarithm, by the delta method",
        reference="Oehlert (1992)",
    ),
    Method(
        name="mean_absolute_percentage_error",
        label="Mean absolute percentage error",
        functions=_of_regression(regression.mean_absolute_percentage_error),
        higher_is_better=False,
        needs_score=False,
        bounds=_SIZE,
        unit="share",
        formula=r"\frac{1}{n}\sum_i \frac{|\hat y_i - y_i|}{\max(|y_i|, \varepsilon)}",
        interval=f"{_STUDENT}; none where some truth is 0",
        reference="Hyndman and Koehler (2006)",
    ),
    Method(
        name="r2",
        label="R²",
        functions=_of_regression(regression.r2),
        higher_is_better=True,
        needs_score=False,
        bounds=(-math.inf, 1.0),
        unit="share",
        formula=r"1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}",
        interval="Student's on the logarithm of 1 - R², by the delta method",
        reference="Kvålseth (1985); Oehlert (1992)",
    ),
    Method(
        name="mean_error",
        label="Mean error",
        functions=_of_regression(regression.mean_error),
        higher_is_better=None,
        needs_score=False,
        bounds=(-math.inf, math.inf),
        unit="truth",
        formula=r"\frac{1}{n}\sum_i (\hat y_i - y_i)",
        interval=_STUDENT,
        reference="Student (1908)",
    ),
)

METHODS: Mapping[str, Method] = MappingProxyType({m.name: m for m in (*_CLASSIFICATION, *_REGRESSION)})
