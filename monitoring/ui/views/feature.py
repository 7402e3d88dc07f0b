"""What the page of one column says: how it changed in a sentence, its distribution, its course, its methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np

from monitoring.document import iso
from monitoring.drift.charts import BandLine, BandWords, Distribution, EffectLine, ShareLine
from monitoring.drift.distribution import Bars, band_over_time, bars, course
from monitoring.drift.methods import METHODS
from monitoring.drift.report import DriftWindow, FeatureDrift, FeatureProfiles, SegmentDrift
from monitoring.profiling.binning import CategoryBins, NumericBins
from monitoring.profiling.profile import Profiles
from monitoring.profiling.shape import quantiles
from monitoring.thresholds import Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import method_word
from monitoring.ui.views.drift import (
    JUDGED,
    Overview,
    Standing,
    all_windows,
    capital,
    change_note,
    effect_threshold,
    psi_text,
    sureness,
    window_names,
)
from monitoring.ui.views.metrics import against_noun
from monitoring.ui.views.names import Names, during
from monitoring.ui.views.timeline import some_of
from monitoring.ui.views.traps import METHOD_TRAPS, UNITS
from monitoring.windows import Window

MOST_SEGMENTS = 30
_NOTABLE_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Look:
    """What of a column the reader looks at: the whole period, or one of its windows.

    place: of the window among those that have rows, None for the period.
    """

    standing: Standing
    profiles: FeatureProfiles
    place: int | None

    @property
    def drift(self) -> FeatureDrift:
        """The verdict on what is looked at."""
        return self.standing.whole if self.place is None else self.standing.by_window[self.place][1]

    @property
    def window(self) -> DriftWindow | None:
        """The window that is looked at."""
        return None if self.place is None else self.standing.by_window[self.place][0]

    @property
    def sides(self) -> tuple[Profiles, Profiles]:
        """What is compared: the other side's profile, and that of the period or window; one group each."""
        found = self.profiles
        if self.place is None:
            return found.against, found.whole
        one = np.array([self.place])
        before = found.against if found.against_by_window is None else found.against_by_window.take(one)
        return before, found.by_window.take(one)


def look(standing: Standing, profiles: FeatureProfiles, at: datetime | None) -> Look:
    """What the URL asks for; a window without rows is the whole period."""
    starts = [window.start for window, _drift in standing.by_window]
    return Look(standing, profiles, starts.index(at) if at in starts else None)


def answer(view: Look, found: Overview, names: Names) -> str:
    """Whether the column changed, how much and when, in a sentence."""
    standing, drift, peak = view.standing, view.drift, view.standing.peak
    known = {"column": standing.name, "effect": psi_text(drift.effect)}
    if fmt.absent(drift.effect):
        return _("{column} cannot be compared: one side has no rows.").format(**known)
    if view.window is not None:
        when = during(view.window.start, found.grain, names.timezone)
        return _("{column}: PSI {effect} {when}.").format(when=when, **known)
    if peak is not None:
        text = _(
            "{column} changed {windows}, most {when} (PSI {highest}); over the whole period PSI {effect}."
        )
        return text.format(
            windows=some_of(len(standing.changed), standing.judged, found.grain),
            when=during(peak[0].start, found.grain, names.timezone),
            highest=psi_text(peak[1].effect),
            **known,
        )
    if needs_attention(drift.status):
        return _("{column} changed: PSI {effect} over the whole period.").format(**known)
    text = _("{column} has not changed since {against}: PSI {effect}.")
    return text.format(against=against_noun(found.report.against), **known)


def note(view: Look, found: Overview, names: Names) -> str:
    """How sure the answer is, since when, and how much the model reads the column."""
    if view.place is None and needs_attention(view.standing.status):
        return change_note(view.standing, found, names, how_often=False)
    return capital(sureness(view.drift))


def status(view: Look) -> Status:
    """The verdict on the window, or the worst on the period and its windows."""
    return view.drift.status if view.place is not None else view.standing.status


