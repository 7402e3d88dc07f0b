"""What the page of versions says: which of two is better, by how much, and what sets them apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from monitoring.catalog import CatalogModel
from monitoring.governance.charts import VersionSeries
from monitoring.governance.comparison import ComparedWindow, Comparison, KpiChange, KpiPoint, MetricChange
from monitoring.performance.methods import METHODS
from monitoring.performance.traces import MetricPoint
from monitoring.thresholds import Interval, Status
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import metric_word
from monitoring.ui.views.names import Names
from monitoring.windows import Grain


class Reading(StrEnum):
    """How the challenger does against the champion."""

    BETTER = "better"
    WORSE = "worse"
    EVEN = "even"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Choice:
    """The versions to choose from, the newest first, and which two are compared unless somebody says so."""

    names: tuple[str, ...]
    challenger: str

    def champions(self, challenger: str) -> list[str]:
        """All but the challenger: the one registered before it first, then the older ones, then the newer."""
        place = self.names.index(challenger)
        return [*self.names[place + 1 :], *reversed(self.names[:place])]


def choice_of(model: CatalogModel) -> Choice | None:
    """What can be compared; None with one version only. The challenger is the newest that has inferences."""
    names = tuple(version.name for version in reversed(model.versions))
    if len(names) < 2:  # noqa: PLR2004 - two make a pair
        return None
    seen = [version.name for version in reversed(model.versions) if version.last is not None]
    return Choice(names, seen[0] if seen else names[0])


def metric_reading(change: MetricChange) -> Reading:
    """Whether a metric's difference is surely to one side."""
    higher_is_better = METHODS[change.metric].higher_is_better
    lower, upper = change.difference.lower, change.difference.upper
    if higher_is_better is None or math.isnan(lower):
        return Reading.UNKNOWN
    if lower <= 0 <= upper:
        return Reading.EVEN
    return Reading.BETTER if (lower > 0) == higher_is_better else Reading.WORSE


def reading_word(reading: Reading) -> str:
    """The word for a reading, with a shape of its own."""
    words = {
        Reading.BETTER: _("▲ better"),
        Reading.WORSE: _("▼ worse"),
        Reading.EVEN: _("≈ no sure difference"),
        Reading.UNKNOWN: "",
    }
    return words[reading]


def primary(comparison: Comparison) -> MetricChange:
    """The change of the metric that speaks for both."""
    return next(change for change in comparison.metrics if change.metric == comparison.primary)


def lead(comparison: Comparison) -> str:
    """Which version is better, by how much, and how sure that is."""
    change = primary(comparison)
    texts = {
        Reading.BETTER: _("Version {challenger} is better than version {champion}: {what}."),
        Reading.WORSE: _("Version {challenger} is worse than version {champion}: {what}."),
        Reading.EVEN: _("Versions {challenger} and {champion} cannot be told apart for sure: {what}."),
        Reading.UNKNOWN: _("Version {challenger} beside version {champion}: {what}."),
    }
    return texts[metric_reading(change)].format(
        challenger=comparison.challenger, champion=comparison.champion, what=_metric_change(change)
    )


def _metric_change(change: MetricChange) -> str:
    values = {
        "metric": metric_word(change.metric),
        "after": fmt.number(change.challenger.value),
        "before": fmt.number(change.champion.value),
        "change": signed(change.difference.value),
    }
    if math.isnan(change.difference.lower):
        return _("{metric} {after} against {before} ({change})").format(**values)
    values |= {"lower": signed(change.difference.lower), "upper": signed(change.difference.upper)}
    return _("{metric} {after} against {before}, {change} (95% interval: {lower} to {upper})").format(
        **values
    )


def signed(value: float) -> str:
    """A difference with its sign."""
    return fmt.signed(fmt.number(value), value)


def rows_sentence(comparison: Comparison, timezone: str) -> str:
    """On which rows both were measured."""
    text = ngettext(
        "Measured on the {count} inference that both have scored and whose ground truth is known, {period}.",
        "Measured on the {count} inferences that both have scored and whose ground truth is known, {period}.",
        comparison.n_compared,
    )
    period = fmt.period(comparison.from_, comparison.to, timezone)
    return text.format(count=fmt.integer(comparison.n_compared), period=period)


