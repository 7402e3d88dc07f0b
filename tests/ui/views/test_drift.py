"""What the page on drift says of reports that are made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitoring.document import Heading
from monitoring.drift.methods import METHODS
from monitoring.drift.report import DriftReport, DriftWindow, FeatureDrift
from monitoring.spec import Spec, spec_from
from monitoring.thresholds import Status
from monitoring.ui.i18n import speaking
from monitoring.ui.views import drift
from monitoring.ui.views.drift import Overview, overview
from monitoring.ui.views.feature import neighbours
from monitoring.ui.views.names import Names
from monitoring.ui.views.traps import METHOD_TRAPS, UNITS

MONDAY = datetime(2024, 3, 4, tzinfo=UTC)
WEEK = timedelta(weeks=1)
OK, WARNING, CRITICAL, FEW = Status.OK, Status.WARNING, Status.CRITICAL, Status.NOT_ENOUGH_DATA


def spec() -> Spec:
    return spec_from(
        {
            "model": "m",
            "version": "1",
            "task": "regression",
            "reference": "r.csv",
            "columns": {"id": "id", "timestamp": "t", "prediction": "p", "truth": "y"},
            "features": [
                {"name": "a", "kind": "numeric", "label": {"en": "Age", "fr": "Âge"}},
                {"name": "b", "kind": "numeric"},
                {"name": "c", "kind": "numeric"},
            ],
        }
    )


NAMES = Names("M", spec())


def found(
    feature: str,
    effect: float,
    status: Status = OK,
    *,
    role: str = "feature",
    importance: float | None = None,
    missing: float = 0.0,
) -> FeatureDrift:
    return FeatureDrift(
        feature, "numeric", role, status, 500, 100, 0.0, missing, effect, "psi",
        0.0001 if status in (WARNING, CRITICAL) else 0.4, 0.0002 if status in (WARNING, CRITICAL) else 0.5,
        importance, None if importance is None else importance * effect, {"psi": effect},
    )  # fmt: skip


def report(whole: list[FeatureDrift], *windows: list[FeatureDrift], status: Status = OK) -> DriftReport:
    every = tuple(
        DriftWindow(MONDAY + WEEK * place, MONDAY + WEEK * (place + 1), 100, OK, tuple(features))
        for place, features in enumerate(windows)
    )
    end = MONDAY + WEEK * max(1, len(windows))
    heading = Heading("m", "1", MONDAY, end, "week")
    return DriftReport(heading, "reference", 500, 100, 0.0, status, tuple(whole), {}, every)


def names_of(view: Overview) -> list[str]:
    return [standing.name for standing in view.features]


def test_columns_are_sorted_by_verdict_then_by_windows_then_by_impact() -> None:
    whole = [
        found("quiet", 0.01, importance=0.6),
        found("in one week", 0.02, importance=0.1),
        found("small impact", 0.9, CRITICAL, importance=0.05),
        found("large impact", 0.5, CRITICAL, importance=0.2),
        found("warned", 0.2, WARNING, importance=0.05),
    ]
    weeks = [
        whole,
        [found(f.feature, f.effect, WARNING if f.feature == "in one week" else f.status) for f in whole],
    ]
    assert names_of(overview(report(whole, *weeks))) == [
        "large impact", "small impact", "warned", "in one week", "quiet",
    ]  # fmt: skip


def test_outputs_and_truth_stand_apart() -> None:
    view = overview(report([found("p", 2.0, CRITICAL, role="prediction"), found("a", 0.0)]))
    assert (names_of(view), [s.name for s in view.outcomes]) == (["a"], ["p"])
    assert drift.answer(view) == "No feature has changed since the reference."


def test_what_changed_in_single_windows_only_is_said_so() -> None:
    view = overview(report([found("a", 0.01)], [found("a", 0.4, CRITICAL)], [found("a", 0.01)]))
    assert (
        drift.answer(view)
        == "Over the whole period no feature has changed since the reference; a did in single windows."
    )


def test_too_few_rows_are_no_change_and_no_all_clear() -> None:
    view = overview(report([found("a", 0.4, FEW)], status=FEW))
    assert drift.answer(view) == "There are too few rows to say whether anything has changed."
    assert drift.sureness(view.features[0].whole) == "too few rows to be sure"


def test_a_finding_tells_a_change_that_lasts_from_one_that_is_over() -> None:
    def note(*statuses: Status) -> str:
        weeks = [[found("a", 0.3 if s is CRITICAL else 0.01, s, importance=0.5)] for s in statuses]
        view = overview(report([found("a", 0.01, importance=0.5)], *weeks))
        return drift.change_note(view.features[0], view, NAMES)

    assert "since Mar 11, 2024" in note(OK, CRITICAL, CRITICAL)
    assert "still so in the last window" in note(OK, OK, CRITICAL)
    assert "last in the week of Mar 11, 2024" in note(OK, CRITICAL, OK)
    # A window of too few rows neither ends a change nor is one.
    assert "since Mar 4, 2024" in note(CRITICAL, CRITICAL, FEW)
    assert "seen in 2 of 2 weeks" in note(CRITICAL, CRITICAL, FEW)
    assert "no. 1 of 1 in importance" in note(CRITICAL)


def test_a_rise_of_missing_values_is_said() -> None:
    view = overview(report([found("a", 0.5, CRITICAL, missing=0.534)]))
    assert drift.findings(view, NAMES, 3)[0].note.endswith("missing values 0.0% → 53.4%")


def test_the_first_finding_is_the_largest_or_says_that_it_matters_most() -> None:
    whole = [found("a", 0.3, CRITICAL, importance=0.9), found("b", 0.5, CRITICAL, importance=0.1)]
    texts = [f.sentence for f in drift.findings(overview(report(whole)), NAMES, 3)]
    assert texts == [
        "a (Age) matters most: PSI 0.30 over the whole period.",
        "b changed: PSI 0.50 over the whole period.",
    ]
    assert drift.findings(overview(report(whole[:1])), NAMES, 3)[0].sentence.startswith(
        "a (Age) changed most"
    )


def test_the_meaning_of_a_column_is_in_the_reader_s_language() -> None:
    with speaking("fr"):
        assert drift.title("a", NAMES) == "a (Âge)"
    assert drift.title("b", NAMES) == "b"


def test_columns_are_found_by_name_and_by_meaning() -> None:
    view = overview(report([found("a", 0.1), found("b", 0.1)]))
    assert [s.name for s in drift.matching(view.features, " AGE ", NAMES)] == ["a"]
    assert [s.name for s in drift.matching(view.features, "", NAMES)] == ["a", "b"]
    assert drift.matching(view.features, "zzz", NAMES) == []


def test_windows_without_rows_or_without_their_like_are_gaps() -> None:
    alone = replace(found("a", 0.2, FEW), n_reference=0)
    weeks = report([found("a", 0.1)], [found("a", 0.1)], [alone])
    late = DriftWindow(MONDAY + 4 * WEEK, MONDAY + 5 * WEEK, 100, OK, (found("a", 0.3, WARNING),))
    view = overview(replace(weeks, windows=(*weeks.windows, late)))
    grid = drift.grid(view, view.features, NAMES)

    assert list(grid.status[0]) == [OK, "", "", "", WARNING]
    assert np.isnan(grid.effect[0]).tolist() == [False, True, True, True, False]


def test_tiles_tell_the_period_the_last_window_and_the_outputs() -> None:
    score = found("s", 0.3, CRITICAL, role="score")
    label = found("p", 0.2, WARNING, role="prediction")
    whole = [found("a", 0.3, CRITICAL), found("b", 0.01), label, score]
    tiles = drift.tiles_of(overview(report(whole, whole, whole, status=WARNING)), NAMES)
    assert [(t.label, t.value, t.status) for t in tiles] == [
        ("Features that changed", "1 of 2", WARNING),
        ("In the last window", "1 of 2", OK),
        ("Scores", "PSI 0.30", CRITICAL),
    ]


def test_neighbours_follow_the_order_of_the_page() -> None:
    view = overview(report([found("a", 0.1), found("b", 0.9, CRITICAL), found("p", 0.0, role="prediction")]))
    assert neighbours(view, "b") == ("", "a")
    assert neighbours(view, "a") == ("b", "p")
    assert neighbours(view, "p") == ("a", "")


def test_what_stands_in_the_url_is_a_moment_or_nothing() -> None:
    assert drift.start_of("2024-03-04T00:00:00Z") == MONDAY
    assert drift.start_of("soon") is None


@pytest.mark.parametrize("name", METHODS)
def test_the_trap_of_a_method_is_told_as_the_method_says_it(name: str) -> None:
    assert METHOD_TRAPS[name] == METHODS[name].trap
    assert METHODS[name].unit in ("", "the column's unit", *UNITS)
