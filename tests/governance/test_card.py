"""What a version's card says of rows that are known."""

from datetime import UTC, datetime

import pytest

from monitoring.errors import NotFound
from monitoring.governance.card import ModelCard, model_card, spec_yaml
from monitoring.spec import Spec, parse_spec
from monitoring.store import Store
from monitoring.thresholds import Status
from tests.governance.conftest import reference


@pytest.fixture(scope="module")
def card(loans: Store) -> ModelCard:
    return model_card(loans, "loans", "2")


def test_the_reference_is_described(card: ModelCard) -> None:
    assert (card.reference.n, card.reference.n_truth) == (120, 120)
    assert (card.reference.first, card.reference.last) == (
        datetime(2024, 1, 1, 12, tzinfo=UTC),
        datetime(2024, 1, 28, 12, tzinfo=UTC),
    )
    assert card.reference.classes == {"0": 60, "1": 60}
    assert card.reference.quantiles == ()
    assert card.training is None


def test_features_say_what_the_reference_holds(card: ModelCard) -> None:
    income, region, age = card.features
    assert (income.missing, income.minimum, income.maximum, income.distinct) == (0.1, 1012.0, 1119.0, 108)
    assert income.many_missing
    assert (region.missing, region.minimum, region.distinct, region.many_missing) == (0.0, None, 2, False)
    assert age.importance is None  # there is no artifact to explain


def test_performance_is_that_of_the_reference(card: ModelCard) -> None:
    rows = reference()
    right = (rows["refused"] == rows["defaulted"]).mean()
    assert card.metrics["accuracy"].value == pytest.approx(right)
    assert card.primary == "roc_auc"


def test_a_segment_where_the_model_knows_nothing_is_marked(card: ModelCard) -> None:
    by_value = {segment.value: segment for segment in card.segments}
    assert by_value["north"].estimate.value == 1.0
    assert by_value["south"].estimate.value == pytest.approx(0.5, abs=0.05)
    assert by_value["north"].status is Status.OK
    assert by_value["south"].status is Status.CRITICAL


def test_the_state_in_service_is_that_of_the_watch(card: ModelCard) -> None:
    assert card.watch is not None
    assert (card.watch.version, card.watch.n) == ("2", 34)


def test_a_version_without_artifact_says_so(card: ModelCard) -> None:
    assert card.artifact is None


def test_the_specification_can_be_registered_again(card: ModelCard) -> None:
    assert parse_spec(spec_yaml(card.version.spec)) == card.version.spec


def test_the_specification_is_written_to_be_read() -> None:
    spec = Spec.model_validate(
        {
            "model": "m",
            "version": "2013",
            "task": "regression",
            "reference": "r.csv",
            "title": "Écart: 5 %",
            "columns": {"id": "i", "timestamp": "t", "prediction": "p"},
            "alerts": [{"on": "kpi", "metric": "k", "above": 1, "for": 2}],
        }
    )
    written = spec_yaml(spec)
    assert "version: '2013'" in written
    assert "Écart: 5 %" in written
    assert "for: 2" in written
    assert parse_spec(written) == spec


def test_an_unknown_model_is_named(loans: Store) -> None:
    with pytest.raises(NotFound, match="no model 'loan'"):
        model_card(loans, "loan")
