"""The look: one set of colours everywhere, readable text, statuses that nobody confuses."""

import itertools
import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from numpy.typing import NDArray

from monitoring import palette
from monitoring.thresholds import Status
from monitoring.ui import theme

# Simulation of full colour blindness: Machado, Oliveira and Fernandes (2009), in linear RGB.
BLINDNESS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
THEMES = [theme.LIGHT, theme.DARK]


def linear(colour: str) -> NDArray[np.float64]:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    high, low = sorted((float(linear(c) @ TO_XYZ[1]) for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, blindness: str) -> NDArray[np.float64]:
    xyz = TO_XYZ @ np.clip(BLINDNESS[blindness] @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, blindness: str) -> float:
    """CIE 1976 colour difference: 2.3 can just be seen."""
    return float(np.linalg.norm(lab(one, blindness) - lab(other, blindness)))


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    path = Path(__file__).parents[2] / ".streamlit" / "config.toml"
    settings: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return settings


@pytest.mark.parametrize("colours", THEMES, ids=lambda p: p.name)
def test_streamlit_has_the_same_colours(config: dict[str, Any], colours: theme.Palette) -> None:
    section = config["theme"][colours.name]
    assert section["backgroundColor"] == colours.background
    assert section["secondaryBackgroundColor"] == colours.surface
    assert section["textColor"] == colours.text
    assert section["borderColor"] == colours.border
    assert section["primaryColor"] == colours.primary
    assert section["linkColor"] == colours.link
    assert tuple(section["chartCategoricalColors"]) == palette.CATEGORIES
    assert len(section["chartSequentialColors"]) == len(section["chartDivergingColors"]) == 10


def test_the_stylesheet_has_the_same_colours() -> None:
    style = (Path(theme.__file__).parent / "style.css").read_text("utf-8")
    for name, light, dark in [
        ("ground", theme.LIGHT.background, theme.DARK.background),
        ("surface", theme.LIGHT.surface, theme.DARK.surface),
        ("border", theme.LIGHT.border, theme.DARK.border),
        ("text", theme.LIGHT.text, theme.DARK.text),
        ("muted", theme.LIGHT.muted, theme.DARK.muted),
        ("link", theme.LIGHT.link, theme.DARK.link),
        *(
            (s, theme.LIGHT.status_text[s], theme.DARK.status_text[s])
            for s in (Status.OK, Status.WARNING, Status.CRITICAL)
        ),
        ("quiet", theme.LIGHT.status_text[Status.UNDEFINED], theme.DARK.status_text[Status.UNDEFINED]),
    ]:
        assert f"--vg-{name}: light-dark({light.lower()}, {dark.lower()});" in style


def test_the_server_is_as_quick_as_it_can_be(config: dict[str, Any]) -> None:
    assert config["server"]["fileWatcherType"] == "none"
    assert config["runner"]["postScriptGC"] is False
    assert config["server"]["address"] == "localhost"
    assert config["browser"]["gatherUsageStats"] is False


@pytest.mark.parametrize("colours", THEMES, ids=lambda p: p.name)
def test_text_can_be_read(colours: theme.Palette) -> None:
    for ground in (colours.background, colours.surface):
        for text in (colours.text, colours.muted, colours.link, *colours.status_text.values()):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast("#FFFFFF", colours.primary) >= 4.5


@pytest.mark.parametrize("colours", THEMES, ids=lambda p: p.name)
def test_figures_can_be_seen_on_both_grounds(colours: theme.Palette) -> None:
    marks = (palette.REFERENCE, palette.CURRENT, palette.TRUTH, palette.ESTIMATE, palette.TARGET)
    for mark in (*marks, palette.INCREASE, palette.DECREASE, *palette.CATEGORIES):
        assert contrast(mark, colours.background) >= 2.4, mark


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("colours", [palette.STATUS, theme.LIGHT.status_text, theme.DARK.status_text])
def test_nobody_confuses_the_statuses(colours: dict[Status, str], blindness: str) -> None:
    told_apart = (Status.OK, Status.WARNING, Status.CRITICAL)
    for one, other in itertools.combinations(told_apart, 2):
        assert difference(colours[one], colours[other], blindness) >= 20, (one, other)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (palette.REFERENCE, palette.CURRENT),
        (palette.TRUTH, palette.ESTIMATE),
        (palette.INCREASE, palette.DECREASE),
        (palette.CURRENT, palette.TARGET),
    ],
)
def test_nobody_confuses_what_is_drawn_together(one: str, other: str, blindness: str) -> None:
    assert difference(one, other, blindness) >= 15


@pytest.mark.parametrize("colours", THEMES, ids=lambda p: p.name)
def test_heat_maps_go_one_way_from_the_ground(config: dict[str, Any], colours: theme.Palette) -> None:
    steps = [contrast(c, colours.background) for c in config["theme"][colours.name]["chartSequentialColors"]]
    assert steps == sorted(steps)


def test_every_status_has_a_glyph_of_its_own() -> None:
    assert set(theme.GLYPHS) == set(palette.STATUS) == set(Status)
    assert len(set(theme.GLYPHS.values())) == len(Status)


def test_a_figure_gets_our_dress() -> None:
    figure = theme.dress(go.Figure(go.Bar(y=[1, 2])), ", ", height=240)

    assert figure.layout.separators == ", "
    assert figure.layout.height == 240
    assert figure.layout.margin.t == 8
    assert figure.layout.legend.orientation == "h"
    assert figure.layout.dragmode is False


def test_a_figure_keeps_what_it_asked_for() -> None:
    figure = go.Figure(
        layout={"height": 500, "margin": {"l": 90}, "legend": {"orientation": "v"}, "dragmode": "zoom"}
    )
    theme.dress(figure, ".,", height=240)

    layout = figure.layout
    assert (layout.height, layout.margin.l, layout.margin.t) == (500, 90, None)
    assert (layout.legend.orientation, layout.dragmode) == ("v", "zoom")


def test_fading_keeps_the_colour() -> None:
    assert palette.faded("#FF8000", 0.25) == "rgba(255,128,0,0.25)"
    assert math.isclose(contrast("#000000", "#FFFFFF"), 21)
