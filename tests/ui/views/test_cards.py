"""A model's card: its sentence, its figures, its worst moments."""

from dataclasses import replace

import pytest

from monitoring.thresholds import Status
from monitoring.ui.views.cards import (
    card_facts,
    card_sentence,
    head_html,
    heading,
    judged_values,
    key_html,
    part_html,
    tiles_of,
    worst_moments,
)
from monitoring.ui.views.watching import ModelState, model_states
from monitoring.watch import Watch
from tests.ui.watches import domain, episode, kpi, metric, model, names, watch

COSTS = (50.0, 110.0, 300.0, 50.0, 50.0, 50.0, 50.0, 50.0, 150.0, 5.0)


def state_of(*watches: Watch) -> ModelState:
    return model_states([model(*(seen.version for seen in watches))], watches)[0]


def test_the_most_urgent_concern_is_the_card_s_sentence() -> None:
    seen = watch(
        domains=[domain("kpi", Status.CRITICAL, ".wC.....C_")],
        trends=[kpi("cost", COSTS, judged=8)],
        episodes=[episode("kpi", "cost", 8, 8, 150.0, expected=100.0)],
    )
    assert card_sentence(state_of(seen), names()).startswith(
        "Cost of delays: $150 in the week of Feb 26, 2024"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.OK, "Nothing needs attention"),
        (Status.WARNING, "In the last four weeks, this was not as it should be: Drift."),
        (Status.NOT_ENOUGH_DATA, "There is not enough data yet"),
        (Status.UNDEFINED, "There is not enough data yet"),
    ],
)
def test_without_concerns_the_status_is_said_in_words(status: Status, expected: str) -> None:
    seen = watch(domains=[domain("drift", status, "." * 10)])
    assert card_sentence(state_of(seen), names()).startswith(expected)


def test_a_model_that_nothing_was_logged_for_says_what_to_do() -> None:
    (state,) = model_states([model()], [])
    assert "log inferences" in card_sentence(state, names())
    assert card_facts(state, names()) == "Owner: network"


def test_facts_say_who_how_much_and_until_when() -> None:
    assert card_facts(state_of(watch()), names()) == (
        "Owner: network · 400 inferences in the last four weeks · outcome known for 95.0% · "
        "data of Jan 1 – Mar 10, 2024".replace(" – ", "\u2009–\u2009")
    )
    young = replace(watch(last=3), recent_start=watch().first, maturity=None)
    assert card_facts(state_of(young), names(owner=None)).startswith("400 inferences since the beginning")


def test_tiles_stop_at_the_last_window_that_was_judged() -> None:
    assert judged_values(kpi("cost", COSTS, judged=8)) == COSTS[:9]
    assert judged_values(replace(kpi("cost", COSTS), window=None)) == COSTS


def test_kpi_tiles_show_the_last_judged_window_against_the_target() -> None:
    seen = watch(trends=[kpi("cost", COSTS, judged=8)])
    (tile,) = tiles_of(seen, names())
    assert (tile.label, tile.value, tile.target) == ("Cost of delays", "$150", 100.0)
    assert tile.detail == "Week of Feb 26, 2024, target: at most $100"
    assert tile.alt == "From $50.00 to $150; between $50.00 and $300"


def test_kpi_tiles_of_other_kinds() -> None:
    free = kpi("cost", COSTS, target=None)
    more = kpi("cost", COSTS, direction="up")
    none = replace(kpi("cost", (None,)), window=None, value=None, status=Status.NOT_ENOUGH_DATA)
    details = [tile.detail for tile in tiles_of(watch(trends=[free, more, none]), names())]
    assert details == [
        "Week of Mar 4, 2024, no target",
        "Week of Mar 4, 2024, target: at least $100",
        "No complete window yet",
    ]
    assert tiles_of(watch(trends=[none]), names())[0].alt == ""


def test_the_metric_tile_compares_the_last_weeks_with_the_validation() -> None:
    seen = watch(trends=[metric("mean_absolute_error", Status.WARNING, 22.0, 20.0, (20.0, None, 25.0))])
    (tile,) = tiles_of(seen, names())
    assert (tile.label, tile.value, tile.status) == ("Average error", "22", Status.WARNING)
    assert tile.detail == "In the last four weeks, 20 when it was validated"


def test_the_worst_moments_are_told_in_the_order_of_time_one_for_any_time() -> None:
    seen = watch(
        trends=[kpi("cost", COSTS), kpi("idle", (0.0,) * 10)],
        episodes=[
            episode("kpi", "cost", 8, 8, 150.0, expected=100.0),
            episode("kpi", "cost", 1, 2, 300.0, expected=100.0),
            episode("kpi", "idle", 2, 3, 0.0, expected=1.0),
            episode("drift", "psi", 5, 6, 9.0, column="dist"),
        ],
    )
    moments = worst_moments([seen], {"1": names()})
    assert [moment.label.replace("\u2009", " ") for moment in moments] == [
        "Jan 8 – 21, 2024: $210 above target",
        "Feb 26 – Mar 3, 2024: $50.00 above target",
    ]
    assert moments[0].help == "Cost of delays, version 1"


def test_below_target_is_said_where_more_is_better() -> None:
    sales = kpi("cost", (40.0,) * 10, direction="up")
    seen = watch(trends=[sales], episodes=[episode("kpi", "cost", 0, 9, 40.0, expected=100.0)])
    assert worst_moments([seen], {"1": names()})[0].label.endswith("$600 below target")


def test_a_head_shows_users_text_as_text() -> None:
    html = head_html(state_of(watch()), names(title="<b>Bold</b>"))
    assert "<b>" not in html
    assert "&lt;b&gt;Bold" in html
    assert "<i>" not in part_html("a", "<i>")


def test_a_key_names_every_status_of_a_bar() -> None:
    assert all(word in key_html("History") for word in ("OK", "Warning", "Critical", "Not enough data"))


def test_versions_are_named_where_there_are_several() -> None:
    one, two = watch("1"), watch("2")
    assert heading(one, [one]) == ""
    assert heading(one, [two, one]) == "Version 1"