def advice(comparison: Comparison) -> str:
    """What to do while nothing can be compared."""
    if comparison.n == 0:
        return _(
            "Let both versions score the same inferences for a while, and log each under its own name "
            "with log --version. Or choose another period or segment."
        )
    text = ngettext(
        "{count} inference was scored by both, but its ground truth has not come yet.",
        "{count} inferences were scored by both, but their ground truth has not come yet.",
        comparison.n,
    )
    return text.format(count=fmt.integer(comparison.n))


def kpi_sentence(comparison: Comparison, names: Names) -> str:
    """What became of the KPIs over the same rows; empty without any."""
    changes = [f"{names.kpi(kpi.name)} {fmt.change(relative(kpi))}" for kpi in comparison.kpis]
    if not changes:
        return ""
    text = ngettext(
        "Over the {count} inference that both have scored: {changes}.",
        "Over all {count} inferences that both have scored: {changes}.",
        comparison.n,
    )
    return text.format(count=fmt.integer(comparison.n), changes="; ".join(changes))


def relative(kpi: KpiChange) -> float | None:
    """The change of a KPI as a share of the champion's; None where that is 0 or unknown."""
    if kpi.champion is None or kpi.challenger is None or not kpi.champion:
        return None
    return (kpi.challenger - kpi.champion) / abs(kpi.champion)


def kpi_reading(kpi: KpiChange) -> Reading:
    """Whether a KPI moved to its good side. It is a sum over rows, without an interval."""
    if kpi.champion is None or kpi.challenger is None:
        return Reading.UNKNOWN
    if kpi.champion == kpi.challenger:
        return Reading.EVEN
    return Reading.BETTER if (kpi.challenger < kpi.champion) == (kpi.direction == "down") else Reading.WORSE


def whole_windows(kpi: KpiChange) -> list[KpiPoint]:
    """The windows that the compared period fills and in which both have a value."""
    return [p for p in kpi.windows if p.whole and p.champion is not None and p.challenger is not None]


def better_windows(kpi: KpiChange) -> str:
    """In how many whole windows the challenger's figure was the better one; empty without any."""
    points = whole_windows(kpi)
    if not points:
        return ""
    sign = -1 if kpi.direction == "down" else 1
    better = sum(sign * ((p.challenger or 0) - (p.champion or 0)) > 0 for p in points)
    texts = {
        "hour": ngettext("better in {count} of {n} hour", "better in {count} of {n} hours", len(points)),
        "day": ngettext("better on {count} of {n} day", "better on {count} of {n} days", len(points)),
        "week": ngettext(
            "better in {count} of {n} whole week", "better in {count} of {n} whole weeks", len(points)
        ),
        "month": ngettext(
            "better in {count} of {n} whole month", "better in {count} of {n} whole months", len(points)
        ),
    }
    return texts[kpi.per].format(count=fmt.integer(better), n=fmt.integer(len(points)))


def tiles_of(comparison: Comparison, names: Names) -> list[Tile]:
    """The primary metric, the KPIs and the agreement of both, the challenger's value large."""
    return [
        _metric_tile(comparison),
        *(_kpi_tile(kpi, comparison.champion, names) for kpi in comparison.kpis),
        _agreement_tile(comparison),
    ]


def _metric_tile(comparison: Comparison) -> Tile:
    change = primary(comparison)
    return Tile(
        metric_word(change.metric),
        fmt.number(change.challenger.value),
        detail=_beside(
            comparison.champion,
            fmt.number(change.champion.value),
            signed(change.difference.value),
            reading_word(metric_reading(change)),
        ),
        trend=[known(window.challenger.value) for window in comparison.windows],
    )


def _kpi_tile(kpi: KpiChange, champion: str, names: Names) -> Tile:
    before = fmt.quantity(kpi.champion, kpi.unit, compact=True)
    return Tile(
        names.kpi(kpi.name),
        fmt.quantity(kpi.challenger, kpi.unit, compact=True),
        detail=_beside(champion, before, fmt.change(relative(kpi)), better_windows(kpi)),
        trend=[point.challenger for point in whole_windows(kpi)],
    )


