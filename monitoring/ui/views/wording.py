"""Concerns in plain sentences: what, how much, compared with what, since when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monitoring.thresholds import needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import check_word
from monitoring.ui.views.names import Names, during, in_a_row, plain_metric
from monitoring.ui.views.watching import Concern, excess, trend_of
from monitoring.watch import RECENT, Episode, Trend, Watch

PAGES: Mapping[str, str] = {
    "kpi": "performance",
    "performance": "performance",
    "quality": "data_quality",
    "drift": "drift",
}
"""The page that explains what a domain found."""

NO_SHARE = ("constant", "volume", "freshness", "truth_delay")
"""Checks whose value is no share of the rows."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A concern in words: what is wrong, and below it for how long."""

    sentence: str
    note: str


def tell(concern: Concern, names: Names) -> Telling:
    """A concern in words, without its subject."""
    tellers = {"kpi": _kpi, "performance": _performance, "quality": _quality, "drift": _drift}
    return tellers[concern.domain](concern, names)


def _kpi(concern: Concern, names: Names) -> Telling:
    episode = concern.episodes[0]
    trend = trend_of(concern.watch, episode)
    if trend is None:
        return Telling(names.kpi(episode.name), since(concern, names))
    start, value = episode.start, episode.value
    if concern.ongoing and trend.window is not None:
        start, value = trend.window.start, trend.value
    elif value in trend.values:
        start = trend.starts[trend.values.index(value)]
    when = during(start, trend.grain, names.timezone)
    what = {"kpi": names.kpi(episode.name), "value": fmt.quantity(value, trend.unit), "when": when}
    if value is None or episode.expected is None:
        return Telling(_("{kpi}: {value} {when}.").format(**what), since(concern, names))
    gap = fmt.quantity(abs(value - episode.expected), trend.unit)
    text = (
        _("{kpi}: {value} {when}, {gap} above the target.")
        if trend.direction == "down"
        else _("{kpi}: {value} {when}, {gap} below the target.")
    )
    return Telling(text.format(**what, gap=gap), _kpi_note(concern, trend, names))


def _kpi_note(concern: Concern, trend: Trend, names: Names) -> str:
    episode = concern.episodes[0]
    parts = []
    if episode.windows > 1:
        total = fmt.quantity(excess(episode, trend), trend.unit)
        run = in_a_row(episode.windows, trend.grain)
        parts.append(_("{run}, off target by {total} in all.").format(run=run, total=total))
    if not concern.ongoing:
        parts.append(_("Back on target since {day}.").format(day=fmt.day(episode.end, names.timezone)))
    elif episode.windows > 1:
        parts.append(since(concern, names))
    return " ".join(parts)


def _performance(concern: Concern, names: Names) -> Telling:
    episode, watch = concern.episodes[0], concern.watch
    trend = trend_of(watch, episode)
    value, when = episode.value, during(episode.start, watch.grain, names.timezone)
    if trend is not None and concern.ongoing and needs_attention(trend.status):
        value, when = trend.value, recently(watch)
    elif trend is not None and value in trend.values:
        when = during(trend.starts[trend.values.index(value)], trend.grain, names.timezone)
    sentence = _("{metric}: {value} {when}, against {expected} when the version was validated.").format(
        metric=plain_metric(episode.name),
        value=fmt.number(value),
        when=when,
        expected=fmt.number(episode.expected),
    )
    return Telling(sentence, since(concern, names))


def _drift(concern: Concern, names: Names) -> Telling:
    columns = [episode.column or episode.name for episode in concern.episodes]
    sentence = ngettext(
        "The data has changed: {columns} is no longer as it was when the version was validated.",
        "The data has changed: {columns} are no longer as they were when the version was validated.",
        len(columns),
    )
    return Telling(sentence.format(columns=names.columns(columns)), since(concern, names))


def _quality(concern: Concern, names: Names) -> Telling:
    by_check: dict[str, list[Episode]] = {}
    for episode in concern.episodes:
        by_check.setdefault(episode.name, []).append(episode)
    parts = [_check(check, episodes, names) for check, episodes in by_check.items()]
    return Telling(_("The data has faults. {faults}.").format(faults="; ".join(parts)), since(concern, names))


def _check(check: str, episodes: list[Episode], names: Names) -> str:
    columns = [episode.column for episode in episodes if episode.column]
    worst = max((episode.value for episode in episodes if episode.value is not None), default=None)
    if check == "volume":
        return _("{check}: {count} rows where {usual} are usual").format(
            check=check_word(check), count=fmt.number(worst), usual=fmt.number(episodes[0].expected)
        )
    if not columns:
        return check_word(check)
    if worst is None or check in NO_SHARE:
        return _("{check}: {columns}").format(check=check_word(check), columns=names.columns(columns))
    return _("{check}: {columns} ({share} of the rows)").format(
        check=check_word(check), columns=names.columns(columns), share=fmt.percent(worst)
    )


def since(concern: Concern, names: Names) -> str:
    """For how long, as a sentence."""
    start = min(episode.start for episode in concern.episodes)
    if not concern.ongoing:
        end = max(episode.end for episode in concern.episodes)
        return _("Over since {day}.").format(day=fmt.day(end, names.timezone))
    if start <= concern.watch.first:
        return _("Since the beginning, {day}.").format(day=fmt.day(concern.watch.first, names.timezone))
    return _("Since {day}.").format(day=fmt.day(start, names.timezone))


def recently(watch: Watch) -> str:
    """The newest part of a version's history, as it stands in a sentence."""
    if watch.recent_end - watch.recent_start < RECENT:
        return _("since the beginning")
    return _("in the last four weeks")
