from __future__ import annotations

import math

import numpy as np

from monitoring import palette
from monitoring.quality.charts import CheckGrid, CheckLine, check_figure, grid_figure
from monitoring.thresholds import Status
from monitoring.traces import Windows

WINDOWS = Windows(["2013-04-01", "2013-04-02"], ["1 avril", "2 avril"])
WORDS = {status: f"mot {status}" for status in Status}
EVIL = "<b>x</b>"


def grid() -> CheckGrid:
    status = np.array([[Status.OK, Status.CRITICAL], ["", Status.WARNING]], dtype=object)
    hover = np.array([["a", "b"], ["c", EVIL]], dtype=object)
    return CheckGrid(["missing·x", "range·y"], [EVIL, "y" * 50], WINDOWS, status, hover)


def test_every_verdict_can_be_clicked_and_gaps_cannot() -> None:
    figure = grid_figure(grid(), WORDS)
    clickable = {(t.name, *map(tuple, t.customdata)) for t in figure.data if t.type == "scatter"}
    assert clickable == {
        ("mot ok", ("missing·x", "2013-04-01")),
        ("mot critical", ("missing·x", "2013-04-02")),
        ("mot warning", ("range·y", "2013-04-02")),
    }
    assert figure.data[0].z[1][0] is None


def test_cells_have_the_colour_of_their_verdict_and_ok_has_no_glyph() -> None:
    figure = grid_figure(grid(), WORDS)
    assert [level for row in figure.data[0].z for level in row] == [0, 2, None, 1]
    assert [step[0] for step in figure.data[0].colorscale] == [0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1]
    ok = next(t for t in figure.data if t.name == "mot ok")
    assert ok.marker.color == palette.TRANSPARENT


def test_names_of_users_stay_text() -> None:
    figure = grid_figure(grid(), WORDS)
    assert figure.layout.yaxis.ticktext == ("&lt;b&gt;x&lt;/b&gt;", "y" * 31 + "…")
    warning = next(t for t in figure.data if t.name == "mot warning")
    assert list(warning.hovertext) == ["&lt;b&gt;x&lt;/b&gt;"]


def test_a_check_over_time_stands_beside_what_was_expected() -> None:
    status = np.array([Status.NOT_ENOUGH_DATA, Status.CRITICAL], dtype=object)
    line = CheckLine(WINDOWS, np.array([math.nan, 0.5]), np.array([0.1, 0.1]), status, ["a", "b"])
    figure = check_figure(line, WORDS, value="Part", expected="Attendu", as_share=True)
    expected, path, *marks = figure.data

    assert list(expected.y) == [0.1, 0.1]
    assert list(path.y) == [None, 0.5]
    assert [(mark.name, list(mark.y)) for mark in marks] == [
        ("mot critical", [0.5]),
        ("mot not_enough_data", [0.0]),
    ]
    assert figure.layout.yaxis.tickformat == ".1~%"
