"""Explanations in words: what decides, whether that changed, and why one inference came out as it did."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.document import Heading
from monitoring.explain.report import (
    AttributionDrift,
    ExplainedFeature,
    ExplainedWindow,
    ExplainReport,
    InferenceExplanation,
    Reason,
)
from monitoring.spec import Feature, spec_from
from monitoring.thresholds import attribution_status
from monitoring.ui.i18n import speaking
from monitoring.ui.views import decision, explain
from monitoring.ui.views.names import Names

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def names(task: str = "binary_classification") -> Names:
    columns = {"id": "id", "timestamp": "at", "prediction": "said", "truth": "late"}
    if task == "binary_classification":
        columns |= {"score": "p", "positive": "1"}
    content = {
        "model": "late-flights",
        "version": "1",
        "task": task,
        "reference": "r.parquet",
        "columns": columns,
        "features": [
            {"name": "dist", "kind": "numeric", "unit": "mi", "label": {"en": "Distance", "fr": "Trajet"}},
            {"name": "carrier", "kind": "categorical"},
            {"name": "night", "kind": "boolean"},
        ],
    }
    return Names("Late arrivals", spec_from(content))


def features(*shares: tuple[str, float, float | None]) -> tuple[ExplainedFeature, ...]:
    before = sorted((s for *_, s in shares if s is not None), reverse=True)
    return tuple(
        ExplainedFeature(
            name, share, 0.01, share, rank, before.index(was) + 1 if was is not None else None, was
        )
        for rank, (name, share, was) in enumerate(shares, start=1)
    )


SAME = features(("dist", 0.6, 0.595), ("carrier", 0.3, 0.3), ("night", 0.1, 0.105))
OTHER = features(("carrier", 0.6, 0.2), ("dist", 0.25, 0.7), ("night", 0.15, 0.1))


def report(
    found: Sequence[ExplainedFeature] = SAME, ndcg: float = 1.0, windows: Sequence[float] = (), n: int = 500
) -> ExplainReport:
    def drift(value: float) -> AttributionDrift:
        return AttributionDrift(value, attribution_status(value, n_explained=n))

    return ExplainReport(
        Heading("late-flights", "1", MONDAY, MONDAY + 4 * WEEK, "week"),
        "reference",
        tuple(found),
        drift(ndcg),
        n,
        2000,
        tuple(
            ExplainedWindow(MONDAY + i * WEEK, MONDAY + (i + 1) * WEEK, n, tuple(found), drift(value))
            for i, value in enumerate(windows)
        ),
    )


def test_the_answer_names_what_decides_and_that_nothing_changed() -> None:
    found = explain.answer(report(), names())
    assert found.sentence == (
        "What decides most: Distance (60%), carrier (30%), and night (10%). "
        "The order is that of the reference (agreement 1.00)."
    )
    assert found.note == "Jan 1 – 28, 2024 · 500 inferences explained · reference: 2,000 rows".replace(
        " – ", "\u2009–\u2009"
    )


def test_another_order_is_said_with_the_feature_that_moved_most() -> None:
    sentence = explain.answer(report(OTHER, ndcg=0.84), names()).sentence
    assert "That is another order than in the reference: they agree by 0.84 only, less than 0.90." in sentence
    assert sentence.endswith("Distance changed most: 25% instead of 70%.")


def test_too_few_or_no_explanations_are_said_to_be_so() -> None:
    assert "Too few inferences are explained" in explain.answer(report(n=10), names()).sentence
    assert explain.answer(report(n=0), names()).sentence == "No inference of this period has been explained."
    assert "nothing to compare it with" in explain.answer(report(ndcg=math.nan), names()).sentence


def test_agreement_over_time_names_the_lowest_window() -> None:
    assert explain.agreement_sentence(report(windows=[1.0, 0.95]), names()) == (
        "In no window was the agreement below 0.90; the lowest was 0.95."
    )
    assert explain.agreement_sentence(report(windows=[1.0, 0.8, 0.85]), names()) == (
        "The agreement was below 0.90 in 2 of 3 windows, the lowest 0.80 (Week of Jan 8, 2024)."
    )
    assert "enough explained inferences" in explain.agreement_sentence(report(windows=[1.0], n=5), names())
    point = explain.agreement_points(report(windows=[0.8]), names())[0]
    assert point.hover.split("<br>")[1:] == ["Agreement: 0.800", "▲ Warning", "500 inferences explained"]


def test_figures_compare_shares_and_lines_follow_each_feature() -> None:
    made = report(OTHER, windows=[1.0, 1.0])
    assert [each.mean_absolute for each in explain.as_shares(made)] == [0.6, 0.25, 0.15]
    assert [each.mean_absolute for each in explain.as_shares(made, reference=True)] == [0.2, 0.7, 0.1]
    starts, shares = explain.shares_over_time(made, names())
    assert (len(starts), shares["dist"]) == (2, [0.25, 0.25])
    table = explain.importance_rows(made, names())
    assert (table[1]["Feature"], table[1]["Share"], table[1]["Reference: share"]) == (
        "Distance",
        "25.0%",
        "70.0%",
    )


@pytest.mark.parametrize(
    ("correlation", "text"),
    [
        (0.9, "Distance: higher values raise the predicted probability."),
        (-0.9, "Distance: higher values lower the predicted probability."),
        (0.1, "Distance: no simple direction, the predicted probability can go either way."),
        (math.nan, "Distance: each point is an inference, as high as the value raised the output."),
    ],
)
def test_the_direction_of_a_feature_is_a_sentence(correlation: float, text: str) -> None:
    assert explain.direction_sentence("dist", correlation, "log_odds", names()) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "missing"),
        (True, "yes"),
        (False, "no"),
        (2475.0, "2,475 mi"),
        ("AA", "AA"),
        (datetime(2024, 1, 1, 12, tzinfo=UTC), "Jan 1, 2024, 12:00"),
    ],
)
def test_values_are_written_as_the_reader_writes_them(value: object, text: str) -> None:
    feature = Feature(name="dist", kind="numeric", unit="mi")
    assert explain.shown_value(value, feature, "UTC").replace("\u00a0", " ") == text
    assert explain.drawn_value(True) == "yes"
    assert explain.drawn_value(2.0) == 2.0


def test_an_axis_names_feature_and_unit() -> None:
    dist, carrier, _ = names().spec.features or ()
    assert explain.feature_label(dist, names()) == "Distance (mi)"
    assert explain.feature_label(carrier, names()) == "carrier"


def inference(**changes: object) -> InferenceExplanation:
    """Log-odds -1.0 + 1.5 - 0.5 + 0 = 0: a probability of one half."""
    made = InferenceExplanation(
        Heading("late-flights", "1", MONDAY, MONDAY + WEEK, "week"),
        "f1", MONDAY, -1.0, "log_odds", 0, 0.5, 1,
        (Reason("dist", 2475.0, 1.5), Reason("carrier", "AA", -0.5), Reason("night", True, 0.0)),
        2e-16,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_decision_is_told_with_its_probability_and_what_happened() -> None:
    found = decision.answer(inference(), names())
    assert found.sentence == (
        "The model gave late = 1 a probability of 50.0% and predicted late = 0. It was wrong: late = 1."
    )
    assert found.note == "f1 · Jan 1, 2024, 00:00 · version 1"
    assert decision.answer(inference(truth=0), names()).sentence.endswith("It was right.")
    waiting = decision.answer(inference(truth=None, score=None), names()).sentence
    assert waiting == "The model predicted late = 0. What really happened is not known yet."


def test_reasons_say_what_would_be_without_them() -> None:
    # Without 1.5 the log-odds are -1.5: 18.2 %. Without -0.5 they are 0.5: 62.2 %. What adds nothing is no reason.
    first, second = decision.reasons(inference(), names())
    assert first.replace("\u00a0", " ") == (
        "Distance (2,475 mi) raised the probability: without it, it would be 18.2% instead of 50.0%."
    )
    assert second == "carrier (AA) lowered the probability: without it, it would be 62.2% instead of 50.0%."


def test_a_waterfall_of_log_odds_is_read_as_probabilities() -> None:
    words = decision.waterfall_words(inference())
    assert (words.level(0.0), words.step(1.5), words.step(-0.5)) == ("50.0%", "+1.50", "-0.50")
    assert (0.0, "50%") in words.ticks
    assert words.rest(2) == "2 other features"
    assert decision.facts_of(inference(), names()) == {
        "Output": "50.0% (0.000 in log-odds)",
        "Base value": "26.9% (-1.000 in log-odds)",
        "Prediction": "0",
        "Ground truth": "1",
    }
    assert decision.addition_note(inference()).endswith("to within 2E-16.")
    assert decision.addition_note(inference(additivity_error=0.0)).endswith("to within 0.")


@pytest.mark.parametrize(
    ("predicted", "real", "text"),
    [
        (152.0, 210.0, "The model predicted 152; it was 210, so the prediction was 58 too low."),
        (152.0, 100.0, "The model predicted 152; it was 100, so the prediction was 52 too high."),
        (152.0, None, "The model predicted 152; what really happened is not known yet."),
    ],
)
def test_a_number_is_told_beside_what_it_should_have_been(
    predicted: float, real: float | None, text: str
) -> None:
    found = inference(output="value", prediction=predicted, truth=real, score=None, base_value=100.0)
    assert decision.answer(found, names("regression")).sentence == text


def test_parts_of_a_number_are_in_its_unit() -> None:
    found = inference(output="value", prediction=101.0, base_value=100.0)
    assert decision.reasons(found, names("regression"))[1] == "carrier (AA) lowered the prediction by 0.5."
    assert decision.facts_of(found, names("regression"))["Output"] == "101"
    words = decision.waterfall_words(found)
    assert (words.level(100.0), words.ticks, words.axis) == (
        "100",
        (),
        "Attribution (unit of the prediction)",
    )


def test_logarithms_are_read_as_factors_and_shares_as_percentages() -> None:
    growth = inference(output="log_value", base_value=math.log(100.0), prediction=1.0)
    assert decision.output_text("log_value", math.log(100.0)) == "100"
    # exp(0.5) - 1 = 65 %
    assert decision.reasons(growth, names("regression"))[1] == "carrier (AA) lowered the prediction by 64.9%."
    share = decision.waterfall_words(inference(output="probability"))
    assert (share.level(0.25), share.step(0.125)) == ("25.0%", "+12.5%")
    assert decision.probability(-800.0) == 0.0


def test_all_features_stand_in_a_table() -> None:
    table = decision.attribution_rows(inference(), names())
    assert [row["Feature"] for row in table] == ["Distance", "carrier", "night"]
    assert [row["Attribution (log-odds)"] for row in table] == ["+1.5000", "-0.5000", "0.0000"]
    assert decision.order_word("errors") == "Largest errors"


def test_french_says_it_in_french() -> None:
    with speaking("fr"):
        sentence = (
            decision.answer(inference(), names()).sentence.replace("\u202f", " ").replace("\u00a0", " ")
        )
        assert (
            sentence == "Le modèle a donné à late = 1 une probabilité de 50,0 % et a prédit late = 0. "
            "Il s’est trompé : late = 1."
        )
        assert "Ce qui pèse le plus" in explain.answer(report(), names()).sentence
