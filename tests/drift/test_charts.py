from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from monitoring import palette
from monitoring.drift.charts import (
    BandLine,
    BandWords,
    Distribution,
    DriftGrid,
    DriftWords,
    EffectLine,
    ShareLine,
    band_figure,
    distribution_figure,
    effect_over_time_figure,
    heatmap_figure,
    is_logarithmic,
    shares_figure,
)
from monitoring.thresholds import Status, Threshold
from monitoring.traces import Windows

PSI = Threshold(warning=0.1, critical=0.25)
WORDS = DriftWords(
    effect="Effet",
    statuses={status: f"mot {status}" for status in Status},
    warning="avertissement",
    critical="critique",
)
WINDOWS = Windows(["2013-04-01T00:00:00Z", "2013-04-02T00:00:00Z"], ["1 avril", "2 avril"])
EVIL = '<a href="javascript:alert(1)">x</a>'


def statuses(*rows: tuple[str, ...] | Status) -> np.ndarray:
    return np.array(rows, dtype=object)


def grid(**changes: Any) -> DriftGrid:
    values: dict[str, Any] = {
        "features": ["distance", EVIL],
        "labels": ["Distance", EVIL],
        "windows": WINDOWS,
        "effect": np.array([[0.02, 0.3], [0.12, np.nan]]),
        "status": statuses((Status.OK, Status.CRITICAL), (Status.WARNING, Status.UNDEFINED)),
        "threshold": PSI,
    }
    return DriftGrid(**(values | changes))


def traces(figure: go.Figure) -> list[dict[str, Any]]:
    """The figure as the browser gets it."""
    data: list[dict[str, Any]] = json.loads(figure.to_json())["data"]
    return data


def by_name(figure: go.Figure) -> dict[str, dict[str, Any]]:
    return {trace["name"]: trace for trace in traces(figure) if "name" in trace}


def test_every_cell_of_the_heat_map_can_be_clicked_and_says_feature_and_window() -> None:
    found = {
        (name, *detail[:2])
        for name, trace in by_name(heatmap_figure(grid(), WORDS)).items()
        for detail in trace["customdata"]
    }
    assert found == {
        ("mot ok", "distance", "2013-04-01T00:00:00Z"),
        ("mot critical", "distance", "2013-04-02T00:00:00Z"),
        ("mot warning", EVIL, "2013-04-01T00:00:00Z"),
        ("mot undefined", EVIL, "2013-04-02T00:00:00Z"),
    }


def test_markers_of_the_heat_map_stand_on_their_cells() -> None:
    figure = heatmap_figure(grid(), WORDS)
    positions = {
        trace.name: (list(trace.x), list(trace.y)) for trace in figure.data if trace.type == "scatter"
    }
    assert positions["mot critical"] == ([1], [0])
    assert positions["mot warning"] == ([0], [1])
    assert figure.data[0].z[0][1] == 0.3


def test_a_status_has_its_own_shape_and_colour() -> None:
    status = statuses(tuple(Status))
    windows = Windows([f"2013-04-0{i}" for i in range(1, 6)], [str(i) for i in range(1, 6)])
    line = EffectLine(windows, np.array([0.01, 0.1, 0.3, 0.2, np.nan]), status[0], PSI)
    markers = [trace["marker"] for trace in by_name(effect_over_time_figure(line, WORDS)).values()]
    assert len({marker["symbol"] for marker in markers}) == len(Status)
    assert len({marker["color"] for marker in markers}) == len(Status)


def test_cells_that_are_ok_have_no_glyph() -> None:
    ok = by_name(heatmap_figure(grid(), WORDS))["mot ok"]
    assert ok["marker"]["color"] == palette.TRANSPARENT
    assert ok["showlegend"] is False


@pytest.mark.parametrize("status", [Status.NOT_ENOUGH_DATA, Status.UNDEFINED])
def test_an_effect_that_was_not_judged_is_not_told(status: Status) -> None:
    one = grid(
        features=["a"],
        labels=["a"],
        windows=Windows(["2013-04-01"], ["1 avril"]),
        effect=np.array([[0.5]]),
        status=statuses((status,)),
    )
    figure = heatmap_figure(one, WORDS)
    hover = by_name(figure)[f"mot {status}"]["hovertemplate"]
    assert "Effet" not in hover
    assert f"mot {status}" in hover


