"""What happened before: the episodes of all models that are over, as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from monitoring.thresholds import Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _
from monitoring.ui.labels import check_word
from monitoring.ui.state import included_days
from monitoring.ui.views.names import Names, plain_metric
from monitoring.ui.views.watching import ModelState, is_ongoing, trend_of
from monitoring.watch import Episode, Watch


@dataclass(frozen=True, slots=True)
class PastRow:
    """Something that happened and is over, as a row of a table."""

    first: date
    last: date
    model: str
    version: str
    what: str
    how_bad: str
    status: Status
    watch: Watch
    episode: Episode


def past(states: Iterable[ModelState], domains: Sequence[str]) -> list[tuple[Watch, Episode]]:
    """What happened in these domains and is over, the newest first."""
    found = [
        (watch, episode)
        for state in states
        for _name, watch in state.versions
        if watch is not None
        for episode in watch.episodes
        if episode.domain in domains and needs_attention(episode.status) and not is_ongoing(watch, episode)
    ]
    return sorted(found, key=lambda item: item[1].end, reverse=True)


def past_row(watch: Watch, episode: Episode, names: Names) -> PastRow:
    """An episode as a row of a table."""
    start, end = max(episode.start, watch.first), min(episode.end, watch.last)
    first, last = included_days(start, end, names.timezone)
    what, how_bad = _what(watch, episode, names)
    return PastRow(first, last, names.title, watch.version, what, how_bad, episode.status, watch, episode)


def _what(watch: Watch, episode: Episode, names: Names) -> tuple[str, str]:
    trend = trend_of(watch, episode)
    if episode.domain == "kpi":
        unit = trend.unit if trend else None
        bad = _("{value}, target {target}").format(
            value=fmt.quantity(episode.value, unit), target=fmt.quantity(episode.expected, unit)
        )
        return names.kpi(episode.name), bad
    if episode.domain == "performance":
        bad = _("{value}, {expected} when it was validated").format(
            value=fmt.number(episode.value), expected=fmt.number(episode.expected)
        )
        return plain_metric(episode.name), bad
    column = names.column(episode.column) if episode.column else ""
    if episode.domain == "drift":
        return _("Changed data: {column}").format(column=column), fmt.number(episode.value)
    named = _("{check}: {columns}").format(check=check_word(episode.name), columns=column)
    return (named if column else check_word(episode.name)), fmt.number(episode.value)


def table(rows: Sequence[PastRow]) -> dict[str, list[object]]:
    """The rows as columns with their headings."""
    return {
        _("Status"): [status_text(row.status) for row in rows],
        _("From"): [row.first for row in rows],
        _("To"): [row.last for row in rows],
        _("Model"): [row.model for row in rows],
        _("Version"): [row.version for row in rows],
        _("What"): [row.what for row in rows],
        _("At worst"): [row.how_bad for row in rows],
    }
