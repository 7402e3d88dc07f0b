"""What the overview says first, and where its links lead."""

import pytest

from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.views.overview import all_concerns, finding, link_to, matching, one_each, summary
from monitoring.ui.views.watching import ModelState, model_states
from tests.ui.watches import domain, entry, episode, kpi, model, names, watch

DRIFTED = watch(
    domains=[
        domain("drift", Status.CRITICAL, "." * 9 + "C"),
        domain("quality", Status.WARNING, "." * 9 + "w"),
    ],
    episodes=[
        episode("drift", "psi", 8, 9, 0.9, column="dist"),
        episode("quality", "missing", 9, 9, 0.5, column="dist", status=Status.WARNING),
    ],
)


def states() -> list[ModelState]:
    models = [
        model(slug=slug, title=title) for slug, title in (("late", "Late"), ("ok", "Ride"), ("new", "New"))
    ]
    fine = watch(model="ok", domains=[domain("drift", Status.OK, "." * 10)])
    return model_states(models, [DRIFTED, fine])


def test_one_sentence_says_how_all_models_do() -> None:
    assert (
        summary(states())
        == "3 models are watched: 1 is in a critical state, 1 does its job, and 1 waits for data."
    )
    assert summary(states()[:1]) == "1 model is watched: 1 is in a critical state."
    with speaking("fr"):
        assert summary(states()) == (
            "3 modèles suivis\u00a0: 1 est dans un état critique, 1 fait son travail et 1 attend des données."
        )


def test_every_model_is_heard_once_before_any_is_heard_twice() -> None:
    first, more = one_each(all_concerns(states()))
    assert [concern.domain for concern in first] == ["drift"]
    assert [concern.domain for concern in more] == ["quality"]


def test_a_finding_names_the_model_and_leads_to_its_reason() -> None:
    (concern,), _more = one_each(all_concerns(states()))
    found = finding(concern, entry(), names())
    assert found.sentence.startswith("Late arrivals, version 1. The data has changed: Distance is no longer")
    assert found.page == "drift"
    assert found.changes == {
        "model": "late",
        "version": "1",
        "from": "2024-02-26",
        "to": "2024-03-11",
        "window": "",
        "segment": "",
        "against": "",
        "feature": "dist",
    }


def test_a_link_to_all_history_needs_no_period() -> None:
    where = link_to(DRIFTED, [episode("kpi", "cost", 0, 9)], entry())
    assert (where["from"], where["to"]) == ("", "")


def test_a_link_to_several_columns_names_none() -> None:
    both = [episode("drift", "psi", 8, 9, column=name) for name in ("dist", "carrier")]
    assert "feature" not in link_to(DRIFTED, both, entry())


@pytest.mark.parametrize(
    ("asked", "attention", "expected"),
    [
        ("", False, ["late", "ok", "new"]),
        ("RIDE", False, ["ok"]),
        ("la", False, ["late"]),
        ("", True, ["late"]),
        ("ride", True, []),
    ],
)
def test_models_are_found_by_name_or_slug(asked: str, attention: bool, expected: list[str]) -> None:
    found = matching(states(), asked, "en", attention=attention)
    assert [state.model.slug for state in found] == expected


def test_a_kpi_leads_to_performance() -> None:
    seen = watch(
        domains=[domain("kpi", Status.CRITICAL, "." * 9 + "C")],
        trends=[kpi("cost", (50.0,) * 9 + (200.0,))],
        episodes=[episode("kpi", "cost", 9, 9, 200.0, expected=100.0)],
    )
    (concern,) = all_concerns(model_states([model()], [seen]))
    assert finding(concern, entry(), names()).page == "performance"
