from pathlib import Path

import pytest

from monitoring.errors import InvalidInput
from monitoring.spec import Spec, load_spec, localise, parse_spec

SPEC = """
model: late-flights
version: "2013-03"
title: {en: Late arrivals, fr: Retards à l'arrivée}
task: binary_classification
reference: reference.parquet
columns:
  id: flight_id
  timestamp: sched_dep_utc
  prediction: predicted_late
  score: p_late
  truth: arr_late15
  positive: 1
features:
  - {name: distance, kind: numeric, unit: mi, label: {en: Distance, fr: Distance}}
  - {name: carrier, kind: categorical}
segments: [origin, carrier]
truth_delay: 2d
kpis:
  - {name: cost, formula: "sum(y_true)", direction: down, per: week}
alerts:
  - {on: performance, metric: roc_auc, below: 0.62, severity: critical, for: 2}
"""


def test_a_specification_is_read_with_its_defaults() -> None:
    spec = parse_spec(SPEC)
    assert (spec.model, spec.window, spec.season, spec.truth_delay) == (
        "late-flights",
        "day",
        "none",
        172_800,
    )
    assert spec.columns.timezone == "UTC"
    assert spec.alerts[0].for_ == 2
    assert spec.kpi_grain(spec.kpis[0]) == "week"
    assert spec.labelled("distance", "fr") == "Distance"
    assert spec.labelled("carrier", "fr") == "carrier"


def test_a_specification_survives_the_store() -> None:
    spec = parse_spec(SPEC)
    assert Spec.model_validate_json(spec.model_dump_json(by_alias=True)) == spec


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("truth_delay", "truth_dely", "unknown key 'truth_dely'. Did you mean 'truth_delay'?"),
        ("  positive", "  positif", "unknown key 'columns.positif'. Did you mean 'positive'?"),
        ("unit: mi", "units: mi", "unknown key 'features.0.units'. Did you mean 'unit'?"),
        ("2d", "2 fortnights", "truth_delay: '2 fortnights' is not a duration"),
        ("binary_classification", "binary", "task: 'binary' Input should be"),
        ('"2013-03"', "2013.5", "version: 2013.5"),
        ("late-flights", "Late Flights", "'Late Flights' is not a slug"),
        ("  positive: 1\n", "", "columns.positive is missing"),
        ("  score: p_late", "  score: {a: p_a}", "only multiclass classification has"),
        ("carrier, kind", "distance, kind", "features names 'distance' more than once"),
        ("carrier, kind", "p_late, kind", "'p_late' is a feature and plays a part in columns too"),
        ("below: 0.62, ", "", "needs below or above"),
        ("  timestamp: sched_dep_utc\n", "", "the key 'columns.timestamp' is missing"),
        ("truth_delay: 2d", "truth_delay: 2d\ntruth_delay: 3d", "duplicate key"),
        ("reference: reference.parquet", "reference: !!python/object:os.system x", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_right_thing(wrong: str, right: str, says: str) -> None:
    assert wrong in SPEC
    with pytest.raises(InvalidInput) as error:
        parse_spec(SPEC.replace(wrong, right), "spec.yaml")
    assert says in str(error.value)
    assert "spec.yaml" in str(error.value)


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'Europe/Pariss' is not a time zone"):
        parse_spec(SPEC.replace("  score:", "  timezone: Europe/Pariss\n  score:"))


@pytest.mark.parametrize("text", ["", "- a\n- b", "just text"])
def test_what_is_no_mapping_is_no_specification(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a specification"):
        parse_spec(text)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no file"):
        load_spec(tmp_path / "spec.yaml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInput, match="cannot be read as UTF-8"):
        load_spec(path)


def test_texts_fall_back_to_english_then_to_the_name() -> None:
    assert localise({"en": "Distance", "fr": "Distance (mi)"}, "fr", "d") == "Distance (mi)"
    assert localise({"en": "Distance"}, "fr", "d") == "Distance"
    assert localise({}, "fr", "d") == "d"
