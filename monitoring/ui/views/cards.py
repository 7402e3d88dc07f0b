"""A model's card on the overview: how it does in a sentence, its figures, and when it cost most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from monitoring.thresholds import Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import Tile, badge_html
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import status_word
from monitoring.ui.views.history import DOMAIN_WORDS
from monitoring.ui.views.names import Names, listed, plain_metric
from monitoring.ui.views.watching import ModelState, excess, trend_of
from monitoring.ui.views.wording import recently, tell
from monitoring.watch import Episode, Trend, Watch

MOST_MOMENTS = 3
STYLE = f"<style>{Path(__file__).with_name('overview.css').read_text('utf-8')}</style>"
KEY = (Status.OK, Status.WARNING, Status.CRITICAL, Status.NOT_ENOUGH_DATA)


def card_sentence(state: ModelState, names: Names) -> str:
    """How a model does, in one sentence."""
    pressing = [concern for concern in state.concerns if concern.ongoing]
    if pressing:
        return tell(pressing[0], names).sentence
    watch = state.current
    if watch is None:
        return _("Nothing has been received yet: log inferences, then refresh.")
    if state.status == Status.OK:
        return _("Nothing needs attention: the model does what it did when it was validated.")
    if needs_attention(state.status):
        domains = [_(DOMAIN_WORDS[d.domain]) for d in watch.domains if needs_attention(d.status)]
        text = _("{recently}, this was not as it should be: {domains}.")
        return text.format(recently=_capital(recently(watch)), domains=listed(domains))
    return _("There is not enough data yet to judge this model.")


def card_facts(state: ModelState, names: Names) -> str:
    """Who answers for a model, and how much came in lately."""
    parts = []
    if names.spec.owner:
        parts.append(_("Owner: {owner}").format(owner=names.spec.owner))
    watch = state.current
    if watch is not None:
        count = ngettext("{count} inference {recently}", "{count} inferences {recently}", watch.recent_n)
        parts.append(count.format(count=fmt.integer(watch.recent_n), recently=recently(watch)))
        if watch.maturity is not None:
            parts.append(_("outcome known for {share}").format(share=fmt.percent(watch.maturity)))
        parts.append(_("data of {period}").format(period=fmt.period(watch.first, watch.last, names.timezone)))
    return " · ".join(parts)


def tiles_of(watch: Watch, names: Names) -> list[Tile]:
    """The KPIs of a version against their targets, and the metric that speaks for it."""
    return [
        _kpi_tile(trend, names) if trend.domain == "kpi" else _metric_tile(trend, watch)
        for trend in watch.trends
    ]


def _kpi_tile(trend: Trend, names: Names) -> Tile:
    detail = _("No complete window yet")
    if trend.window is not None:
        window = fmt.window(trend.window.start, trend.grain, names.timezone)
        target = fmt.quantity(trend.expected, trend.unit)
        detail = _target_text(trend).format(window=window, target=target)
    values = judged_values(trend)
    return Tile(
        names.kpi(trend.name),
        fmt.quantity(trend.value, trend.unit),
        trend.status,
        detail=detail,
        trend=values,
        target=trend.expected,
        alt=_trend_alt(values, trend),
    )


def _target_text(trend: Trend) -> str:
    if trend.expected is None:
        return _("{window}, no target")
    if trend.direction == "down":
        return _("{window}, target: at most {target}")
    return _("{window}, target: at least {target}")


def _metric_tile(trend: Trend, watch: Watch) -> Tile:
    values = judged_values(trend)
    detail = _("{recently}, {expected} when it was validated").format(
        recently=_capital(recently(watch)), expected=fmt.number(trend.expected)
    )
    return Tile(
        plain_metric(trend.name),
        fmt.number(trend.value),
        trend.status,
        detail=detail,
        trend=values,
        target=trend.expected,
        alt=_trend_alt(values, trend),
    )


def judged_values(trend: Trend) -> tuple[float | None, ...]:
    """The values of a figure up to the last window that was judged: those after it are not complete."""
    if trend.domain != "kpi" or trend.window is None:
        return trend.values
    last = trend.window.start
    return tuple(value for start, value in zip(trend.starts, trend.values, strict=True) if start <= last)


def _trend_alt(values: Sequence[float | None], trend: Trend) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return ""
    text = _("From {first} to {last}; between {lowest} and {highest}")
    return text.format(
        first=fmt.quantity(known[0], trend.unit),
        last=fmt.quantity(known[-1], trend.unit),
        lowest=fmt.quantity(min(known), trend.unit),
        highest=fmt.quantity(max(known), trend.unit),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Moment:
    """A stretch of time in which a KPI was far off its target, with where to look."""

    label: str
    help: str
    watch: Watch
    episode: Episode


def worst_moments(watches: Sequence[Watch], names: Mapping[str, Names]) -> list[Moment]:
    """The stretches that cost most, measured by their targets; one for any time, in the order of time."""
    found = [
        (w, e, trend_of(w, e))
        for w in watches
        for e in w.episodes
        if e.domain == "kpi" and needs_attention(e.status)
    ]
    ranked = sorted(found, key=lambda item: -excess(item[1], item[2]) / (abs(item[1].expected or 0.0) or 1.0))
    kept: list[tuple[Watch, Episode, Trend | None]] = []
    for item in ranked:
        if len(kept) < MOST_MOMENTS and not any(_overlap(item[1], other) for _w, other, _t in kept):
            kept.append(item)
    return [_moment(w, e, t, names[w.version]) for w, e, t in sorted(kept, key=lambda item: item[1].start)]


def _moment(watch: Watch, episode: Episode, trend: Trend | None, names: Names) -> Moment:
    period = fmt.period(max(episode.start, watch.first), min(episode.end, watch.last), names.timezone)
    total = fmt.quantity(excess(episode, trend), trend.unit if trend else None)
    above = trend is None or trend.direction == "down"
    text = _("{period}: {total} above target") if above else _("{period}: {total} below target")
    label = text.format(period=period, total=total)
    about = _("{kpi}, version {version}").format(kpi=names.kpi(episode.name), version=watch.version)
    return Moment(label, about, watch, episode)


def _overlap(one: Episode, other: Episode) -> bool:
    return one.start < other.end and other.start < one.end


def head_html(state: ModelState, names: Names) -> str:
    """A card's head: title, status, who answers for the model, how it does."""
    return (
        f'<div class="vg-card-head"><h3>{escape(names.title)}</h3>{badge_html(state.status)}</div>'
        f'<p class="vg-card-facts">{escape(card_facts(state, names))}</p>'
        f'<p class="vg-card-says">{escape(card_sentence(state, names))}</p>'
    )


def part_html(title: str, about: str) -> str:
    """The heading of a part of a card."""
    return f'<div class="vg-card-part">{escape(title)}<small>{escape(about)}</small></div>'


def key_html(title: str) -> str:
    """The heading of a history, with the key to its bars."""
    marks = "".join(f'<span><i class="{status}"></i>{escape(status_word(status))}</span>' for status in KEY)
    return f'<div class="vg-card-part">{escape(title)}<span class="vg-key">{marks}</span></div>'


def heading(watch: Watch, watches: Sequence[Watch]) -> str:
    """What stands above the rows of a version: nothing where there is only one."""
    return _("Version {name}").format(name=watch.version) if len(watches) > 1 else ""
