"""One inference explained: what the model said of it, why, and what happened, in the reader's words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

import pyarrow as pa

from monitoring.explain.charts import Contribution, WaterfallWords
from monitoring.explain.report import InferenceExplanation, Reason
from monitoring.spec import Spec
from monitoring.store.ranked import Order
from monitoring.ui import format as fmt
from monitoring.ui.i18n import N_, _, ngettext
from monitoring.ui.views.explain import Answer, attribution_axis, shown_value
from monitoring.ui.views.names import Names

NAMED = 3
_LOW_TICKS = (0.001, 0.003, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
_TICKS = (*_LOW_TICKS, 0.5, *(1 - share for share in reversed(_LOW_TICKS)))

ORDER_WORDS: Mapping[Order, str] = MappingProxyType(
    {
        "errors": N_("Largest errors"),
        "missed": N_("Missed: positive, not predicted"),
        "false_alarms": N_("False alarms: predicted, not positive"),
        "highest": N_("Highest predictions"),
        "lowest": N_("Lowest predictions"),
        "newest": N_("Newest"),
    }
)


def order_word(order: str) -> str:
    """The name of an order."""
    return _(ORDER_WORDS[cast(Order, order)])


def answer(found: InferenceExplanation, names: Names) -> Answer:
    """What the model said of an inference, and what happened."""
    spec = names.spec
    sentence = _regression(found) if spec.task == "regression" else _classification(found, spec)
    note = _("{id} · {when} · version {version}").format(
        id=found.id, when=fmt.instant(found.timestamp, names.timezone), version=found.heading.version
    )
    return Answer(sentence, note)


def _regression(found: InferenceExplanation) -> str:
    predicted, real = float(str(found.prediction)), found.truth
    if real is None:
        text = _("The model predicted {predicted}; what really happened is not known yet.")
        return text.format(predicted=fmt.number(predicted))
    gap = predicted - float(str(real))
    text = (
        _("The model predicted {predicted}; it was {real}, so the prediction was {gap} too low.")
        if gap < 0
        else _("The model predicted {predicted}; it was {real}, so the prediction was {gap} too high.")
    )
    return text.format(
        predicted=fmt.number(predicted), real=fmt.number(float(str(real))), gap=fmt.number(abs(gap))
    )


def _classification(found: InferenceExplanation, spec: Spec) -> str:
    outcome = spec.columns.truth or "y_true"
    wanted = spec.columns.positive if spec.task == "binary_classification" else found.prediction
    said = _("{outcome} = {prediction}").format(outcome=outcome, prediction=found.prediction)
    if found.score is not None:
        chance = _("{outcome} = {prediction}").format(outcome=outcome, prediction=wanted)
        text = _("The model gave {what} a probability of {score} and predicted {said}.")
        first = text.format(what=chance, score=fmt.percent(found.score), said=said)
    else:
        first = _("The model predicted {said}.").format(said=said)
    if found.truth is None:
        unknown = _("What really happened is not known yet.")
        return f"{first} {unknown}"
    real = _("{outcome} = {prediction}").format(outcome=outcome, prediction=found.truth)
    right = found.truth == found.prediction
    second = _("It was right.") if right else _("It was wrong: {real}.").format(real=real)
    return f"{first} {second}"


def total(found: InferenceExplanation) -> float:
    """The model's output for the inference."""
    return found.base_value + math.fsum(each.attribution for each in found.attributions)


def reasons(found: InferenceExplanation, names: Names) -> list[str]:
    """The three features that mattered most, each as a sentence."""
    return [_reason(found, each, names) for each in found.attributions[:NAMED] if each.attribution != 0]


def _reason(found: InferenceExplanation, reason: Reason, names: Names) -> str:
    feature = names.spec.feature(reason.feature)
    what = {
        "feature": names.column(reason.feature),
        "value": shown_value(reason.value, feature, names.timezone),
    }
    output = total(found)
    if found.output in ("log_odds", "probability"):
        chance = probability if found.output == "log_odds" else float
        raises = (
            _(
                "{feature} ({value}) raised the probability: without it, it would be {before} instead of {now}."
            )
            if reason.attribution > 0
            else _(
                "{feature} ({value}) lowered the probability: without it, it would be {before} instead of {now}."
            )
        )
        return raises.format(
            **what, before=fmt.percent(chance(output - reason.attribution)), now=fmt.percent(chance(output))
        )
    raises = (
        _("{feature} ({value}) raised the prediction by {size}.")
        if reason.attribution > 0
        else _("{feature} ({value}) lowered the prediction by {size}.")
    )
    return raises.format(**what, size=_size(found, abs(reason.attribution)))


