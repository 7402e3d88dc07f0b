"""Concerns in sentences that need no explanation, in both languages."""

from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.views.watching import Concern
from monitoring.ui.views.wording import tell
from monitoring.watch import Episode, Trend
from tests.ui.watches import domain, episode, kpi, metric, names, watch

COSTS = (50.0, 50.0, 50.0, 50.0, 50.0, 50.0, 50.0, 130.0, 160.0, 150.0)


def concern(*episodes: Episode, ongoing: bool = True, trends: tuple[Trend, ...] = ()) -> Concern:
    seen = watch(trends=trends, episodes=episodes, domains=[domain("drift", Status.OK, ".")])
    return Concern(seen, ("1",), episodes, ongoing)


def test_a_kpi_off_target_tells_its_last_window_and_the_sum() -> None:
    told = tell(
        concern(episode("kpi", "cost", 7, 9, 160.0, expected=100.0), trends=(kpi("cost", COSTS),)), names()
    )
    assert told.sentence == "Cost of delays: $150 in the week of Mar 4, 2024, $50.00 above the target."
    assert told.note == "3 weeks in a row, off target by $140 in all. Since Feb 19, 2024."


def test_a_kpi_back_on_target_tells_its_worst_window() -> None:
    values = (*COSTS[:9], 90.0)
    found = concern(
        episode("kpi", "cost", 7, 8, 160.0, expected=100.0), ongoing=False, trends=(kpi("cost", values),)
    )
    told = tell(found, names())
    assert told.sentence == "Cost of delays: $160 in the week of Feb 26, 2024, $60.00 above the target."
    assert told.note == "2 weeks in a row, off target by $90.00 in all. Back on target since Mar 4, 2024."


def test_a_kpi_of_one_week_needs_no_sum() -> None:
    one = concern(episode("kpi", "cost", 9, 9, 150.0, expected=100.0), trends=(kpi("cost", COSTS),))
    assert tell(one, names()).note == ""


def test_where_more_is_better_a_kpi_is_below_its_target() -> None:
    sales = kpi("sales", (100.0,) * 9 + (40.0,), direction="up")
    told = tell(concern(episode("kpi", "sales", 9, 9, 40.0, expected=100.0), trends=(sales,)), names())
    assert told.sentence == "sales: $40.00 in the week of Mar 4, 2024, $60.00 below the target."


def test_a_kpi_without_target_or_figures_claims_nothing() -> None:
    assert tell(concern(episode("kpi", "cost", 9, 9, 150.0)), names()).sentence == "Cost of delays"
    told = tell(concern(episode("kpi", "cost", 9, 9, 150.0), trends=(kpi("cost", COSTS, None),)), names())
    assert told.sentence == "Cost of delays: $150 in the week of Mar 4, 2024."


def test_performance_that_is_worse_for_weeks_is_told_for_the_weeks() -> None:
    worse = metric("mean_absolute_error", Status.CRITICAL, 27.5, 20.0, (20.0,) * 7 + (25.0, 30.0, 28.0))
    found = concern(episode("performance", "mean_absolute_error", 7, 9, 30.0, expected=20.0), trends=(worse,))
    told = tell(found, names())
    assert (
        told.sentence
        == "Average error: 27.5 in the last four weeks, against 20 when the version was validated."
    )
    assert told.note == "Since Feb 19, 2024."


def test_performance_that_was_worse_is_told_for_its_worst_week() -> None:
    calm = metric("roc_auc", Status.OK, 0.7, 0.7, (0.7,) * 8 + (0.55, 0.7))
    found = concern(
        episode("performance", "roc_auc", 7, 8, 0.55, expected=0.7), ongoing=False, trends=(calm,)
    )
    told = tell(found, names())
    assert told.sentence.startswith(
        "Ability to tell cases apart (ROC AUC): 0.55 in the week of Feb 26, 2024,"
    )
    assert told.note == "Over since Mar 4, 2024."


def test_changed_columns_are_named_by_their_labels_and_roles() -> None:
    found = concern(
        episode("drift", "psi", 0, 9, 0.9, column="dist"), episode("drift", "psi", 9, 9, 0.5, column="p")
    )
    told = tell(found, names())
    assert told.sentence == (
        "The data has changed: Distance and the scores are no longer as they were when the version was validated."
    )
    assert told.note == "Since the beginning, Jan 1, 2024."


def test_faults_are_told_by_check_with_the_share_of_rows() -> None:
    found = concern(
        episode("quality", "missing", 9, 9, 0.5, column="dist"),
        episode("quality", "missing", 9, 9, 0.25, column="carrier"),
        episode("quality", "constant", 9, 9, 1.0, column="carrier"),
        episode("quality", "volume", 9, 9, 1744.0, expected=6472.5),
        episode("quality", "freshness", 9, 9, 3.0),
    )
    assert tell(found, names()).sentence == (
        "The data has faults. Missing values: Distance and carrier (50.0% of the rows); Constant column: carrier; "
        "Volume: 1,744 rows where 6,472 are usual; Freshness."
    )


def test_the_same_in_french() -> None:
    with speaking("fr"):
        told = tell(
            concern(episode("kpi", "cost", 7, 9, 160.0, expected=100.0), trends=(kpi("cost", COSTS),)),
            names(),
        )
    assert told.sentence == (
        "Coût des retards\u00a0: 150\u00a0$US la semaine du 4 mars 2024, soit 50,00\u00a0$US au-dessus de l’objectif."
    )
    assert told.note == "3 semaines d’affilée, pour un écart total de 140\u00a0$US. Depuis le 19 févr. 2024."
