"""What the overview says first: how many models need attention, and what about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from babel.lists import format_list

from monitoring.catalog import CatalogVersion
from monitoring.thresholds import PERFORMANCE_LOSS, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import Finding
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.state import period_parameters, title_of
from monitoring.ui.views.names import Names
from monitoring.ui.views.watching import Concern, ModelState, urgency
from monitoring.ui.views.wording import PAGES, tell
from monitoring.watch import Episode, Watch

NO_FILTERS: Mapping[str, str] = {"window": "", "segment": "", "against": ""}
"""A link from here leaves no filter of another model behind."""


def summary(states: Sequence[ModelState]) -> str:
    """How all models do, in one sentence."""
    critical, warning, ok = (
        sum(state.status == status for state in states)
        for status in (Status.CRITICAL, Status.WARNING, Status.OK)
    )
    waiting = len(states) - critical - warning - ok
    groups = [
        (critical, ngettext("{count} is in a critical state", "{count} are in a critical state", critical)),
        (warning, ngettext("{count} needs a look", "{count} need a look", warning)),
        (ok, ngettext("{count} does its job", "{count} do their job", ok)),
        (waiting, ngettext("{count} waits for data", "{count} wait for data", waiting)),
    ]
    parts = [text.format(count=fmt.integer(count)) for count, text in groups if count]
    watched = ngettext("{count} model is watched", "{count} models are watched", len(states))
    return _("{watched}: {groups}.").format(
        watched=watched.format(count=fmt.integer(len(states))),
        groups=format_list(parts, locale=fmt.locale()),
    )


def how_it_is_judged() -> str:
    """What the statuses and the bars of a card mean."""
    return _(
        "A KPI is judged by its last complete window, once enough truth has come: beyond its target is a warning, "
        "more than a quarter of the target beyond it is critical. Performance of the last four weeks is compared with "
        "that on the rows a version was validated on: a loss of {warning} is a warning, of {critical} is critical, "
        "where chance alone does not explain it. Data quality and drift stand as on their pages. A model is as well "
        "as the worst that holds for a version that still receives inferences.\n\n"
        "In a history, every bar is a window, and the taller, the worse: a KPI or metric by how far off it was, data "
        "quality and drift by how much was affected, measured by the worst window of the row."
    ).format(
        warning=fmt.percent(PERFORMANCE_LOSS.warning, 0), critical=fmt.percent(PERFORMANCE_LOSS.critical, 0)
    )


def matching(states: Iterable[ModelState], asked: str, language: str, *, attention: bool) -> list[ModelState]:
    """The models whose name holds what was asked for, all of them or those that need attention."""
    wanted = asked.strip().casefold()
    return [
        state
        for state in states
        if (needs_attention(state.status) or not attention)
        and (wanted in state.model.slug or wanted in title_of(state.model, language).casefold())
    ]


def all_concerns(states: Iterable[ModelState]) -> list[Concern]:
    """What needs attention about any model, the most urgent first."""
    return sorted((concern for state in states for concern in state.concerns), key=urgency)


def one_each(concerns: Sequence[Concern]) -> tuple[list[Concern], list[Concern]]:
    """The most urgent concern of every model, and all others."""
    seen: set[str] = set()
    first: list[Concern] = []
    more: list[Concern] = []
    for concern in concerns:
        (more if concern.watch.model in seen else first).append(concern)
        seen.add(concern.watch.model)
    return first, more


def finding(concern: Concern, entry: CatalogVersion, names: Names) -> Finding:
    """A concern with the link to the page that explains it."""
    told = tell(concern, names)
    sentence = _("{subject}. {what}").format(subject=names.subject(concern.versions), what=told.sentence)
    return Finding(
        concern.status,
        sentence,
        page=PAGES[concern.domain],
        note=told.note,
        changes=link_to(concern.watch, concern.episodes, entry),
    )


def link_to(watch: Watch, episodes: Sequence[Episode], entry: CatalogVersion) -> Mapping[str, str]:
    """The parameters that show when something happened, and where only one column is concerned, that column."""
    start = max(min(episode.start for episode in episodes), watch.first)
    end = min(max(episode.end for episode in episodes), watch.last)
    begin, stop = period_parameters(entry, start, end)
    found = {"model": watch.model, "version": watch.version, "from": begin, "to": stop}
    found |= NO_FILTERS
    columns = {episode.column for episode in episodes}
    if episodes[0].domain == "drift" and len(columns) == 1:
        found["feature"] = episodes[0].column or ""
    return found
