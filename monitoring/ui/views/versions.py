"""What the page of versions says: which of two is better, by how much, and what sets them apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from monitoring.catalog import CatalogModel
from monitoring.governance.comparison import Comparison, KpiChange, MetricChange
from monitoring.performance.methods import METHODS
from monitoring.thresholds import Interval
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import metric_word
from monitoring.ui.views.names import Names


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
    return _reading(change.difference, METHODS[change.metric].higher_is_better)


def kpi_reading(kpi: KpiChange) -> Reading:
    """Whether a KPI's mean difference by window is surely to one side."""
    return _reading(kpi.difference, kpi.direction == "up")


def _reading(difference: Interval, higher_is_better: bool | None) -> Reading:
    if higher_is_better is None or math.isnan(difference.lower):
        return Reading.UNKNOWN
    if difference.lower <= 0 <= difference.upper:
        return Reading.EVEN
    return Reading.BETTER if (difference.lower > 0) == higher_is_better else Reading.WORSE


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


def more(comparison: Comparison, names: Names) -> str:
    """What belongs beside the lead: KPIs, agreement, and the rows that all of it is about."""
    sentences = (
        kpi_sentence(comparison, names),
        agreement_sentence(comparison),
        rows_sentence(comparison, names.timezone),
    )
    return " ".join(filter(None, sentences))


def rows_sentence(comparison: Comparison, timezone: str) -> str:
    """On which rows both were measured."""
    text = ngettext(
        "Metrics are measured on the {count} inference whose ground truth is known, {period}.",
        "Metrics are measured on the {count} inferences whose ground truth is known, {period}.",
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
    changes = [_kpi_words(kpi, names) for kpi in comparison.kpis]
    if not changes:
        return ""
    text = ngettext(
        "Over the {count} inference that both have scored: {changes}.",
        "Over all {count} inferences that both have scored: {changes}.",
        comparison.n,
    )
    return text.format(count=fmt.integer(comparison.n), changes=" · ".join(changes))


def _kpi_words(kpi: KpiChange, names: Names) -> str:
    text = _("{kpi} {change}")
    if kpi_reading(kpi) is Reading.EVEN:
        text = _("{kpi} {change}, which may be chance")
    return text.format(kpi=names.kpi(kpi.name), change=fmt.change(relative(kpi)))


def agreement_sentence(comparison: Comparison) -> str:
    """How often both say the same, and who is right where they do not."""
    found = comparison.agreement
    decided = found.first_better + found.second_better
    share = fmt.percent(found.second_better / decided) if decided else fmt.DASH
    if found.same is not None:
        text = _(
            "Both give the same answer for {same} of the inferences; where only one of them is right, "
            "it is version {challenger} in {share} of the cases."
        )
        return text.format(same=fmt.percent(found.same), challenger=comparison.challenger, share=share)
    text = _(
        "Their predictions are {distance} apart on average; where they differ, version {challenger} is nearer "
        "to the truth in {share} of the cases."
    )
    return text.format(distance=fmt.number(found.distance), challenger=comparison.challenger, share=share)


def relative(kpi: KpiChange) -> float | None:
    """The change of a KPI as a share of the champion's; None where that is 0 or unknown."""
    if kpi.champion is None or kpi.challenger is None or not kpi.champion:
        return None
    return (kpi.challenger - kpi.champion) / abs(kpi.champion)


def better_windows(kpi: KpiChange) -> str:
    """In how many whole windows the challenger's figure was the better one; empty without any."""
    points = kpi.whole
    if not points:
        return ""
    better = sum(
        (after < before) if kpi.direction == "down" else (after > before) for _, before, after in points
    )
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
    """The primary metric and the KPIs of both, the challenger's value large."""
    return [
        _metric_tile(comparison),
        *(_kpi_tile(kpi, comparison.champion, names) for kpi in comparison.kpis),
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
        trend=[after for _, _, after in kpi.whole],
    )


def _beside(champion: str, before: str, change: str, more: str) -> str:
    text = _("version {champion}: {before}, {change}").format(champion=champion, before=before, change=change)
    return " · ".join(filter(None, (text, more)))


def known(value: float | None) -> float | None:
    """The value, None where it is not a number."""
    return None if value is None or math.isnan(value) else value


def name_of(version: str) -> str:
    """A version as it stands alone."""
    return _("Version {name}").format(name=version)
