"""What a card says about a version whose facts are known."""

import math
from datetime import timedelta

import pytest

from monitoring.performance.intervals import Estimate
from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.sheet import Cell
from monitoring.ui.views import model_card
from monitoring.ui.views.names import Names
from tests.ui.views.cards import FIRST, card, part, version
from tests.ui.watches import domain, episode, kpi, metric, watch

NAMES = Names("Late arrivals", version().spec)


def test_the_reading_is_one_paragraph_of_plain_words() -> None:
    assert model_card.reading(card(), NAMES) == (
        "Late arrivals answers a yes-or-no question for every inference: will late be 1? "
        "It reads 3 features and decides above all by Hour and carrier, which carry 90% of its decisions. "
        "It was validated on 1,000 rows (Jan 3, 2024 to Mar 28, 2024), with this result: ROC AUC 0.68 "
        "(95% interval: 0.66 to 0.7). It has not been in service yet."
    )


def test_the_reading_in_french() -> None:
    with speaking("fr"):
        found = model_card.reading(card(), Names("Retards", version().spec))
    assert found.startswith(
        "Pour chaque inférence, «\u00a0Retards\u00a0» répond par oui ou par non à une question"
    )
    assert "décide surtout d’après Heure et carrier, qui pèsent 90\u00a0% de ses décisions." in found


@pytest.mark.parametrize(
    ("task", "columns", "expected"),
    [
        ("regression", {"score": None, "positive": None}, "predicts a number for every inference: late."),
        (
            "multiclass_classification",
            {"score": None, "positive": None},
            "chooses one of 2 classes for every inference: 0 and 1.",
        ),
        (
            "uplift",
            {"score": None, "treatment": "treated"},
            "predicts what a treatment changes for every inference: late.",
        ),
    ],
)
def test_every_task_has_its_question(task: str, columns: dict[str, object], expected: str) -> None:
    roles = {"id": "i", "timestamp": "t", "prediction": "p", "truth": "late", **columns}
    of_task = version(task=task, columns={k: v for k, v in roles.items() if v is not None})
    found = model_card.reading(card(version=of_task, primary=None, metrics={}, segments=()), NAMES)
    assert f"Late arrivals {expected}" in found
    assert "It was validated on 1,000 rows (Jan 3, 2024 to Mar 28, 2024)." in found


def test_without_attributions_and_times_nothing_is_made_up() -> None:
    features = tuple(f for f in card().features if f.importance is None)
    found = model_card.reading(card(features=features, reference=part(first=None, last=None)), NAMES)
    assert "It reads 1 feature. It was validated on 1,000 rows, with this result" in found


def test_in_service_tells_since_when_and_how_it_stands() -> None:
    seen = watch(trends=(), episodes=(), domains=[domain("drift", Status.WARNING, "...")])
    found = model_card.reading(card(watch=seen), NAMES)
    assert found.endswith("since Jan 1, 2024, and stands at “Warning” by the last four weeks.")


def test_an_interval_is_left_out_where_there_is_none() -> None:
    assert model_card.with_interval(Estimate(0.5, math.nan, math.nan)) == "0.5"


def test_identity_and_reference_are_facts() -> None:
    identity = model_card.identity(card())
    assert identity["SHA-256 of the file"] == "ab" * 32
    assert identity["Model file"] == "model.skops, HistGradientBoostingClassifier, 2,048\u00a0B"
    assert identity["Content hash"] == "c0ffee"
    assert "Model file" not in model_card.identity(card(artifact=None))
    facts = model_card.validated_on(card(training=part(n=62027)))
    assert facts["Reference"] == "1,000 rows, Jan 3, 2024 to Mar 28, 2024"
    assert facts["Truth"] == "25.0% positive"
    assert facts["Rows with known truth"] == "98.0%"
    assert facts["Training data"].startswith("62,027 rows")
    assert facts["Truth is expected after"] == "2 days"


def test_the_line_below_the_title_names_task_and_owner() -> None:
    assert model_card.facts_line(card()) == "late-flights · Binary classification · Owner: operations"
    assert model_card.facts_line(card(version=version(owner=None))) == "late-flights · Binary classification"


