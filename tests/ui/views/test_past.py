"""What happened before, as rows of a table."""

from datetime import date

from monitoring.thresholds import Status
from monitoring.ui.views.past import past, past_row, table
from monitoring.ui.views.watching import model_states
from tests.ui.watches import domain, episode, kpi, model, names, watch

SEEN = watch(
    domains=[domain("drift", Status.CRITICAL, "C" * 10)],
    trends=[kpi("cost", (50.0, 300.0) + (50.0,) * 8)],
    episodes=[
        episode("kpi", "cost", 1, 1, 300.0, expected=100.0),
        episode("performance", "roc_auc", 2, 3, 0.55, expected=0.7),
        episode("drift", "psi", 4, 5, 0.8, column="dist"),
        episode("quality", "missing", 4, 6, 0.3, column="dist"),
        episode("quality", "volume", 3, 3, 5.0),
        episode("drift", "psi", 4, 4, 0.01, column="carrier", status=Status.NOT_ENOUGH_DATA),
        episode("drift", "psi", 8, 9, 0.8, column="hour"),
    ],
)
STATES = model_states([model("1", "2")], [SEEN])


def test_what_is_over_is_listed_the_newest_first() -> None:
    found = past(STATES, ("kpi", "performance", "quality", "drift"))
    assert [(e.domain, e.column) for _watch, e in found] == [
        ("quality", "dist"),
        ("drift", "dist"),
        ("performance", None),
        ("quality", None),
        ("kpi", None),
    ]
    assert [e.domain for _watch, e in past(STATES, ("kpi", "performance"))] == ["performance", "kpi"]


def test_rows_say_when_what_and_how_bad() -> None:
    found = past(STATES, ("kpi", "performance", "quality", "drift"))
    rows = [past_row(seen, happened, names()) for seen, happened in found]
    assert [(row.what, row.how_bad) for row in rows] == [
        ("Missing values: Distance", "0.3"),
        ("Changed data: Distance", "0.8"),
        ("Ability to tell cases apart (ROC AUC)", "0.55, 0.7 when it was validated"),
        ("Volume", "5"),
        ("Cost of delays", "$300, target $100"),
    ]
    assert (rows[-1].first, rows[-1].last) == (date(2024, 1, 8), date(2024, 1, 14))
    assert table(rows)["Status"] == ["◆ Critical"] * 5


def test_days_before_the_first_inference_are_not_told() -> None:
    late = watch(first=2, episodes=[episode("kpi", "cost", 1, 3, 300.0)])
    row = past_row(late, late.episodes[0], names())
    assert (row.first, row.last) == (date(2024, 1, 15), date(2024, 1, 28))
