"""Which versions are in service, what about them needs attention, and what comes first."""

import pytest

from monitoring.thresholds import Status
from monitoring.ui.views.watching import (
    concerns,
    excess,
    in_service,
    is_ongoing,
    model_states,
    trend_of,
    urgency,
)
from tests.ui.watches import N_WEEKS, domain, episode, kpi, metric, model, watch

FAULTY = (100.0, 180.0, 250.0, 90.0, 95.0, 90.0, 90.0, 130.0, 160.0, 5.0)
"""Weeks 1, 2, 7 and 8 are over the target of 100, and week 9 is not complete."""


def test_a_model_without_records_waits_for_data() -> None:
    (state,) = model_states([model("1", "2")], [])
    assert state.status == Status.NOT_ENOUGH_DATA
    assert state.versions == (("2", None), ("1", None))
    assert state.current is None


def test_the_newest_version_with_inferences_is_the_current_one() -> None:
    old, new = watch("1"), watch("2")
    (state,) = model_states([model("1", "2", "3")], [old, new])
    assert [name for name, _ in state.versions] == ["3", "2", "1"]
    assert state.current is new


def test_models_that_need_attention_most_come_first() -> None:
    models = [model(slug=slug) for slug in ("fine", "late", "odd")]
    watches = [
        watch(model="fine", domains=[domain("drift", Status.OK, ".")]),
        watch(model="odd", domains=[domain("drift", Status.WARNING, "w")]),
        watch(model="late", domains=[domain("drift", Status.CRITICAL, "C")]),
    ]
    assert [state.model.slug for state in model_states(models, watches)] == ["late", "odd", "fine"]


def test_a_version_that_nothing_is_sent_to_any_more_is_out_of_service() -> None:
    old, new = watch("1", last=5), watch("2", first=5)
    assert in_service([old, new]) == [new]
    assert in_service([]) == []
    both = watch("1", last=8)
    assert in_service([both, new]) == [both, new]


def test_troubles_of_a_version_out_of_service_are_not_the_model_s() -> None:
    old = watch("1", last=5, domains=[domain("drift", Status.CRITICAL, "CCCCC")])
    new = watch("2", domains=[domain("drift", Status.OK, ".....")])
    (state,) = model_states([model("1", "2")], [old, new])
    assert state.status == Status.OK


def test_an_episode_goes_on_when_only_windows_without_verdict_follow() -> None:
    cost = kpi("cost", FAULTY, judged=8)
    seen = watch(domains=[domain("kpi", Status.CRITICAL, ".wC....wC_")], trends=[cost])
    over, still = episode("kpi", "cost", 1, 2, 250.0), episode("kpi", "cost", 7, 8, 160.0)
    assert not is_ongoing(seen, over)
    assert is_ongoing(seen, still)


def test_a_column_whose_last_judged_window_was_fine_is_over() -> None:
    seen = watch(domains=[domain("drift", Status.OK, "........C.")])
    assert not is_ongoing(seen, episode("drift", "psi", 8, 8, 0.5, column="dist"))
    assert is_ongoing(seen, episode("drift", "psi", 9, 9, 0.5, column="dist"))


def test_a_kpi_that_was_off_target_lately_is_told_even_when_it_is_over() -> None:
    cost = kpi("cost", (*FAULTY[:8], 90.0, 5.0), judged=8)
    seen = watch(
        trends=[cost], episodes=[episode("kpi", "cost", 1, 2, 250.0), episode("kpi", "cost", 7, 7, 130.0)]
    )
    (found,) = concerns(seen)
    assert found.episodes[0].windows == 1
    assert not found.ongoing


def test_drift_that_is_over_is_no_concern() -> None:
    seen = watch(
        domains=[domain("drift", Status.OK, "........C.")], episodes=[episode("drift", "psi", 8, 8, 1.0)]
    )
    assert concerns(seen) == []


def test_one_bad_week_of_a_metric_is_no_trend() -> None:
    last = episode("performance", "mean_absolute_error", 9, 9, 30.0, expected=20.0)
    values = (20.0,) * 9 + (30.0,)
    domains = [domain("performance", Status.OK, ".........C")]
    calm = watch(
        domains=domains,
        trends=[metric("mean_absolute_error", Status.OK, 21.0, 20.0, values)],
        episodes=[last],
    )
    worse = watch(
        domains=domains,
        trends=[metric("mean_absolute_error", Status.WARNING, 22.0, 20.0, values)],
        episodes=[last],
    )
    assert [c.ongoing for c in concerns(calm)] == []
    assert [c.ongoing for c in concerns(worse)] == [True]


