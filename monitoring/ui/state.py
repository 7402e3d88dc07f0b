"""What the reader looks at: model, version, period, segment, comparison. It lives in the URL and nowhere
else.

Everything here is pure: texts of the URL and a catalogue of what exists go in, a `Context` comes out. A
value that does not exist (any more) falls back to its default, so that an old link still opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.errors import NotFound, VigieError
from monitoring.scope import AGAINST, Scope, Segment
from monitoring.store import Store
from monitoring.windows import GRAINS, Grain, Window, fitting_grain

FILTERS = ("model", "version", "from", "to", "window", "segment", "against", "lang")
"""The parameters of the URL that every page shares."""

DEFAULT_AGAINST = "reference"
PRESETS: Mapping[str, int | None] = MappingProxyType(
    {"all": None, "7d": 7, "30d": 30, "90d": 90, "365d": 365}
)
"""Periods that end with the newest inference, in days; None for all history."""

Bounds = tuple[datetime, datetime] | tuple[None, None]
"""A period [start, end), or none while there is no inference."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Context:
    """What a page is asked to show; without any model, all that follows from it is None."""

    page: str
    language: str
    models: tuple[CatalogModel, ...]
    model: CatalogModel | None
    version: CatalogVersion | None
    start: datetime | None
    end: datetime | None
    window: Grain
    segment: Segment | None
    against: str
    preset: str | None
    open_store: Callable[[], Store]

    @property
    def timezone(self) -> str:
        """Whose midnights bound the days."""
        return self.version.timezone if self.version else "UTC"

    @property
    def title(self) -> str:
        """The model's name in the reader's language."""
        return title_of(self.model, self.language) if self.model else ""

    @property
    def scope(self) -> Scope:
        """The same for the report functions."""
        if self.model is None or self.version is None:
            raise NotFound("There is no model yet.", "Register one, or build the demo.")
        return Scope(
            model=self.model.slug,
            version=self.version.name,
            start=self.start,
            end=self.end,
            window=self.window,
            segment=self.segment,
            against=self.against,
        )

    def store(self) -> Store:
        """The store that holds what the page shows."""
        return self.open_store()


def resolve(
    page: str,
    parameters: Mapping[str, str],
    models: Sequence[CatalogModel],
    *,
    language: str,
    open_store: Callable[[], Store],
) -> Context:
    """The context that the URL asks for, as far as it exists."""
    model = _named(models, parameters.get("model", ""))
    version = version_of(model, parameters.get("version", "")) if model else None
    start, end = period_of(version, parameters.get("from", ""), parameters.get("to", ""))
    return Context(
        page=page,
        language=language,
        models=tuple(models),
        model=model,
        version=version,
        start=start,
        end=end,
        window=window_of(version, parameters.get("window", ""), start, end),
        segment=segment_of(version, parameters.get("segment", "")),
        against=against_of(version, parameters.get("against", "")),
        preset=preset_of(version, start, end),
        open_store=open_store,
    )


def title_of(model: CatalogModel, language: str) -> str:
    """The model's name in that language, in English, or else its slug."""
    return model.titles.get(language) or model.titles.get("en") or model.slug


def _named(models: Sequence[CatalogModel], slug: str) -> CatalogModel | None:
    return next((model for model in models if model.slug == slug), models[0] if models else None)


def version_of(model: CatalogModel, name: str) -> CatalogVersion:
    """The version of that name, or the newest that has inferences."""
    for version in model.versions:
        if version.name == name:
            return version
    return next((v for v in reversed(model.versions) if v.last is not None), model.versions[-1])


def history(version: CatalogVersion | None) -> Bounds:
    """The whole days that hold all inferences, as [start, end)."""
    if version is None or version.first is None or version.last is None:
        return None, None
    zone = ZoneInfo(version.timezone)
    return (
        _midnight(version.first.astimezone(zone).date(), zone),
        _midnight(version.last.astimezone(zone).date() + _DAY, zone),
    )


def period_of(
    version: CatalogVersion | None, start: str, end: str
) -> tuple[datetime | None, datetime | None]:
    """The period [start, end): what is not a time, or is empty or reversed, becomes all history."""
    first, last = history(version)
    zone = ZoneInfo(version.timezone if version else "UTC")
    begin, stop = _moment(start, zone) or first, _moment(end, zone) or last
    if begin is None or stop is None or begin >= stop:
        return first, last
    return begin, stop


def preset_period(version: CatalogVersion, preset: str) -> Bounds:
    """The period of a preset, by the version's newest inference."""
    first, last = history(version)
    days = PRESETS[preset]
    if first is None or last is None:
        return None, None
    if days is None:
        return first, last
    zone = ZoneInfo(version.timezone)
    start = _midnight(last.astimezone(zone).date() - timedelta(days=days), zone)
    return max(first, start), last


def preset_of(version: CatalogVersion | None, start: datetime | None, end: datetime | None) -> str | None:
    """The preset that this period is, if it is one."""
    if version is None or start is None:
        return None
    return next((name for name in PRESETS if preset_period(version, name) == (start, end)), None)


def grains_of(version: CatalogVersion | None) -> tuple[Grain, ...]:
    """The windows that the version's profiles can be merged to: its own and longer ones."""
    return GRAINS[GRAINS.index(version.window) :] if version else GRAINS[1:]


def window_of(
    version: CatalogVersion | None, name: str, start: datetime | None = None, end: datetime | None = None
) -> Grain:
    """The window of that name, or else the shortest that tells the period in a figure that can be read."""
    grains = grains_of(version)
    if name in grains or start is None or end is None:
        return next((grain for grain in grains if grain == name), grains[0])
    return fitting_grain(Window(start, end), grains[0])


def segment_of(version: CatalogVersion | None, text: str) -> Segment | None:
    """The segment COLUMN=VALUE; any value of a column that has segments may be asked for."""
    if version is None or not text:
        return None
    try:
        segment = Segment.parse(text)
    except VigieError:
        return None
    return segment if segment.column in version.segments else None


def against_of(version: CatalogVersion | None, text: str) -> str:
    """What to compare with: a name that the version has, or a period T1..T2."""
    if version is None or not text:
        return DEFAULT_AGAINST
    if text in version.against and text in AGAINST:
        return text
    start, dots, end = text.partition("..")
    zone = ZoneInfo(version.timezone)
    first, last = _moment(start, zone), _moment(end, zone)
    return text if dots and first and last and first < last else DEFAULT_AGAINST


def period_parameters(version: CatalogVersion, start: datetime, end: datetime) -> tuple[str, str]:
    """How a period stands in the URL: dates where it bounds whole days, nothing where it is all history."""
    if (start, end) == history(version):
        return "", ""
    zone = ZoneInfo(version.timezone)
    return _text(start, zone), _text(end, zone)


def day_bounds(first: date, last: date, timezone: str) -> tuple[datetime, datetime]:
    """The period of whole days from the first to the last, both included."""
    zone = ZoneInfo(timezone)
    return _midnight(first, zone), _midnight(last + _DAY, zone)


def included_days(start: datetime, end: datetime, timezone: str) -> tuple[date, date]:
    """The first and the last day that a period touches."""
    zone = ZoneInfo(timezone)
    return start.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _text(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    if local.time() == time.min:
        return local.date().isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
