"""Made-up records of a version with weekly windows, for tests of what pages say about them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.spec import spec_from
from monitoring.thresholds import Status, target_status, worst
from monitoring.ui.views.names import Names
from monitoring.watch import DomainWatch, Episode, Trend, Verdict, Watch

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEEK = timedelta(weeks=1)
N_WEEKS = 10
STATUSES = {".": Status.OK, "w": Status.WARNING, "C": Status.CRITICAL, "_": Status.NOT_ENOUGH_DATA}


def week(number: int) -> datetime:
    """The Monday that begins the week of that number, counted from 0."""
    return MONDAY + number * WEEK


def domain(name: str, now: Status, history: str) -> DomainWatch:
    """A domain with a letter per week: `.` ok, `w` warning, `C` critical, `_` not enough data."""
    verdicts = (Verdict(week(i), week(i + 1), STATUSES[letter]) for i, letter in enumerate(history))
    return DomainWatch(name, now, tuple(verdicts))


def kpi(
    name: str,
    values: Sequence[float | None],
    target: float | None = 100.0,
    direction: str = "down",
    judged: int = -1,
) -> Trend:
    """A KPI in USD by week. judged: the last week that was held against the target."""
    last = judged % len(values)
    status = target_status(values[last], target, direction)
    window = Verdict(week(last), week(last + 1), status)
    starts = tuple(week(i) for i in range(len(values)))
    return Trend(
        "kpi", name, "USD", direction, "week", status, values[last], target, window, tuple(values), starts
    )


def metric(name: str, status: Status, value: float, expected: float, values: Sequence[float | None]) -> Trend:
    """The metric that speaks for the model, by week."""
    window = Verdict(week(N_WEEKS - 4), week(N_WEEKS), status)
    starts = tuple(week(i) for i in range(len(values)))
    return Trend(
        "performance", name, None, "down", "week", status, value, expected, window, tuple(values), starts
    )


def episode(
    domain: str,
    name: str,
    first: int,
    last: int,
    value: float | None = None,
    *,
    column: str | None = None,
    expected: float | None = None,
    status: Status = Status.CRITICAL,
) -> Episode:
    """A run from the first week to the last one, both included."""
    n, ongoing = last - first + 1, last == N_WEEKS - 1
    return Episode(domain, name, column, status, week(first), week(last + 1), n, value, expected, ongoing)


def watch(
    version: str = "1",
    *,
    domains: Sequence[DomainWatch] = (),
    trends: Sequence[Trend] = (),
    episodes: Sequence[Episode] = (),
    first: int = 0,
    last: int = N_WEEKS,
    model: str = "late",
) -> Watch:
    """A version with inferences from one week up to another."""
    return Watch(
        model=model,
        version=version,
        first=week(first),
        last=week(last),
        n=1000,
        grain="week",
        status=worst(d.status for d in domains),
        recent_start=week(last - 4),
        recent_end=week(last),
        recent_n=400,
        maturity=0.95,
        domains=tuple(domains),
        trends=tuple(trends),
        episodes=tuple(episodes),
    )


def entry(name: str = "1") -> CatalogVersion:
    """The same version as filters know it."""
    return CatalogVersion(
        name, week(0), week(N_WEEKS) - timedelta(hours=1), 1000, "UTC", "day", {}, ("reference",)
    )


def model(*versions: str, slug: str = "late", title: str = "Late arrivals") -> CatalogModel:
    """A model with versions, the first registered first."""
    return CatalogModel(slug, {"en": title}, tuple(entry(name) for name in versions or ("1",)))


def names(title: str = "Late arrivals", **changes: object) -> Names:
    """A specification with labels in two languages."""
    content: dict[str, object] = {
        "model": "late",
        "version": "1",
        "task": "binary_classification",
        "owner": "network",
        "reference": "reference.csv",
        "columns": {
            "id": "id",
            "timestamp": "at",
            "prediction": "said",
            "score": "p",
            "truth": "was",
            "positive": 1,
        },
        "features": [
            {"name": "dist", "kind": "numeric", "label": {"en": "Distance", "fr": "Trajet"}},
            {"name": "carrier", "kind": "categorical"},
        ],
        "kpis": [
            {
                "name": "cost",
                "label": {"en": "Cost of delays", "fr": "Coût des retards"},
                "formula": "count(*)",
                "direction": "down",
                "per": "week",
            }
        ],
    }
    return Names(title, spec_from(content | changes))
