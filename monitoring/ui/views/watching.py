"""What the records of all versions say about their models: which are in service, what needs attention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.thresholds import Status, needs_attention, worst
from monitoring.watch import RECENT, DomainWatch, Episode, Trend, Verdict, Watch

DOMAINS = ("kpi", "performance", "quality", "drift")
"""Money first, then what the model does, then what it reads."""

_JUDGED = (Status.OK, Status.WARNING, Status.CRITICAL)
_SEVERITY = (Status.CRITICAL, Status.WARNING, Status.OK, Status.NOT_ENOUGH_DATA, Status.UNDEFINED)


@dataclass(frozen=True, slots=True)
class Concern:
    """What is wrong with a version in one domain: one KPI or metric, or all columns that are affected.

    versions: those of which it is true, the newest first. ongoing: whether it held in the last window that was judged.
    """

    watch: Watch
    versions: tuple[str, ...]
    episodes: tuple[Episode, ...]
    ongoing: bool

    @property
    def domain(self) -> str:
        """The domain that found it."""
        return self.episodes[0].domain

    @property
    def status(self) -> Status:
        """How it stands now; of what is over, how bad it was."""
        trend, domain = trend_of(self.watch, self.episodes[0]), domain_of(self.watch, self.domain)
        if self.ongoing and trend is not None:
            return trend.status
        if self.ongoing and domain is not None:
            return worst([domain.status, *(verdict.status for verdict in judged(domain)[-1:])])
        return worst(episode.status for episode in self.episodes)


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model as the overview shows it: its versions, the newest first, None for one without inferences.

    current: the state of the newest version that has inferences.
    """

    model: CatalogModel
    versions: tuple[tuple[str, Watch | None], ...]
    concerns: tuple[Concern, ...]
    status: Status

    @property
    def current(self) -> Watch | None:
        """The state of the newest version that has inferences."""
        return next((watch for _, watch in self.versions if watch is not None), None)

    def entry(self, version: str) -> CatalogVersion:
        """What there is to choose from in a version."""
        return next(entry for entry in self.model.versions if entry.name == version)


def model_states(models: Sequence[CatalogModel], watches: Iterable[Watch]) -> list[ModelState]:
    """The states of all models, those that need attention most first, else as they were registered."""
    by_version = {(watch.model, watch.version): watch for watch in watches}
    states = [_state(model, by_version) for model in models]
    return sorted(states, key=lambda state: _SEVERITY.index(state.status))


def _state(model: CatalogModel, watches: Mapping[tuple[str, str], Watch]) -> ModelState:
    names = [version.name for version in reversed(model.versions)]
    versions = tuple((name, watches.get((model.slug, name))) for name in names)
    serving = in_service([watch for _, watch in versions if watch is not None])
    found = _joined([concern for watch in serving for concern in concerns(watch)])
    statuses = [watch.status for watch in serving] + [c.status for c in found if c.ongoing]
    status = worst(statuses) if statuses else Status.NOT_ENOUGH_DATA
    return ModelState(model, versions, tuple(sorted(found, key=urgency)), status)


def in_service(watches: Sequence[Watch]) -> list[Watch]:
    """Those versions of a model that still receive inferences while its last one does."""
    newest = max((watch.last for watch in watches), default=None)
    return [watch for watch in watches if newest is not None and watch.last > newest - RECENT]


def concerns(watch: Watch) -> list[Concern]:
    """What was wrong with a version in its last weeks."""
    recent = [e for e in watch.episodes if needs_attention(e.status) and e.end > watch.recent_start]
    found = []
    for domain in DOMAINS:
        episodes = [e for e in recent if e.domain == domain]
        still = [e for e in episodes if is_ongoing(watch, e)]
        if domain == "performance":
            still = [e for e in still if _holds(watch, e)]
        if domain == "kpi":
            last = {e.name: e for e in sorted(episodes, key=lambda e: e.end)}
            found += [Concern(watch, (watch.version,), (e,), e in still) for e in last.values()]
        elif still:
            ordered = tuple(sorted(still, key=_weight))
            found.append(Concern(watch, (watch.version,), ordered, True))
    return found


def is_ongoing(watch: Watch, episode: Episode) -> bool:
    """Whether an episode reaches to the last window that could be judged."""
    last = _last_judged(watch, episode)
    return episode.ongoing or (last is not None and episode.end >= last)


def trend_of(watch: Watch, episode: Episode) -> Trend | None:
    """The figure over time that an episode is about, if it is about one."""
    return next((t for t in watch.trends if (t.domain, t.name) == (episode.domain, episode.name)), None)


def domain_of(watch: Watch, name: str) -> DomainWatch | None:
    """A domain of a version, if it has it."""
    return next((domain for domain in watch.domains if domain.domain == name), None)


def excess(episode: Episode, trend: Trend | None) -> float:
    """How far an episode's figure was beyond what is expected, summed over its windows, in the figure's unit."""
    if trend is None or episode.expected is None:
        return 0.0
    values = [v for s, v in zip(trend.starts, trend.values, strict=True) if episode.start <= s < episode.end]
    return sum(abs(value - episode.expected) for value in values if value is not None)


def urgency(concern: Concern) -> tuple[bool, bool, int, int, float]:
    """Sorting key: what goes on before what is over, money before all else, then the worst."""
    first = concern.episodes[0]
    size = abs((first.value or 0.0) - (first.expected or 0.0)) / (abs(first.expected or 0.0) or 1.0)
    place = DOMAINS.index(concern.domain)
    return (not concern.ongoing, place > 0, _SEVERITY.index(concern.status), place, -size)


def _holds(watch: Watch, episode: Episode) -> bool:
    """Whether the last weeks together say the same as their last window: one bad week of a metric is no trend."""
    trend = trend_of(watch, episode)
    return trend is None or needs_attention(trend.status)


def _last_judged(watch: Watch, episode: Episode) -> datetime | None:
    trend = trend_of(watch, episode) if episode.domain == "kpi" else None
    if trend is not None:
        return trend.window.end if trend.window else None
    domain = domain_of(watch, episode.domain)
    verdicts = judged(domain) if domain else []
    return verdicts[-1].end if verdicts else None


def judged(domain: DomainWatch) -> list[Verdict]:
    """The windows of a domain that got a verdict, in order."""
    return [verdict for verdict in domain.history if verdict.status in _JUDGED]


def _weight(episode: Episode) -> tuple[int, float]:
    return _SEVERITY.index(episode.status), -(episode.value or 0.0)


def _joined(found: Sequence[Concern]) -> list[Concern]:
    """The same troubles of several versions as one: the versions of a model read the same data."""
    joined: dict[object, Concern] = {}
    for concern in found:
        if concern.domain in ("kpi", "performance"):
            key: object = (concern.domain, concern.episodes[0].name, concern.watch.version)
        else:
            key = concern.domain
        first = joined.get(key)
        versions = (*first.versions, concern.watch.version) if first else concern.versions
        joined[key] = Concern(
            (first or concern).watch, versions, (first or concern).episodes, concern.ongoing
        )
    return list(joined.values())