def _size(found: InferenceExplanation, size: float) -> str:
    return fmt.percent(math.expm1(size)) if found.output == "log_value" else fmt.number(size)


def probability(log_odds: float) -> float:
    """The probability that belongs to log-odds."""
    return 1.0 / (1.0 + math.exp(-log_odds)) if log_odds > -700 else 0.0  # noqa: PLR2004 - exp would overflow


def contributions(found: InferenceExplanation, names: Names) -> list[Contribution]:
    """The steps of a waterfall, in the reader's words and units."""
    return [
        Contribution(
            names.column(each.feature),
            shown_value(each.value, names.spec.feature(each.feature), names.timezone),
            each.attribution,
        )
        for each in found.attributions
    ]


def waterfall_words(found: InferenceExplanation) -> WaterfallWords:
    """The words of a waterfall; log-odds are read as probabilities on its axis."""

    def rest(count: int) -> str:
        text = ngettext("{count} other feature", "{count} other features", count)
        return text.format(count=fmt.integer(count))

    def step(size: float) -> str:
        texts = {"probability": fmt.percent(size), "log_odds": fmt.number(size, 2)}
        return fmt.signed(texts.get(found.output, fmt.number(size)), size)

    return WaterfallWords(
        axis=_("Probability, on the scale of log-odds")
        if found.output == "log_odds"
        else attribution_axis(found.output),
        base=_("Base value: nothing known"),
        output=_("This inference"),
        rest=rest,
        level=lambda value: output_text(found.output, value),
        step=step,
        ticks=_log_odds_ticks() if found.output == "log_odds" else (),
    )


def output_text(output: str, value: float) -> str:
    """An output of the model: classifiers' as a probability."""
    if output == "log_odds":
        return fmt.percent(probability(value))
    if output == "probability":
        return fmt.percent(value)
    return fmt.number(math.exp(value) if output == "log_value" else value)


def _log_odds_ticks() -> tuple[tuple[float, str], ...]:
    return tuple(
        (math.log(share / (1 - share)), fmt.percent(share, 0 if 0.01 <= share <= 0.99 else 1))  # noqa: PLR2004
        for share in _TICKS
    )


def facts_of(found: InferenceExplanation, names: Names) -> dict[str, str]:
    """What stands beside the picture: the output in all its units, and that the parts add up."""
    output = total(found)
    facts = {}
    if found.output == "log_odds":
        facts[_("Output")] = _("{probability} ({log_odds} in log-odds)").format(
            probability=fmt.percent(probability(output)), log_odds=fmt.signed(fmt.number(output, 3), output)
        )
        facts[_("Base value")] = _("{probability} ({log_odds} in log-odds)").format(
            probability=fmt.percent(probability(found.base_value)),
            log_odds=fmt.signed(fmt.number(found.base_value, 3), found.base_value),
        )
    else:
        facts[_("Output")] = output_text(found.output, output)
        facts[_("Base value")] = output_text(found.output, found.base_value)
    facts[_("Prediction")] = shown_value(found.prediction, None, names.timezone)
    facts[_("Ground truth")] = (
        _("not known yet") if found.truth is None else shown_value(found.truth, None, names.timezone)
    )
    return facts


def addition_note(found: InferenceExplanation) -> str:
    """How far the parts are from the model's own output."""
    text = _("Base value and attributions add up to the model's own output to within {error}.")
    return text.format(error=fmt.number(found.additivity_error) if found.additivity_error else "0")


def attribution_rows(found: InferenceExplanation, names: Names) -> list[dict[str, str]]:
    """All features with their values and attributions."""
    return [
        {
            _("Feature"): each.label,
            _("Value"): each.value,
            attribution_axis(found.output): fmt.signed(fmt.number(each.attribution, 4), each.attribution),
        }
        for each in contributions(found, names)
    ]


def table_rows(
    table: pa.Table, stored: Mapping[str, str], features: Sequence[str], names: Names
) -> list[dict[str, object]]:
    """Inferences to choose from: what was said, what happened, the features that decide most."""
    rows: list[dict[str, object]] = []
    for row in table.to_pylist():
        shown: dict[str, object] = {
            _("Id"): row["id"],
            _("Time"): fmt.instant(row["timestamp"], names.timezone),
            _("Prediction"): shown_value(row["y_pred"], None, names.timezone),
        }
        if "y_score" in row:
            shown[_("Score")] = fmt.percent(row["y_score"])
        shown[_("Ground truth")] = (
            fmt.DASH if row["y_true"] is None else shown_value(row["y_true"], None, names.timezone)
        )
        for name in features:
            value = shown_value(row[stored[name]], names.spec.feature(name), names.timezone)
            shown[names.column(name)] = value
        rows.append(shown)
    return rows