def test_all_columns_of_a_domain_are_one_concern_the_worst_first() -> None:
    seen = watch(
        domains=[domain("drift", Status.CRITICAL, "." * 9 + "C")],
        episodes=[
            episode("drift", "psi", 9, 9, 0.2, column="carrier", status=Status.WARNING),
            episode("drift", "psi", 8, 9, 0.5, column="dist"),
            episode("drift", "psi", 9, 9, 0.9, column="hour"),
        ],
    )
    (found,) = concerns(seen)
    assert [e.column for e in found.episodes] == ["hour", "dist", "carrier"]
    assert found.status == Status.CRITICAL


def test_what_goes_on_is_as_bad_as_it_is_now_and_what_is_over_as_it_was() -> None:
    now_better = kpi("cost", (50.0,) * 8 + (200.0, 110.0))
    seen = watch(
        domains=[domain("drift", Status.OK, "." * 8 + "Cw")],
        trends=[now_better],
        episodes=[
            episode("kpi", "cost", 8, 9, 200.0, expected=100.0),
            episode("drift", "psi", 8, 9, 0.9, column="dist"),
        ],
    )
    assert [concern.status for concern in concerns(seen)] == [Status.WARNING, Status.WARNING]
    over = watch(
        trends=[kpi("cost", (50.0,) * 8 + (200.0, 50.0))], episodes=[episode("kpi", "cost", 8, 8, 200.0)]
    )
    assert [concern.status for concern in concerns(over)] == [Status.CRITICAL]


def test_versions_that_read_the_same_data_share_its_troubles_and_keep_their_own_money() -> None:
    def version(name: str) -> object:
        return watch(
            name,
            domains=[
                domain("drift", Status.CRITICAL, "." * 9 + "C"),
                domain("kpi", Status.CRITICAL, "." * 9 + "C"),
            ],
            trends=[kpi("cost", (50.0,) * 9 + (200.0,))],
            episodes=[
                episode("drift", "psi", 9, 9, 0.5, column="dist"),
                episode("kpi", "cost", 9, 9, 200.0, expected=100.0),
            ],
        )

    (state,) = model_states([model("1", "2")], [version("1"), version("2")])  # type: ignore[list-item]
    assert [(c.domain, c.versions) for c in state.concerns] == [
        ("kpi", ("2",)),
        ("kpi", ("1",)),
        ("drift", ("2", "1")),
    ]


def test_what_goes_on_comes_before_what_is_over_and_money_before_all_else() -> None:
    cost = kpi("cost", (50.0,) * 8 + (300.0, 90.0))
    seen = watch(
        domains=[
            domain("drift", Status.CRITICAL, "." * 9 + "C"),
            domain("quality", Status.CRITICAL, "." * 9 + "C"),
        ],
        trends=[cost, kpi("idle", (50.0,) * 9 + (110.0,))],
        episodes=[
            episode("drift", "psi", 9, 9, 0.5, column="dist"),
            episode("quality", "missing", 9, 9, 0.5, column="dist"),
            episode("kpi", "cost", 8, 8, 300.0, expected=100.0),
            episode("kpi", "idle", 9, 9, 110.0, expected=100.0, status=Status.WARNING),
        ],
    )
    ranked = sorted(concerns(seen), key=urgency)
    assert [(c.domain, c.episodes[0].name) for c in ranked] == [
        ("kpi", "idle"),
        ("quality", "missing"),
        ("drift", "psi"),
        ("kpi", "cost"),
    ]


def test_what_is_lost_in_an_episode_is_the_sum_beyond_the_target() -> None:
    cost = kpi("cost", FAULTY)
    assert excess(episode("kpi", "cost", 1, 2, 250.0, expected=100.0), cost) == pytest.approx(80 + 150)
    assert excess(episode("kpi", "cost", 1, 2, 250.0), cost) == 0.0
    assert excess(episode("kpi", "cost", 1, 2, 250.0, expected=100.0), None) == 0.0


def test_a_window_without_value_adds_nothing_to_what_is_lost() -> None:
    sales = kpi("sales", (90.0, None, 40.0), direction="up")
    assert excess(episode("kpi", "sales", 0, 2, 40.0, expected=100.0), sales) == pytest.approx(10 + 60)


def test_a_column_has_no_figure_over_time() -> None:
    assert trend_of(watch(trends=[kpi("cost", FAULTY)]), episode("drift", "psi", 0, 0, column="cost")) is None


def test_ten_weeks_are_made_up() -> None:
    assert (watch().last - watch().first).days == 7 * N_WEEKS