def test_names_of_users_stay_text() -> None:
    figure = heatmap_figure(grid(), WORDS)
    assert figure.layout.yaxis.ticktext[1].startswith('&lt;a href="javascript')
    bars = distribution_figure(
        Distribution([EVIL, "Autres", "Manquantes"], np.array([0.9, 0, 0.1]), np.array([0.5, 0.1, 0.4])),
        reference="Référence",
        current="Période",
        share="Part",
    )
    for texts in (figure.layout.yaxis.ticktext, bars.layout.xaxis.ticktext, bars.data[0].hovertext):
        assert not any("<" in text for text in texts)


def test_long_names_are_cut_on_the_axis_only() -> None:
    long = "x" * 80
    figure = heatmap_figure(grid(features=[long, "b"], labels=[long, "b"]), WORDS)
    assert figure.layout.yaxis.ticktext[0] == "x" * 31 + "…"
    assert by_name(figure)["mot ok"]["customdata"][0][0] == long


def test_many_windows_are_named_now_and_then() -> None:
    n = 90
    windows = Windows([f"w{i}" for i in range(n)], [f"day {i}" for i in range(n)])
    wide = grid(
        windows=windows,
        effect=np.zeros((2, n)),
        status=np.full((2, n), Status.WARNING, dtype=object),
    )
    figure = heatmap_figure(wide, WORDS)
    assert list(figure.layout.xaxis.ticktext) == [f"day {i}" for i in range(0, n, 9)]
    assert figure.data[0].xgap == 0
    assert figure.data[1].marker.size < 9


def test_an_empty_grid_is_an_empty_figure() -> None:
    empty = grid(
        features=[],
        labels=[],
        windows=Windows([], []),
        effect=np.zeros((0, 0)),
        status=np.empty((0, 0), object),
    )
    assert [trace["type"] for trace in traces(heatmap_figure(empty, WORDS))] == ["heatmap"]


def test_both_distributions_stand_on_the_same_bins_with_the_last_two_apart() -> None:
    shares = Distribution(
        ["low", "high", "Autres", "Manquantes"], np.array([0.5, 0.4, 0, 0.1]), np.array([0.2, 0.5, 0.1, 0.2])
    )
    figure = distribution_figure(shares, reference="Référence", current="Période", share="Part")
    before, now = figure.data
    assert list(before.x) == list(now.x) == [0, 1, 2.5, 3.5]
    assert (before.name, list(before.y)) == ("Référence", [0.5, 0.4, 0, 0.1])
    assert (now.name, list(now.y)) == ("Période", [0.2, 0.5, 0.1, 0.2])
    assert list(figure.layout.xaxis.ticktext) == ["low", "high", "Autres", "Manquantes"]
    assert list(now.marker.pattern.shape) == ["", "", "/", "/"]


def test_other_and_missing_are_named_however_many_categories_there_are() -> None:
    shares = np.full(202, 1 / 202)
    labels = [*(f"c{i}" for i in range(200)), "Autres", "Manquantes"]
    figure = distribution_figure(
        Distribution(labels, shares, shares), reference="Référence", current="Période", share="Part"
    )
    named = list(figure.layout.xaxis.ticktext)
    assert named[-2:] == ["Autres", "Manquantes"]
    assert len(named) <= 32


def test_the_effect_over_time_shows_its_thresholds() -> None:
    line = EffectLine(WINDOWS, np.array([0.02, 0.3]), statuses(Status.OK, Status.CRITICAL), PSI)
    figure = effect_over_time_figure(line, WORDS)
    assert [shape.y0 for shape in figure.layout.shapes] == [0.1, 0.25]
    assert [note.text for note in figure.layout.annotations] == ["avertissement", "critique"]


