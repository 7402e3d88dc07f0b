"""Explanations on a real store, against shap and the model itself on the rows that went into it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shap
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from monitoring.document import document, dumps
from monitoring.errors import InvalidInput, NotFound
from monitoring.explain.report import ExplainReport, explain_inference, explain_report, explained_rows
from monitoring.registration import register
from monitoring.scope import Scope, Segment
from monitoring.store import Store, registry, results
from monitoring.thresholds import Status
from tests.made_store import made_store, send, silent

SPEC = """
model: loans
version: "1"
task: binary_classification
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, score: p, truth: was, positive: "yes"}
features:
  - {name: income, kind: numeric}
  - {name: age, kind: numeric}
  - {name: noise, kind: numeric}
segments: [site]
context: [site]
window: day
"""
WITH_ARTIFACT = SPEC + "artifact: model.skops\n"
FEATURES = ["income", "age", "noise"]


def rows(n: int, name: str, *, start: str = "2024-05-01", days: int = 1) -> pd.DataFrame:
    """Loans: the income decides, the age a little, the noise not at all."""
    rng = np.random.default_rng(n)
    income, age = rng.normal(size=n), rng.normal(size=n)
    # A yes or no that skops can hold as text.
    was = np.where(2 * income - age + rng.logistic(size=n) > 0, "yes", "no")
    at = pd.Timestamp(start, tz="UTC") + pd.to_timedelta(np.arange(n) * 1440 * days // n, unit="min")
    site = rng.choice(["north", "south"], n, p=[0.8, 0.2])
    table = {"income": income, "age": age, "noise": rng.normal(size=n), "site": site, "was": was}
    return pd.DataFrame({"id": [f"{name}{i:04d}" for i in range(n)], "at": at, **table})


REFERENCE = rows(400, "r")
BUSY, QUIET = rows(300, "b"), rows(60, "q", start="2024-05-02")
BOOSTED = HistGradientBoostingClassifier(max_iter=20, random_state=0).fit(
    REFERENCE[FEATURES], REFERENCE["was"]
)


def scored(table: pd.DataFrame, model: HistGradientBoostingClassifier) -> pd.DataFrame:
    return table.assign(
        said=model.predict(table[FEATURES]),
        p=model.predict_proba(table[FEATURES])[:, list(model.classes_).index("yes")],
    )


def loans(
    directory: Path, *live: pd.DataFrame, model: object = BOOSTED, spec: str = WITH_ARTIFACT
) -> AbstractContextManager[Store]:
    sent = scored(pd.concat(live), BOOSTED)
    return made_store(directory, spec, scored(REFERENCE, BOOSTED), sent, model=model)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with loans(tmp_path_factory.mktemp("loans"), BUSY, QUIET) as opened:
        yield opened


def shap_of(table: pd.DataFrame) -> pd.DataFrame:
    """Attributions by shap, by id."""
    values = shap.TreeExplainer(BOOSTED).shap_values(table[FEATURES])
    return pd.DataFrame(values, columns=FEATURES, index=table["id"])


def sizes(report: ExplainReport) -> dict[str, float]:
    return {feature.feature: feature.mean_absolute for feature in report.features}


def test_a_window_that_is_explained_in_whole_has_the_means_of_shap(store: Store) -> None:
    quiet = explain_report(store, Scope("loans")).windows[1]

    wanted = shap_of(QUIET)
    assert quiet.n_explained == len(QUIET)
    for feature in quiet.features:
        assert feature.mean_absolute == pytest.approx(wanted[feature.feature].abs().mean(), abs=1e-6)
        assert feature.mean == pytest.approx(wanted[feature.feature].mean(), abs=1e-6)
    assert [feature.feature for feature in quiet.features] == FEATURES
    assert sum(feature.share for feature in quiet.features) == pytest.approx(1.0)


def test_the_reference_is_what_features_are_compared_with(store: Store) -> None:
    report = explain_report(store, Scope("loans"))

    wanted = shap_of(REFERENCE).abs().mean()
    assert (report.n_reference, report.against) == (len(REFERENCE), "reference")
    for feature in report.features:
        assert feature.share_reference == pytest.approx(wanted[feature.feature] / wanted.sum(), abs=1e-6)
        assert feature.rank_reference == FEATURES.index(feature.feature) + 1
    assert (report.attribution_drift.ndcg, report.attribution_drift.status) == (1.0, Status.OK)


def test_a_busy_window_weighs_by_its_rows_and_not_by_its_sample(store: Store) -> None:
    report = explain_report(store, Scope("loans"))

    busy, quiet = report.windows
    assert (busy.n_explained, quiet.n_explained, report.n_explained) == (100, 60, 160)
    by_day = [{f.feature: f.mean_absolute for f in window.features} for window in report.windows]
    for name, found in sizes(report).items():
        assert found == pytest.approx((300 * by_day[0][name] + 60 * by_day[1][name]) / 360)


def test_a_segment_is_compared_with_the_same_segment(store: Store) -> None:
    report = explain_report(store, Scope("loans", segment=Segment("site", "south")))

    assert report.n_reference == (REFERENCE["site"] == "south").sum()
    assert report.windows[1].n_explained == (QUIET["site"] == "south").sum()
    wanted = shap_of(QUIET[QUIET["site"] == "south"]).abs().mean()
    assert {f.feature: f.mean_absolute for f in report.windows[1].features} == pytest.approx(
        wanted.to_dict(), abs=1e-6
    )
    assert report.windows[1].attribution_drift.status is Status.NOT_ENOUGH_DATA


def test_a_period_can_be_compared_with_another(store: Store) -> None:
    second = Scope(
        "loans", start=pd.Timestamp("2024-05-02", tz="UTC"), end=pd.Timestamp("2024-05-03", tz="UTC")
    )
    first = explain_report(
        store, Scope("loans", start=pd.Timestamp("2024-05-01", tz="UTC"), end=second.start)
    )

    for against in ("previous", "2024-05-01..2024-05-02"):
        report = explain_report(store, Scope("loans", start=second.start, end=second.end, against=against))
        assert report.n_reference == 100
        assert {f.feature: f.share_reference for f in report.features} == {
            f.feature: f.share for f in first.features
        }


def test_a_period_that_cuts_a_window_keeps_what_its_rows_stand_for(store: Store) -> None:
    noon = pd.Timestamp("2024-05-01T12:00", tz="UTC")
    report = explain_report(store, Scope("loans", start=noon))

    morning = (BUSY["at"] < noon).sum()
    assert 0 < report.windows[0].n_explained < 100
    assert report.n_explained == report.windows[0].n_explained + 60
    assert morning == 150


def test_a_period_without_inferences_has_nothing_to_say(store: Store) -> None:
    after = pd.Timestamp("2025-01-01", tz="UTC")
    report = explain_report(store, Scope("loans", start=after, end=after + pd.Timedelta(days=1)))

    assert (report.n_explained, report.windows) == (0, ())
    assert document(report)["features"][0]["mean_absolute"] is None
    assert report.attribution_drift.status is Status.NOT_ENOUGH_DATA


def test_training_rows_are_not_explained(store: Store) -> None:
    with pytest.raises(InvalidInput, match="Training rows are not explained"):
        explain_report(store, Scope("loans", against="training"))


def test_results_are_kept_by_window(store: Store) -> None:
    version = registry.version(store, "loans")
    kept = results.read(store, version, "explain", metric="share")

    report = explain_report(store, Scope("loans"))
    wanted = {(w.start, f.feature): f.share for w in report.windows for f in w.features}
    assert {(item.window.start, item.column): item.value for item in kept} == wanted


def test_the_order_of_rows_changes_no_byte(store: Store, tmp_path: Path) -> None:
    shuffled = pd.concat([BUSY, QUIET]).sample(frac=1, random_state=1)
    with loans(tmp_path, shuffled) as other:
        for scope in (Scope("loans"), Scope("loans", segment=Segment("site", "south"))):
            assert dumps(explain_report(store, scope)) == dumps(explain_report(other, scope))


def test_an_inference_adds_up_to_what_the_model_said(store: Store) -> None:
    row = QUIET.iloc[[7]]
    found = explain_inference(store, "loans", None, row["id"].iloc[0])

    wanted = shap_of(row).iloc[0]
    assert {each.feature: each.attribution for each in found.attributions} == pytest.approx(
        wanted.to_dict(), abs=1e-6
    )
    assert {each.feature: each.value for each in found.attributions} == row[FEATURES].iloc[0].to_dict()
    total = found.base_value + sum(each.attribution for each in found.attributions)
    assert total == pytest.approx(BOOSTED.decision_function(row[FEATURES])[0], abs=1e-9)
    assert found.additivity_error == pytest.approx(0, abs=1e-9)
    assert found.score == pytest.approx(1 / (1 + np.exp(-total)))
    assert (found.output, found.prediction, found.truth) == (
        "log_odds", BOOSTED.predict(row[FEATURES])[0], row["was"].iloc[0]
    )  # fmt: skip
    strengths = [abs(each.attribution) for each in found.attributions]
    assert strengths == sorted(strengths, reverse=True)


def test_an_unknown_inference_is_named_with_the_versions_that_were_searched(store: Store) -> None:
    with pytest.raises(NotFound, match="The version '1' of 'loans' has no inference 'nobody'"):
        explain_inference(store, "loans", "1", "nobody")


def test_without_a_version_the_latest_that_has_the_inference_is_asked(tmp_path: Path) -> None:
    with loans(tmp_path, QUIET) as opened:
        (tmp_path / "spec.yaml").write_text(WITH_ARTIFACT.replace('version: "1"', 'version: "2"'), "utf-8")
        register(opened, tmp_path / "spec.yaml", silent)

        assert explain_inference(opened, "loans", None, "q0003").heading.version == "1"
        with pytest.raises(NotFound, match="The version '2' of 'loans' has no inference 'q0003'"):
            explain_inference(opened, "loans", "2", "q0003")
        with pytest.raises(NotFound, match="'2' or '1'"):
            explain_inference(opened, "loans", None, "nobody")


def test_truth_that_has_not_come_is_not_made_up(tmp_path: Path) -> None:
    with loans(tmp_path, QUIET.assign(was=None)) as opened:
        assert explain_inference(opened, "loans", None, "q0003").truth is None


def test_a_version_without_artifact_says_what_to_do(tmp_path: Path) -> None:
    with loans(tmp_path, QUIET, model=None, spec=SPEC) as opened:
        with pytest.raises(NotFound, match="Register a version whose specification names one"):
            explain_report(opened, Scope("loans"))
        with pytest.raises(NotFound, match="has no artifact"):
            explain_inference(opened, "loans", None, "q0003")


def test_a_model_of_an_unknown_family_stops_no_refresh_and_says_so(tmp_path: Path) -> None:
    dummy = DummyClassifier().fit(REFERENCE[FEATURES], REFERENCE["was"])
    with loans(tmp_path, QUIET, model=dummy) as opened:
        assert results.read(opened, registry.version(opened, "loans"), "performance")
        with pytest.raises(InvalidInput, match="DummyClassifier cannot be explained exactly yet"):
            explain_report(opened, Scope("loans"))


def test_before_the_first_refresh_the_command_is_named(tmp_path: Path) -> None:
    with loans(tmp_path, QUIET) as opened:
        (tmp_path / "spec.yaml").write_text(WITH_ARTIFACT.replace('version: "1"', 'version: "2"'), "utf-8")
        register(opened, tmp_path / "spec.yaml", silent)
        with pytest.raises(
            NotFound, match=r"has not been explained yet\. Run: python -m monitoring refresh loans"
        ):
            explain_report(opened, Scope("loans"))


COLOURS = """
model: colours
version: "1"
task: multiclass_classification
reference: reference.parquet
columns: {id: id, timestamp: at, prediction: said, truth: was, score: {red: p_red, green: p_green, blue: p_blue}}
features: [{name: income, kind: numeric}, {name: age, kind: numeric}]
window: day
artifact: model.skops
"""


def test_of_several_classes_the_predicted_one_is_explained(tmp_path: Path) -> None:
    table, names = rows(240, "c"), ["income", "age"]
    table["was"] = np.select([table["income"] > 0.5, table["age"] > 0], ["red", "green"], "blue")
    forest = RandomForestClassifier(n_estimators=10, max_depth=4, random_state=0).fit(
        table[names], table["was"]
    )
    proba = forest.predict_proba(table[names])
    table["said"] = forest.predict(table[names])
    for place, label in enumerate(forest.classes_):
        table[f"p_{label}"] = proba[:, place]
    with made_store(tmp_path, COLOURS, table, table.assign(id="i" + table["id"]), model=forest) as opened:
        found = explain_inference(opened, "colours", None, "ic0009")
        report = explain_report(opened, Scope("colours"))

    place = list(forest.classes_).index(found.prediction)
    total = found.base_value + sum(each.attribution for each in found.attributions)
    assert total == pytest.approx(proba[9, place]) == pytest.approx(found.score)
    assert (found.output, found.prediction) == ("probability", table["said"][9])
    # Strengths are summed over the classes, so that a mean of them has no sign.
    assert document(report)["features"][0]["mean"] is None
    wanted = np.abs(shap.TreeExplainer(forest).shap_values(table[names])).sum(axis=2).mean(axis=0)
    reference = {f.feature: f.share_reference for f in report.features}
    assert reference == pytest.approx(dict(zip(names, wanted / wanted.sum(), strict=True)), abs=1e-6)


def test_a_linear_pipeline_is_explained_beside_the_mean_of_its_reference(tmp_path: Path) -> None:
    columns = [*FEATURES, "site"]
    steps = make_column_transformer(
        (StandardScaler(), FEATURES), (OneHotEncoder(sparse_output=False), ["site"])
    )
    model = make_pipeline(steps, LogisticRegression()).fit(REFERENCE[columns], REFERENCE["was"])
    spec = WITH_ARTIFACT.replace("context: [site]\n", "").replace(
        "segments:", "  - {name: site, kind: categorical}\nsegments:"
    )
    with loans(tmp_path, QUIET, model=model, spec=spec) as opened:
        found = explain_inference(opened, "loans", None, "q0003")

    row = QUIET[QUIET["id"] == "q0003"]
    scaler, logistic = model[0].transformers_[0][1], model[1]
    centred = (row["income"].iloc[0] - REFERENCE["income"].mean()) / scaler.scale_[0]
    wanted = {each.feature: each.attribution for each in found.attributions}
    assert wanted["income"] == pytest.approx(logistic.coef_[0, 0] * centred)
    total = found.base_value + sum(wanted.values())
    assert total == pytest.approx(model.decision_function(row[columns])[0])


def test_a_regression_is_explained_in_the_unit_of_its_target(tmp_path: Path) -> None:
    table = rows(200, "n").assign(was=lambda t: 3 * t["income"] + t["age"])
    model = LinearRegression().fit(table[FEATURES], table["was"])
    table["said"] = model.predict(table[FEATURES])
    spec = WITH_ARTIFACT.replace("binary_classification", "regression").replace(
        'score: p, truth: was, positive: "yes"', "truth: was"
    )
    with made_store(tmp_path, spec, table, table.assign(id="i" + table["id"]), model=model) as opened:
        found = explain_inference(opened, "loans", None, "in0005")

    by_feature = {each.feature: each.attribution for each in found.attributions}
    assert by_feature["income"] == pytest.approx(3 * (table["income"][5] - table["income"].mean()))
    assert (found.output, found.score, found.truth) == ("value", None, table["was"][5])


def test_rows_that_come_later_are_explained_with_their_window(tmp_path: Path) -> None:
    with loans(tmp_path, QUIET[:30]) as opened:
        send(opened, tmp_path, "loans", inferences=scored(QUIET[30:], BOOSTED))
        assert explain_report(opened, Scope("loans")).windows[0].n_explained == len(QUIET)


def test_explained_rows_come_with_the_values_of_their_features(store: Store) -> None:
    found = explained_rows(store, Scope("loans", segment=Segment("site", "south")), 10)

    live = pd.concat([BUSY, QUIET]).set_index("id")
    assert (len(found.ids), found.n) == (
        10,
        explain_report(store, Scope("loans", segment=Segment("site", "south"))).n_explained,
    )
    assert [live.loc[name, "site"] for name in found.ids] == ["south"] * 10
    assert found.values["income"] == tuple(live.loc[list(found.ids), "income"])
    wanted = shap_of(live.loc[list(found.ids)].reset_index()).to_numpy()
    assert found.attributions == pytest.approx(wanted, abs=1e-6)
    assert set(explained_rows(store, Scope("loans"), 5).ids) < set(
        explained_rows(store, Scope("loans"), 20).ids
    )
