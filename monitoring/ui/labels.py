"""The words for what the domains name in code: statuses, windows, comparisons, metrics, methods, checks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from monitoring.thresholds import Status
from monitoring.ui.i18n import N_, _

_STATUSES: Mapping[str, str] = MappingProxyType(
    {
        Status.OK: N_("OK"),
        Status.WARNING: N_("Warning"),
        Status.CRITICAL: N_("Critical"),
        Status.NOT_ENOUGH_DATA: N_("Not enough data"),
        Status.UNDEFINED: N_("Undefined"),
    }
)
_GRAINS: Mapping[str, str] = MappingProxyType(
    {"hour": N_("Hour"), "day": N_("Day"), "week": N_("Week"), "month": N_("Month")}
)
_PRESETS: Mapping[str, str] = MappingProxyType(
    {
        "all": N_("All history"),
        "7d": N_("Last 7 days"),
        "30d": N_("Last 30 days"),
        "90d": N_("Last 90 days"),
        "365d": N_("Last 12 months"),
    }
)
_AGAINST: Mapping[str, str] = MappingProxyType(
    {
        "reference": N_("Against the reference"),
        "training": N_("Against the training data"),
        "previous": N_("Against the period before"),
        "season": N_("Against the season before"),
    }
)
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "numeric": N_("Numeric"),
        "categorical": N_("Categorical"),
        "boolean": N_("Boolean"),
        "datetime": N_("Date and time"),
        "text": N_("Text"),
    }
)
_TASKS: Mapping[str, str] = MappingProxyType(
    {
        "binary_classification": N_("Binary classification"),
        "multiclass_classification": N_("Multiclass classification"),
        "regression": N_("Regression"),
        "uplift": N_("Uplift"),
    }
)
_METRICS: Mapping[str, str] = MappingProxyType(
    {
        "roc_auc": N_("ROC AUC"),
        "average_precision": N_("Average precision"),
        "accuracy": N_("Accuracy"),
        "precision": N_("Precision"),
        "recall": N_("Recall"),
        "f1": N_("F1 score"),
        "log_loss": N_("Log loss"),
        "brier_score": N_("Brier score"),
        "expected_calibration_error": N_("Expected calibration error"),
        "mean_absolute_error": N_("Mean absolute error"),
        "root_mean_squared_error": N_("Root mean squared error"),
        "mean_absolute_percentage_error": N_("Mean absolute percentage error"),
        "r2": N_("R²"),
        "mean_error": N_("Mean error"),
    }
)
_METHODS: Mapping[str, str] = MappingProxyType(
    {
        "psi": N_("Population stability index"),
        "kolmogorov_smirnov": N_("Kolmogorov-Smirnov distance"),
        "wasserstein": N_("Wasserstein distance"),
        "wasserstein_normalised": N_("Normalised Wasserstein distance"),
        "jensen_shannon": N_("Jensen-Shannon distance"),
        "kullback_leibler": N_("Kullback-Leibler divergence"),
        "hellinger": N_("Hellinger distance"),
        "total_variation": N_("Total variation"),
        "l_infinity": N_("Largest change of a share"),
        "chi2": N_("Chi-squared test"),
        "entropy_change": N_("Change of entropy"),
        "cardinality_change": N_("Change of cardinality"),
    }
)
_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "missing": N_("Missing values"),
        "type": N_("Wrong type"),
        "range": N_("Out of range"),
        "unseen_category": N_("Unseen category"),
        "renamed_column": N_("Renamed column"),
        "missing_column": N_("Missing column"),
        "extra_column": N_("Extra column"),
        "duplicate_id": N_("Duplicate id"),
        "constant": N_("Constant column"),
        "stuck": N_("Stuck value"),
        "sentinel": N_("Sentinel value"),
        "unit_change": N_("Change of unit"),
        "outlier": N_("Outliers"),
        "volume": N_("Volume"),
        "freshness": N_("Freshness"),
        "truth_delay": N_("Delay of the ground truth"),
    }
)


def _word(table: Mapping[str, str], name: str) -> str:
    """The translated word; a name that is not in the table is shown as it is, in words."""
    return _(table[name]) if name in table else name.replace("_", " ")


def status_word(status: Status) -> str:
    """The word for a status."""
    return _word(_STATUSES, status)


def grain_word(grain: str) -> str:
    """The word for a window's length."""
    return _word(_GRAINS, grain)


def preset_word(preset: str) -> str:
    """The word for a preset period."""
    return _word(_PRESETS, preset)


def against_word(against: str) -> str:
    """The words for what a period is compared with."""
    start, dots, end = against.partition("..")
    return _("Against {start} – {end}").format(start=start, end=end) if dots else _word(_AGAINST, against)


def kind_word(kind: str) -> str:
    """The word for a feature's kind."""
    return _word(_KINDS, kind)


def task_word(task: str) -> str:
    """The word for a model's task."""
    return _word(_TASKS, task)


def metric_word(metric: str) -> str:
    """The name of a performance metric."""
    return _word(_METRICS, metric)


def method_word(method: str) -> str:
    """The name of a drift method."""
    return _word(_METHODS, method)


def check_word(check: str) -> str:
    """The name of a data-quality check."""
    return _word(_CHECKS, check)
