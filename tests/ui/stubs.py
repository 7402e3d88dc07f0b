"""An app of stub pages around a made-up catalogue, for tests of the frame without a store."""

from datetime import UTC, datetime
from pathlib import Path

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.ui.navigation import PAGES

STUB = """
import streamlit as st
from monitoring.ui import choose, choose_few, link, shell
context = shell({name!r})
st.text(repr((context.model and context.model.slug, context.version and context.version.name)))
st.text(repr((str(context.start), str(context.end), context.window)))
st.text(repr((str(context.segment), context.against, context.language)))
st.text(choose("feature", "Feature", ["distance", "carrier"]))
st.text(choose_few("view", "View", ["table", "figure"], default="figure"))
link("drift", "To the turbine", model="turbine", feature="carrier")
"""


def write_app(folder: Path, checkout: Path) -> Path:
    """The entry of an app whose pages write down the context that they are given."""
    (folder / "static").symlink_to(checkout / "static")
    (folder / "pages").mkdir()
    for name in PAGES:
        (folder / "pages" / f"{name}.py").write_text(STUB.format(name=name), "utf-8")
    entry = folder / "app.py"
    entry.write_text((checkout / "app.py").read_text("utf-8"), "utf-8")
    return entry


def made_up_models() -> tuple[CatalogModel, ...]:
    """Two models: flights with two versions and segments, and an hourly turbine in another time zone."""

    def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
        return datetime(year, month, day, hour, minute, tzinfo=UTC)

    segments = {"origin": ("JFK", "LGA"), "carrier": ("AA", "B6")}
    march = CatalogVersion(
        name="2013-03",
        first=at(2013, 4, 1, 9),
        last=at(2013, 12, 31, 23, 30),
        n_inferences=250_000,
        timezone="UTC",
        window="day",
        segments=segments,
        against=("reference", "training", "previous", "season"),
    )
    august = CatalogVersion(
        name="2013-08",
        first=at(2013, 9, 1, 0),
        last=at(2013, 12, 31, 23, 30),
        n_inferences=100_000,
        timezone="UTC",
        window="day",
        segments=segments,
        against=("reference", "previous"),
    )
    hourly = CatalogVersion(
        name="1",
        first=at(2011, 7, 1, 4),
        last=at(2011, 7, 31, 3, 59),
        n_inferences=744,
        timezone="America/New_York",
        window="hour",
        segments={},
        against=("reference", "previous"),
    )
    return (
        CatalogModel("late-flights", {"en": "Late arrivals", "fr": "Retards à l'arrivée"}, (march, august)),
        CatalogModel("turbine", {"en": "Turbine"}, (hourly,)),
    )
