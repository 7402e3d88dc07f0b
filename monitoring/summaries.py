"""The profiles that a question is about: kept ones where there are, computed from rows where there are none.

Every domain asks here, so that a period, a segment or a comparison means the same in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from monitoring.errors import InvalidInput, NotFound, one_of
from monitoring.profiling.binning import Bins, bins_from_record
from monitoring.profiling.engine import profile_batches
from monitoring.profiling.profile import Profiles
from monitoring.scope import AGAINST, ResolvedScope, Scope, Segment
from monitoring.store import Store, profiles, registry, rows
from monitoring.store.profiles import ProfileKey
from monitoring.store.registry import Version
from monitoring.store.rows import Rows
from monitoring.windows import Window, base_grain, microseconds, phase_before, window_of, windows_between

ALL_TIME = Window(datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Times that can be asked for."""

REFERENCE_START = datetime(1970, 1, 1, tzinfo=UTC)
"""The window start under which profiles of the reference are kept: a reference has no windows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A profiled column: the user's name for it, the store's, its role, its kind and its bins."""

    name: str
    stored: str
    role: str
    kind: str
    bins: Bins


@dataclass(frozen=True, slots=True)
class Summary:
    """The profiles of a scope.

    windows: those that have inferences. by_window: profiles with one row per window, by stored column. whole:
    the period as one. against: what it is compared with, as one.
    """

    version: Version
    scope: ResolvedScope
    columns: tuple[Column, ...]
    windows: tuple[Window, ...]
    by_window: Mapping[str, Profiles]
    whole: Mapping[str, Profiles]
    against: Mapping[str, Profiles]


def resolve(store: Store, scope: Scope) -> tuple[Version, ResolvedScope]:
    """Fill in what a scope leaves open; raises NotFound or InvalidInput for what does not exist."""
    version = registry.version(store, scope.model, scope.version)
    spec = version.spec
    grain = scope.window or spec.window
    if scope.segment is not None:
        version.column(scope.segment.column)
    if scope.against not in AGAINST and ".." not in scope.against:
        raise InvalidInput(
            f"Nothing to compare with is called {scope.against!r}.",
            f"{one_of(scope.against, AGAINST)} A period is written T1..T2.",
        )
    period = _period(store, version, scope)
    return version, ResolvedScope(
        spec.model, spec.version, period, grain, spec.columns.timezone, scope.segment, scope.against
    )


def columns_of(store: Store, version: Version) -> tuple[Column, ...]:
    """The profiled columns of a version, features first."""
    by_stored = {stored: name for name, stored in version.stored.items()}
    return tuple(
        Column(
            by_stored.get(item.column, item.column),
            item.column,
            item.role,
            item.kind,
            bins_from_record(item.record),
        )
        for item in registry.bins(store, version.model, version.name)
    )


def summarise(
    store: Store, scope: Scope, *, roles: Sequence[str] | None = None, names: Sequence[str] | None = None
) -> Summary:
    """The profiles of a scope; `roles` and `names` limit which columns are read."""
    version, resolved = resolve(store, scope)
    columns = tuple(
        c
        for c in columns_of(store, version)
        if (roles is None or c.role in roles) and (names is None or c.name in names)
    )
    reader = _Reader(store, version, columns, resolved.segment)
    windows, by_window = reader.by_window(resolved.period, resolved.window)
    whole = {name: merged(profile) for name, profile in by_window.items()}
    return Summary(version, resolved, columns, windows, by_window, whole, _against(reader, resolved))


def merged(profile: Profiles) -> Profiles:
    """All groups of a set of profiles as one."""
    return profile.merge(np.zeros(len(profile.n), dtype=np.int64), 1)


def whole_period(store: Store, version: Version) -> Window | None:
    """The base windows from the first inference of a version to its last; None when there is none."""
    known = rows.period_of_data(store, version)
    if known is None:
        return None
    zone, base = version.spec.columns.timezone, base_grain(version.spec.window)
    last = known.end - timedelta(microseconds=1)
    return Window(window_of(known.start, base, zone).start, window_of(last, base, zone).end)


def kept_and_loose(
    version: Version, segment: Segment | None, period: Window, grain: str
) -> tuple[Window | None, list[Window]]:
    """The part of a period that kept profiles cover, and the parts that rows have to answer."""
    zone, base = version.spec.columns.timezone, base_grain(version.spec.window)
    undeclared = segment is not None and segment.column not in version.spec.segments
    if undeclared or (grain == "hour" and base != "hour") or period.start == period.end:
        return None, [period] if period.start < period.end else []
    first = window_of(period.start, base, zone)
    last = window_of(period.end - timedelta(microseconds=1), base, zone)
    start = first.start if first.start == period.start else first.end
    end = last.end if last.end == period.end else last.start
    if start >= end:
        return None, [period]
    loose = [Window(period.start, start), Window(end, period.end)]
    return Window(start, end), [part for part in loose if part.start < part.end]


def _period(store: Store, version: Version, scope: Scope) -> Window:
    known = whole_period(store, version)
    start, end = scope.start, scope.end
    if known is not None:
        start, end = start or known.start, end or known.end
    if start is None or end is None:
        now = start or end or REFERENCE_START
        return Window(now, now)
    if end < start:
        raise InvalidInput(f"The period ends before it begins: {start.isoformat()} to {end.isoformat()}.")
    return Window(start, end)