def test_a_window_without_effect_is_marked_on_the_ground_and_breaks_the_line() -> None:
    line = EffectLine(WINDOWS, np.array([0.02, np.nan]), statuses(Status.OK, Status.UNDEFINED), PSI)
    figure = effect_over_time_figure(line, WORDS)
    mark = next(trace for trace in figure.data if trace.name == "mot undefined")
    assert (list(mark.x), list(mark.y)) == (["2013-04-02T00:00:00Z"], [0.0])
    assert np.isnan(figure.data[0].y[1])
    assert by_name(figure)["mot undefined"]["customdata"] == [["2013-04-02T00:00:00Z", "2 avril", None]]


def test_windows_without_rows_are_gaps() -> None:
    gap = grid(status=statuses((Status.OK, ""), ("", Status.UNDEFINED)), effect=np.array([[0.1, np.nan]] * 2))
    clickable = [
        detail[1] for trace in by_name(heatmap_figure(gap, WORDS)).values() for detail in trace["customdata"]
    ]
    assert sorted(clickable) == sorted(WINDOWS.starts)


def test_outputs_stand_apart_from_features() -> None:
    assert [shape.y0 for shape in heatmap_figure(grid(outcomes_from=1), WORDS).layout.shapes] == [0.5]
    assert not heatmap_figure(grid(), WORDS).layout.shapes


def test_intervals_are_named_at_their_edges_and_empty_ends_are_left_out() -> None:
    shares = Distribution(
        ["≤ 1", "1 – 2", "> 2", "Autres", "Manquantes"],
        np.array([0.5, 0.4, 0.1, 0, 0]),
        np.array([0.2, 0.5, 0.1, 0, 0.2]),
        edges=["1", "2"],
    )
    figure = distribution_figure(shares, reference="Référence", current="Période", share="Part")
    assert list(figure.data[0].x) == [0, 1, 2, 3.5]
    assert list(figure.layout.xaxis.tickvals) == [0.5, 1.5, 3.5]
    assert list(figure.layout.xaxis.ticktext) == ["1", "2", "Manquantes"]


def test_a_band_breaks_where_a_window_has_no_values() -> None:
    windows = Windows(["2013-04-01", "2013-04-02", "2013-04-03"], ["1", "2", "3"], chosen="2013-04-03")
    quantiles = np.array([[0, 1, 2, 3, 4], [np.nan] * 5, [1, 2, 3, 4, 5]], dtype=float)
    words = BandWords("Valeur", "Médiane", "Moitié", "Neuf dixièmes", "Référence")
    most, half, median, level = band_figure(BandLine(windows, quantiles, np.arange(5.0)), words).data

    assert list(most.y) == [4, 0, None, 5, 1, None]
    assert list(half.x) == ["2013-04-01"] * 2 + [None] + ["2013-04-03"] * 2 + [None]
    assert list(median.y) == [2, None, 3]
    assert list(level.y) == [2, 2]
    assert [s.x0 for s in band_figure(BandLine(windows, quantiles, np.arange(5.0)), words).layout.shapes] == [
        "2013-04-03"
    ]


def test_each_share_stands_beside_that_of_the_reference_in_its_colour() -> None:
    lines = [ShareLine(EVIL, np.array([0.5, np.nan]), 0.4), ShareLine("b", np.array([0.1, 0.2]), 0.1)]
    figure = shares_figure(WINDOWS, lines, share="Part", reference="référence")

    first, first_level, second, _ = figure.data
    assert first.line.color == first_level.line.color != second.line.color
    assert list(first.y) == [0.5, None]
    assert list(first_level.y) == [0.4, 0.4]
    assert "<a" not in first.name + first.hovertemplate


def test_an_effect_that_would_flatten_the_others_is_drawn_by_orders_of_magnitude() -> None:
    line = EffectLine(WINDOWS, np.array([0.0, 4.5]), statuses(Status.OK, Status.CRITICAL), PSI)
    figure = effect_over_time_figure(line, WORDS)
    assert is_logarithmic(line)
    assert figure.layout.yaxis.type == "log"
    # No effect stands on the ground of the axis, a hundredth of a warning.
    assert list(figure.data[0].y) == pytest.approx([0.001, 4.5])
    assert [note.y for note in figure.layout.annotations] == pytest.approx([-1, np.log10(0.25)])