def how_it_changed(view: Look, names: Names) -> str:
    """What is different in plain numbers: the median, the category that changed most, missing values."""
    before, now = view.sides
    bins, drift = view.profiles.column.bins, view.drift
    parts = []
    if isinstance(bins, NumericBins):
        medians = [float(quantiles(side, bins, (0.5,)).value[0, 0]) for side in (before, now)]
        if not any(map(fmt.absent, medians)):
            old, new = (value_text(value, view, names) for value in medians)
            text = _("Median {now}, as before.") if old == new else _("Median {now}, before {before}.")
            parts.append(text.format(now=new, before=old))
    else:
        parts.append(_largest_change(bars(bins, before, now)))
    lost, loses = drift.missing_reference, drift.missing_current
    if lost is not None and loses is not None and abs(loses - lost) > _NOTABLE_SHARE / 2:
        text = _("Missing values {now}, before {before}.")
        parts.append(text.format(now=fmt.percent(loses), before=fmt.percent(lost)))
    return " ".join(filter(None, parts))


def _largest_change(drawn: Bars) -> str:
    before, now = drawn.reference, drawn.current
    if np.isnan(before).any() or np.isnan(now).any():
        return ""
    names = [*drawn.names, *([_("other categories")] if drawn.n_rest else []), _("unseen categories")]
    place = int(np.argmax(np.abs(now - before)[: len(names)]))
    if abs(now[place] - before[place]) < _NOTABLE_SHARE:
        return ""
    return _("Most of all {category}: {now} of the rows, before {before}.").format(
        category=names[place], now=fmt.percent(float(now[place])), before=fmt.percent(float(before[place]))
    )


def value_text(value: float, view: Look, names: Names) -> str:
    """A value of the column as the reader writes it."""
    kind = view.profiles.column.kind
    if kind == "datetime":
        return moment_text(value, names.timezone)
    feature = names.spec.feature(view.standing.name)
    if kind == "text":
        return ngettext("{count} character", "{count} characters", round(value)).format(
            count=fmt.number(value)
        )
    return fmt.quantity(value, feature.unit if feature else None)


def moment_text(seconds: float, timezone: str) -> str:
    """A moment in seconds since 1970 as a date; as a number where the calendar ends."""
    try:
        return fmt.day(datetime.fromtimestamp(seconds, UTC), timezone)
    except (OverflowError, ValueError, OSError):
        return fmt.number(seconds)


def distribution(view: Look, names: Names) -> Distribution:
    """Both sides in the same bars, named as the reader names values."""
    column = view.profiles.column
    drawn = bars(column.bins, *view.sides, count_missing=column.role != "truth")
    ends = (_("Unseen") if drawn.kind == "categories" else _("Other"), _("Missing"))
    if drawn.kind == "categories":
        rest = ngettext("{count} other", "{count} others", drawn.n_rest).format(count=drawn.n_rest)
        labels = [*drawn.names, *([rest] if drawn.n_rest else []), *ends]
        return Distribution(labels, drawn.reference, drawn.current)
    numbers = [_number(value, view, names) for value in drawn.numbers]
    if drawn.kind == "values":
        return Distribution([*numbers, *ends], drawn.reference, drawn.current)
    return Distribution([*_intervals(numbers), *ends], drawn.reference, drawn.current, numbers)


def _number(value: float, view: Look, names: Names) -> str:
    if view.profiles.column.kind == "datetime":
        return moment_text(value, names.timezone)
    return fmt.number(value)


def _intervals(edges: Sequence[str]) -> list[str]:
    if not edges:
        return [_("All values")]
    between = [f"{low} – {high}" for low, high in pairwise(edges)]
    return [f"≤ {edges[0]}", *between, f"> {edges[-1]}"]


def unit_text(view: Look, names: Names) -> str:
    """What the numbers of the column count."""
    feature = names.spec.feature(view.standing.name)
    if view.profiles.column.kind == "text":
        return _("Characters")
    return feature.unit or "" if feature else ""


def effect_line(view: Look, found: Overview, names: Names) -> EffectLine:
    """The effect in every window, with gaps where there are no rows."""
    windows = all_windows(found.report, names.timezone)
    place = _places(windows)
    effect = np.full(len(windows), np.nan)
    status = np.full(len(windows), "", dtype=object)
    for window, drift in view.standing.by_window:
        if not (drift.n_reference and drift.n_current):
            continue
        effect[place[window.start]] = drift.effect
        status[place[window.start]] = drift.status
    named = window_names(windows, found.grain, names.timezone, _chosen(view))
    return EffectLine(named, effect, status, effect_threshold())


def _chosen(view: Look) -> str:
    return iso(view.window.start) if view.window else ""


def _places(windows: Sequence[Window]) -> dict[datetime, int]:
    return {window.start: place for place, window in enumerate(windows)}