def _beside(champion: str, before: str, change: str, more: str) -> str:
    text = _("version {champion}: {before}, {change}").format(champion=champion, before=before, change=change)
    return " · ".join(filter(None, (text, more)))


def _agreement_tile(comparison: Comparison) -> Tile:
    found = comparison.agreement
    decided = found.first_better + found.second_better
    share = fmt.percent(found.second_better / decided) if decided else fmt.DASH
    if found.same is not None:
        detail = _("where only one is right, it is {challenger} in {share}")
        label, value = _("Same answer"), fmt.percent(found.same)
    else:
        detail = _("{challenger} is nearer to the truth in {share}")
        label, value = _("Apart on average"), fmt.number(found.distance)
    return Tile(label, value, detail=detail.format(challenger=comparison.challenger, share=share))


def known(value: float | None) -> float | None:
    """The value, None where it is not a number."""
    return None if value is None or math.isnan(value) else value


def metric_series(comparison: Comparison, timezone: str) -> tuple[VersionSeries, VersionSeries]:
    """The primary metric of both versions by window."""

    def series(name: str, values: Sequence[Interval]) -> VersionSeries:
        points = [
            _metric_point(window, value, name, comparison.window, timezone)
            for window, value in zip(comparison.windows, values, strict=True)
        ]
        return VersionSeries(_version(name), points)

    return (
        series(comparison.champion, [window.champion for window in comparison.windows]),
        series(comparison.challenger, [window.challenger for window in comparison.windows]),
    )


def _metric_point(
    window: ComparedWindow, value: Interval, name: str, grain: Grain, timezone: str
) -> MetricPoint:
    label = fmt.window(window.start, grain, timezone)
    count = ngettext("{count} inference", "{count} inferences", window.n)
    hover = [
        f"<b>{label}</b>",
        _("{version}: {value} ({lower} to {upper})").format(
            version=_inert(_version(name)),
            value=fmt.number(value.value),
            lower=fmt.number(value.lower),
            upper=fmt.number(value.upper),
        ),
        count.format(count=fmt.integer(window.n)),
    ]
    return _point(window, (value.value, value.lower, value.upper), label, "<br>".join(hover), timezone)


def kpi_series(kpi: KpiChange, comparison: Comparison, timezone: str) -> tuple[VersionSeries, VersionSeries]:
    """A KPI of both versions by whole window."""
    points = whole_windows(kpi)

    def series(name: str, values: Sequence[float | None]) -> VersionSeries:
        found = [_kpi_point(p, v, name, kpi, timezone) for p, v in zip(points, values, strict=True)]
        return VersionSeries(_version(name), found)

    return (
        series(comparison.champion, [point.champion for point in points]),
        series(comparison.challenger, [point.challenger for point in points]),
    )


def _kpi_point(point: KpiPoint, value: float | None, name: str, kpi: KpiChange, timezone: str) -> MetricPoint:
    label = fmt.window(point.start, kpi.per, timezone)
    said = _("{version}: {value}").format(
        version=_inert(_version(name)), value=_inert(fmt.quantity(value, kpi.unit))
    )
    number = math.nan if value is None else value
    return _point(point, (number, math.nan, math.nan), label, f"<b>{label}</b><br>{said}", timezone)


def _point(
    window: ComparedWindow | KpiPoint,
    values: tuple[float, float, float],
    label: str,
    hover: str,
    timezone: str,
) -> MetricPoint:
    zone = ZoneInfo(timezone)
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    return MetricPoint(start, end, *values, Status.OK, True, label, hover)


def _version(name: str) -> str:
    return _("Version {name}").format(name=name)


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def window_words(grain: Grain) -> str:
    """How a figure's slices of time are called in its caption."""
    words = {"hour": _("by hour"), "day": _("by day"), "week": _("by week"), "month": _("by month")}
    return words[grain]
