"""The parts of pages: what they say, and that users' text stays text."""

import re
from urllib.parse import unquote

import pytest
from streamlit.testing.v1 import AppTest

from monitoring.thresholds import Status
from monitoring.ui import components
from monitoring.ui.components import Tile, badge_html, plain, sparkline_html, status_text
from monitoring.ui.i18n import speaking

EVIL = "<img src=x onerror=alert(1)>"


def svg(html: str) -> str:
    found = re.search(r"data:image/svg\+xml,([^']+)'", html)
    assert found is not None
    return unquote(found[1])


def test_a_status_is_told_by_glyph_and_word() -> None:
    assert status_text(Status.WARNING) == "▲ Warning"
    assert "▲" in badge_html(Status.WARNING) and "Warning" in badge_html(Status.WARNING)
    with speaking("fr"):
        assert status_text(Status.NOT_ENOUGH_DATA) == "◌ Données insuffisantes"


def test_users_text_stays_text_in_html() -> None:
    html = components._tile_html(Tile(EVIL, EVIL, Status.OK, detail=EVIL, trend=(1, 2), alt=EVIL, help=EVIL))
    assert "<img" not in html
    assert html.count("&lt;img") == 5


def test_users_text_stays_text_in_markdown() -> None:
    assert plain("a*b_[c](d) $x$ :red[e]") == r"a\*b\_\[c\]\(d\) \$x\$ \:red\[e\]"


def test_a_trend_is_drawn_from_low_at_the_bottom_to_high_at_the_top() -> None:
    drawn = svg(sparkline_html(Tile("", "", trend=(0, 10))))
    # 28 high with an edge of 2: the lowest value lies at 26, the highest at 2.
    assert "M0.0 26.0L100.0 2.0" in drawn


def test_a_trend_has_gaps_where_values_are_missing() -> None:
    drawn = svg(sparkline_html(Tile("", "", trend=(0, 10, None, float("nan"), 10))))
    assert "M0.0 26.0L25.0 2.0M100.0 2.0" in drawn


def test_a_constant_trend_is_a_line() -> None:
    assert "M0.0 26.0L100.0 26.0" in svg(sparkline_html(Tile("", "", trend=(5, 5))))


def test_the_target_is_drawn_within_the_frame() -> None:
    assert "M0 2.0H100" in svg(sparkline_html(Tile("", "", trend=(0, 10), target=20)))


@pytest.mark.parametrize("trend", [(), (1,), (None, 1), (None, None)])
def test_one_point_is_no_trend(trend: tuple[float | None, ...]) -> None:
    assert sparkline_html(Tile("", "", trend=trend)) == ""


def test_a_trend_can_be_heard() -> None:
    assert 'aria-label="From 1 to 3.5"' in sparkline_html(Tile("", "", trend=(1, 2, 3.5)))
    with speaking("fr"):
        assert 'aria-label="De 1 à 3,5"' in sparkline_html(Tile("", "", trend=(1, 2, 3.5)))


def parts() -> None:
    import plotly.graph_objects as go

    from monitoring.thresholds import Status
    from monitoring.ui import Finding, Tile, badge, chart, empty, explained, facts, findings, section, tiles

    section("Indicators & <b>", "All rows")
    tiles([Tile("Cost", "$1", Status.OK), Tile("Plain", "2")])
    badge(Status.CRITICAL)
    findings([Finding(Status.WARNING, "The price <fell>.", note="q < 0.01")])
    facts({"Owner <i>": "R&D"})
    empty("Nothing", "Do this", "python -m monitoring demo")
    explained("What it is", formula="x^2", rows="10 rows *all*", sql="select 1", reference="Author, 1982")
    chart(go.Figure(go.Bar(y=[1, 2])), alt="Two bars", height=200)


def test_parts_show_what_they_are_given() -> None:
    app = AppTest.from_function(parts, default_timeout=60).run()
    assert not app.exception

    html = "".join(str(part.value) for part in app.html)
    for text in (
        "Indicators &amp; &lt;b&gt;",
        "vg-is-ok",
        "vg-is-critical",
        "The price &lt;fell&gt;.",
        "q &lt; 0.01",
    ):
        assert text in html
    assert "<dt>Owner &lt;i&gt;</dt><dd>R&amp;D</dd>" in html
    assert "<code>python -m monitoring demo</code>" in html
    assert [str(code.value) for code in app.code] == ["select 1"]
    assert [str(latex.value) for latex in app.latex] == ["$$\nx^2\n$$"]
    assert r"10 rows \*all\*" in str(app.markdown[1].value)
    assert app.get("plotly_chart")[0].proto.alt == "Two bars"