def _stretched(values: np.ndarray, view: Look, windows: Sequence[Window]) -> np.ndarray:
    """Values of the windows that have rows, with NaN for those that have none."""
    place = _places(windows)
    stretched = np.full((len(windows), *values.shape[1:]), np.nan)
    for index, window in enumerate(view.profiles.windows):
        stretched[place[window.start]] = values[index]
    return stretched


def band_line(view: Look, found: Overview, names: Names) -> BandLine | None:
    """Quantiles of a numeric column by window; None for other columns, and for dates, which always move."""
    bins = view.profiles.column.bins
    if not isinstance(bins, NumericBins) or bins.kind == "datetime":
        return None
    windows = all_windows(found.report, names.timezone)
    values = _stretched(band_over_time(bins, view.profiles.by_window), view, windows)
    named = window_names(windows, found.grain, names.timezone, _chosen(view))
    return BandLine(named, values, band_over_time(bins, view.profiles.against)[0])


def band_words(view: Look, names: Names) -> BandWords:
    """The words of a band."""
    return BandWords(
        unit_text(view, names) or view.standing.name,
        _("Median"),
        _("Middle half of the rows"),
        _("Nine rows in ten"),
        _("Median before"),
    )


def share_lines(view: Look, found: Overview, names: Names) -> list[ShareLine]:
    """The largest categories by window; nothing for numbers."""
    bins = view.profiles.column.bins
    if not isinstance(bins, CategoryBins):
        return []
    told = course(bins, view.profiles.against, view.profiles.by_window)
    values = _stretched(told.current, view, all_windows(found.report, names.timezone))
    return [
        ShareLine(name or _("Unseen"), values[:, place], float(told.reference[place]))
        for place, name in enumerate(told.names)
    ]


def missing_line(view: Look, found: Overview, names: Names) -> ShareLine | None:
    """The share of missing values by window; None where no row of either side lacks a value."""
    found_missing = view.profiles.by_window.missing_share
    before = float(view.profiles.against.missing_share[0])
    if view.profiles.column.role == "truth" or not (np.nan_to_num(found_missing).any() or before > 0):
        return None
    values = _stretched(found_missing, view, all_windows(found.report, names.timezone))
    return ShareLine(_("Missing"), values, before)


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A drift method as a row of a table."""

    label: str
    value: str
    limits: str
    formula: str
    trap: str
    breached: bool


def method_rows(view: Look, names: Names) -> list[MethodRow]:
    """Every method that applies, with its value, its limits, its formula and how it misleads."""
    rows = []
    for name, value in view.drift.methods.items():
        method = METHODS[name]
        unit = unit_text(view, names) if name == "wasserstein" else _(UNITS.get(method.unit, ""))
        limits = ""
        if method.effect is not None:
            limits = f"{fmt.number(method.effect.warning)} / {fmt.number(method.effect.critical)}"
        rows.append(
            MethodRow(
                method_word(name),
                fmt.quantity(value, unit or None),
                limits or fmt.DASH,
                method.formula,
                _(METHOD_TRAPS[name]),
                method.effect is not None and value >= method.effect.warning,
            )
        )
    return rows


def segment_table(drifts: Sequence[SegmentDrift]) -> dict[str, list[object]]:
    """Effect and verdict by segment, the largest effect first."""
    return {
        _("Status"): [status_text(d.drift.status) for d in drifts],
        _("Segment"): [str(d.segment).replace("=", " = ", 1) for d in drifts],
        _("PSI"): [None if fmt.absent(d.drift.effect) else round(d.drift.effect, 3) for d in drifts],
        _("q-value"): [fmt.pvalue(d.drift.qvalue) for d in drifts],
        _("Rows before"): [d.drift.n_reference for d in drifts],
        _("Rows now"): [d.drift.n_current for d in drifts],
    }


def ordered(drifts: Sequence[SegmentDrift]) -> list[SegmentDrift]:
    """Segments that changed first, then those judged, by effect; too small ones are last."""
    return sorted(
        drifts,
        key=lambda d: (
            needs_attention(d.drift.status),
            d.drift.status in JUDGED,
            0.0 if fmt.absent(d.drift.effect) else d.drift.effect,
        ),
        reverse=True,
    )


def neighbours(found: Overview, name: str) -> tuple[str, str]:
    """The columns before and after one, in the order of the page; empty at the ends."""
    columns = [standing.name for standing in (*found.features, *found.outcomes)]
    place = columns.index(name)
    return (columns[place - 1] if place else ""), (columns[place + 1] if place + 1 < len(columns) else "")