def _against(reader: _Reader, scope: ResolvedScope) -> Mapping[str, Profiles]:
    if scope.against in ("reference", "training"):
        return reader.fixed(scope.against)
    return reader.whole(comparison_period(reader.version, scope))


def comparison_period(version: Version, scope: ResolvedScope) -> Window:
    """The period that a scope is compared with, when that is a period."""
    period = scope.period
    if scope.against == "previous":
        return Window(period.start - (period.end - period.start), period.start)
    if scope.against == "season":
        earlier = phase_before(
            Window(period.start, period.end), version.spec.season, base_grain(scope.window), scope.timezone
        )
        if earlier is None:
            raise InvalidInput(
                f"The model {version.model!r} has no season.", "Its specification says season: none."
            )
        shift = period.start - earlier.start
        return Window(period.start - shift, period.end - shift)
    first, _, last = scope.against.partition("..")
    return Window(parse_time(first, scope.timezone), parse_time(last, scope.timezone))


def parse_time(text: str, timezone: str) -> datetime:
    """Read an ISO 8601 date or time; without a zone it is in the model's."""
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not a time.", "Write 2013-04-22 or 2013-04-22T06:00:00Z.") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidInput(f"{text!r} is outside of the years {FIRST_YEAR} to {LAST_YEAR}.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Reader:
    store: Store
    version: Version
    columns: tuple[Column, ...]
    segment: Segment | None

    def by_window(self, period: Window, grain: str) -> tuple[tuple[Window, ...], Mapping[str, Profiles]]:
        """The windows of the period that have rows, and the profiles of every column in them."""
        zone = self.version.spec.columns.timezone
        windows = windows_between(period.start, period.end, grain, zone)  # type: ignore[arg-type]
        kept, loose = kept_and_loose(self.version, self.segment, period, grain)
        parts = [self._kept(kept, windows), *(self._computed(slice_, windows) for slice_ in loose)]
        present = sorted({index for part in parts for index in _groups_with_rows(part)})
        profiles_by_column = {
            c.stored: _select(_added(part[c.stored] for part in parts), present) for c in self.columns
        }
        return tuple(windows[index] for index in present), profiles_by_column

    def whole(self, period: Window) -> Mapping[str, Profiles]:
        """A period as one profile per column."""
        _, found = self.by_window(period, base_grain(self.version.spec.window))
        return {name: merged(profile) for name, profile in found.items()}

    def fixed(self, part: str) -> Mapping[str, Profiles]:
        """The reference, or the training rows."""
        if self.segment is not None and self.segment.column not in self.version.spec.segments:
            return self._from_rows(Rows(self.version, part, (), self.segment), [ALL_TIME])
        key = ProfileKey(self.version, part, self.segment)
        table = profiles.read(self.store, key, [c.stored for c in self.columns])
        if part == "training" and table.num_rows == 0:
            raise NotFound(f"The version {self.version.name!r} was registered without training rows.")
        return self._decode(table, [Window(REFERENCE_START, REFERENCE_START + timedelta(days=1))])

    def _kept(self, period: Window | None, windows: Sequence[Window]) -> Mapping[str, Profiles]:
        if period is None:
            return {c.stored: Profiles.empty(c.bins, len(windows)) for c in self.columns}
        key = ProfileKey(self.version, "inference", self.segment)
        table = profiles.read(self.store, key, [c.stored for c in self.columns], period)
        return self._decode(table, windows)

    def _decode(self, table: pa.Table, windows: Sequence[Window]) -> Mapping[str, Profiles]:
        starts = np.array([microseconds(w.start) for w in windows], dtype=np.int64)
        names = table.column("column").to_numpy(zero_copy_only=False)
        moments = table.column("window_start").cast(pa.int64()).to_numpy()
        groups = np.searchsorted(starts, moments, side="right") - 1
        decoded = {}
        for column in self.columns:
            first, last = np.searchsorted(names, [column.stored, column.stored + "\0"])
            decoded[column.stored] = Profiles.from_arrow(
                table.slice(first, last - first), column.bins, groups[first:last], len(windows)
            )
        return decoded

    def _computed(self, period: Window, windows: Sequence[Window]) -> Mapping[str, Profiles]:
        clipped = [window.intersect(period) or Window(window.start, window.start) for window in windows]
        return self._from_rows(
            Rows(self.version, "inference", (period,), self.segment, with_truth=True), clipped
        )

    def _from_rows(self, source: Rows, windows: Sequence[Window]) -> Mapping[str, Profiles]:
        names = ["timestamp", *(c.stored for c in self.columns)]
        edges = [(microseconds(w.start), microseconds(w.end)) for w in windows]
        with rows.batches(self.store, source, names) as stream:
            return profile_batches(stream, {c.stored: c.bins for c in self.columns}, "timestamp", edges)


def _groups_with_rows(part: Mapping[str, Profiles]) -> list[int]:
    first = next(iter(part.values()), None)
    return [] if first is None else np.flatnonzero(first.n).tolist()


def _added(parts: object) -> Profiles:
    total: Profiles | None = None
    for part in parts:  # type: ignore[attr-defined]
        total = part if total is None else total + part
    assert total is not None  # the kept part is always there
    return total


def _select(profile: Profiles, groups: Sequence[int]) -> Profiles:
    return profile.take(np.asarray(groups, dtype=np.int64))


def season_scope(scope: Scope) -> Scope:
    """The same question, compared with the same phase one season earlier."""
    return replace(scope, against="season")
