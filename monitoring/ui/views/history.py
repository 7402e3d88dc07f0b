"""The history of a model as a strip: what every domain said of every window, on one axis of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from monitoring.catalog import CatalogVersion
from monitoring.thresholds import needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.i18n import N_, _
from monitoring.ui.labels import check_word, status_word
from monitoring.ui.state import period_parameters
from monitoring.ui.strip import Bar, Group, Row, Tick
from monitoring.ui.views.names import Names, plain_metric
from monitoring.ui.views.watching import DOMAINS, domain_of
from monitoring.ui.views.wording import PAGES
from monitoring.watch import DomainWatch, Episode, Verdict, Watch
from monitoring.windows import Grain, Window

DOMAIN_WORDS: Mapping[str, str] = {
    "kpi": N_("KPIs"),
    "performance": N_("Performance"),
    "quality": N_("Data quality"),
    "drift": N_("Drift"),
}
MOST_TICKS = 7
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_DAYS_WITHOUT_MONTHS = 62
_YEAR = 12


def span_of(watches: Sequence[Watch]) -> Window:
    """The time that the histories of a model's versions cover together."""
    return Window(min(watch.first for watch in watches), max(watch.last for watch in watches))


def group_of(watch: Watch, entry: CatalogVersion, names: Names, span: Window, label: str) -> Group:
    """The rows of one version."""
    rows = []
    for domain in DOMAINS:
        found = domain_of(watch, domain)
        if found is not None and found.history:
            parameters = {
                "model": watch.model,
                "version": watch.version,
                "segment": "",
                "against": "",
                "window": "",
            }
            rows.append(
                Row(
                    _(DOMAIN_WORDS[domain]),
                    PAGES[domain],
                    parameters,
                    _bars(watch, found, entry, names, span),
                )
            )
    return Group(label, tuple(rows))


def _bars(
    watch: Watch, domain: DomainWatch, entry: CatalogVersion, names: Names, span: Window
) -> tuple[Bar, ...]:
    found = [_episodes_in(watch, domain.domain, verdict) for verdict in domain.history]
    weights = [
        _weight(watch, verdict, episodes) for verdict, episodes in zip(domain.history, found, strict=True)
    ]
    heaviest = max(weights, default=0.0) or 1.0
    bars = []
    for verdict, episodes, weight in zip(domain.history, found, weights, strict=True):
        left, right = _share(verdict.start, span), _share(verdict.end, span)
        when = fmt.window(verdict.start, _grain(watch, domain.domain), names.timezone)
        head = _("{window}: {status}").format(window=when, status=status_word(verdict.status))
        text = (head, *_details(watch, domain.domain, verdict, episodes, names))
        period = period_parameters(entry, verdict.start, verdict.end)
        bars.append(Bar(left, right - left, verdict.status, weight / heaviest, text, period))
    return tuple(bars)


def _episodes_in(watch: Watch, domain: str, verdict: Verdict) -> list[Episode]:
    if not needs_attention(verdict.status):
        return []
    return [
        episode
        for episode in watch.episodes
        if episode.domain == domain and episode.start < verdict.end and episode.end > verdict.start
    ]


def _weight(watch: Watch, verdict: Verdict, episodes: Sequence[Episode]) -> float:
    """How far off a figure was in a window, as a share of what is expected; else how much was affected."""
    gaps = []
    for episode in episodes:
        value = _value_at(watch, episode.name, verdict)
        if value is not None and episode.expected:
            gaps.append(abs(value - episode.expected) / abs(episode.expected))
    return max(gaps) if gaps else float(len(episodes))


def _value_at(watch: Watch, name: str, verdict: Verdict) -> float | None:
    trend = next((trend for trend in watch.trends if trend.name == name), None)
    if trend is None or verdict.start not in trend.starts:
        return None
    return trend.values[trend.starts.index(verdict.start)]


def _grain(watch: Watch, domain: str) -> Grain:
    kpis = [trend for trend in watch.trends if trend.domain == "kpi"]
    return kpis[0].grain if domain == "kpi" and kpis else watch.grain


def _details(
    watch: Watch, domain: str, verdict: Verdict, found: Sequence[Episode], names: Names
) -> Iterator[str]:
    """The figures, or the columns, that the verdict is about; nothing where all is well."""
    if not found:
        return
    if domain in ("kpi", "performance"):
        for episode in found:
            yield from _figure(watch, episode.name, verdict, names)
    elif domain == "drift":
        yield names.columns([episode.column or episode.name for episode in found])
    else:
        columns: dict[str, list[str]] = {}
        for episode in found:
            columns.setdefault(episode.name, []).extend([episode.column] if episode.column else [])
        for check, affected in columns.items():
            named = _("{check}: {columns}").format(check=check_word(check), columns=names.columns(affected))
            yield named if affected else check_word(check)


def _figure(watch: Watch, name: str, verdict: Verdict, names: Names) -> Iterator[str]:
    trend = next((trend for trend in watch.trends if trend.name == name), None)
    value = _value_at(watch, name, verdict)
    if trend is None or value is None:
        return
    if trend.domain == "kpi":
        text = _("{name}: {value} (target {target})")
        yield text.format(
            name=names.kpi(name),
            value=fmt.quantity(value, trend.unit),
            target=fmt.quantity(trend.expected, trend.unit),
        )
    else:
        text = _("{name}: {value} ({expected} when it was validated)")
        yield text.format(
            name=plain_metric(name), value=fmt.number(value), expected=fmt.number(trend.expected)
        )


def ticks_of(span: Window, timezone: str) -> list[Tick]:
    """Marks of the time axis, at most eight: days of a short history, else beginnings of months."""
    zone = ZoneInfo(timezone)
    first, last = span.start.astimezone(zone), span.end.astimezone(zone)
    found = list(_days(first, last) if (last - first).days <= _DAYS_WITHOUT_MONTHS else _months(first, last))
    return [Tick(_share(moment, span), label) for moment, label in found]


def _days(first: datetime, last: datetime) -> Iterator[tuple[datetime, str]]:
    step = max(1, -(-(last - first).days // MOST_TICKS))
    moment = first
    while moment < last:
        yield moment, _label(moment, "MMMd")
        moment += timedelta(days=step)


def _months(first: datetime, last: datetime) -> Iterator[tuple[datetime, str]]:
    length = (last.year - first.year) * _YEAR + last.month - first.month + 1
    step = next((step for step in _MONTH_STEPS if length <= step * MOST_TICKS), _MONTH_STEPS[-1])
    month = first.year * _YEAR + first.month - 1
    month += -month % step if step > 1 else (0 if first.day == 1 else 1)
    said: int | None = None
    while True:
        moment = first.replace(year=month // _YEAR, month=month % _YEAR + 1, day=1, hour=0, minute=0)
        if moment >= last:
            return
        if step >= _YEAR:
            yield moment, str(moment.year)
        else:
            yield moment, _label(moment, "MMM" if said == moment.year else "yMMM")
        said = moment.year
        month += step


def _label(moment: datetime, skeleton: str) -> str:
    return str(format_skeleton(skeleton, moment.replace(tzinfo=None), locale=fmt.locale()))


def _share(moment: datetime, span: Window) -> float:
    length = (span.end - span.start).total_seconds() or 1.0
    return min(1.0, max(0.0, (moment - span.start).total_seconds() / length))