def test_kpis_have_formula_target_and_last_window() -> None:
    seen = watch(
        trends=(kpi("cost", (400.0, 450.0)),), episodes=(), domains=[domain("drift", Status.OK, "...")]
    )
    cost, gain = model_card.kpi_block(card(watch=seen), NAMES)[0].lines
    formula, target, last = cost.cells
    assert (formula.text, formula.code) == ("sum(y_pred)", True)
    assert (target.text, target.note) == ("at most $500", "per week")
    assert (last.text, last.note, last.status) == ("$450", "Week of Jan 8, 2024", Status.CRITICAL)
    assert (gain.cells[1].text, gain.cells[1].note, gain.cells[2].text) == (
        "none, more is better",
        "per month",
        "–",
    )


def test_metrics_say_which_side_is_better() -> None:
    auc, error = model_card.metric_block(card())[0].lines
    assert (auc.name.text, auc.name.note) == ("ROC AUC", "higher is better")
    assert [cell.text for cell in auc.cells] == ["0.68", "0.66", "0.7"]
    assert [cell.text for cell in error.cells] == ["0.02", "–", "–"]
    assert error.name.note == "lower is better"


def test_segments_are_marked_where_they_are_weak_or_unknown() -> None:
    (block,) = model_card.segment_blocks(card(), NAMES)
    assert block.title == "carrier"
    assert [line.cells[-1].text for line in block.lines] == ["", "▼ weaker", "▼ weaker", "too few rows"]
    assert [cell.text for cell in block.lines[0].cells[:3]] == ["400", "0.69", "0.65 to 0.73"]


def test_features_show_weight_and_what_the_reference_holds() -> None:
    hour, carrier, seen = model_card.feature_block(card(), NAMES)[0].lines
    assert (hour.name.text, hour.name.note) == ("Hour", "hour")
    assert hour.cells[1] == Cell("70.0%", share=0.7)
    assert (hour.cells[3].text, hour.cells[3].note) == ("0 to 23\u00a0h", "24 values")
    assert (carrier.name.note, carrier.cells[2].text, carrier.cells[3].text) == ("", "16.0%", "16 values")
    assert (seen.cells[1].text, seen.cells[3].text) == ("–", "Jan 3, 2024 to Mar 28, 2024")


def test_limits_are_what_the_data_shows_the_weakest_first() -> None:
    assert [said for said, _note in model_card.limits(card(), NAMES)] == [
        "carrier = MQ: on the reference, ROC AUC 0.59 instead of 0.68 overall.",
        "carrier = UA: on the reference, ROC AUC 0.62 instead of 0.68 overall.",
        "carrier = HA: fewer than 50 reference rows, so nobody knows how good it is there.",
        "carrier is missing in 16.0% of the reference.",
        "What really happened is unknown for 2.0% of the reference rows.",
        "The reference covers 3 months: other seasons were not seen.",
    ]


def test_a_year_of_full_rows_without_segments_has_no_limits() -> None:
    whole = part(n_truth=1000, last=FIRST + timedelta(days=364))
    assert model_card.limits(card(reference=whole, segments=(), features=(), primary=None), NAMES) == []


def test_failures_are_told_the_worst_first() -> None:
    seen = watch(
        trends=(
            kpi("cost", (50.0,) * 8 + (150.0, 60.0)),
            metric("roc_auc", Status.OK, 0.68, 0.68, (0.68,) * 5 + (0.5, 0.5) + (0.68,) * 3),
        ),
        episodes=(
            episode("kpi", "cost", 8, 8, 150.0, expected=100.0),
            episode("performance", "roc_auc", 5, 6, 0.5, expected=0.68),
            episode("drift", "psi", 0, 9, 0.5),
        ),
        domains=[domain("drift", Status.OK, "...")],
    )
    found = model_card.failures(card(watch=seen), NAMES)
    assert len(found) == 2
    assert found[0][0].startswith("Ability to tell cases apart (ROC AUC): 0.5 in the week of Feb 5, 2024")
    assert found[1][0].startswith("cost: $150 in the week of Feb 26, 2024, $50.00 above the target.")
    assert model_card.failures_caption(card(watch=seen)) == "Performance and KPIs since it is in service."


def test_many_failures_say_how_many_are_told() -> None:
    episodes = tuple(episode("kpi", "cost", i, i, 150.0, expected=100.0) for i in range(0, 10, 1))
    seen = watch(
        trends=(kpi("cost", (150.0,) * 10),), episodes=episodes, domains=[domain("drift", Status.OK, ".")]
    )
    assert len(model_card.failures(card(watch=seen), NAMES)) == 5
    assert model_card.failures_caption(card(watch=seen)).endswith("the worst 5 of 10 times.")


def test_without_inferences_nothing_failed() -> None:
    assert model_card.failures(card(), NAMES) == []
