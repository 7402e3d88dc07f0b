"""What the page on drift says: the answer in a sentence, findings, the grid of features and windows, the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import numpy as np

from monitoring.document import iso
from monitoring.drift.charts import DriftGrid, DriftWords
from monitoring.drift.methods import METHODS
from monitoring.drift.report import EFFECT, DriftReport, DriftWindow, FeatureDrift
from monitoring.thresholds import SIGNIFICANCE, Status, Threshold, needs_attention
from monitoring.traces import Windows
from monitoring.ui import format as fmt
from monitoring.ui.components import Finding, Tile, status_text
from monitoring.ui.i18n import N_, _, language, ngettext
from monitoring.ui.labels import kind_word, status_word
from monitoring.ui.views.metrics import against_noun
from monitoring.ui.views.names import Names, during, listed
from monitoring.ui.views.timeline import axis_label, some_of
from monitoring.windows import Grain, Window, windows_between

JUDGED = (Status.OK, Status.WARNING, Status.CRITICAL)
_SEVERITY = (Status.UNDEFINED, Status.NOT_ENOUGH_DATA, *JUDGED)
_ROLES = {"prediction": N_("Prediction"), "score": N_("Score"), "truth": N_("Ground truth")}


@dataclass(frozen=True, slots=True)
class Standing:
    """A column as the page shows it: over the whole period, and in each window that has rows.

    rank: place by importance among the features, 1 for the first, None where importances are not known.
    """

    whole: FeatureDrift
    by_window: tuple[tuple[DriftWindow, FeatureDrift], ...]
    rank: int | None

    @property
    def name(self) -> str:
        """The user's name of the column."""
        return self.whole.feature

    @property
    def judged(self) -> int:
        """How many windows had enough rows."""
        return sum(found.status in JUDGED for _, found in self.by_window)

    @property
    def changed(self) -> list[tuple[DriftWindow, FeatureDrift]]:
        """The windows in which it changed."""
        return [(window, found) for window, found in self.by_window if needs_attention(found.status)]

    @property
    def peak(self) -> tuple[DriftWindow, FeatureDrift] | None:
        """The window in which it changed most, if it did in any."""
        return max(self.changed, key=lambda item: item[1].effect, default=None)

    @property
    def highest(self) -> float:
        """The largest effect of a window in which it changed, or else that of the period."""
        effect = self.peak[1].effect if self.peak else self.whole.effect
        return 0.0 if fmt.absent(effect) else effect

    @property
    def status(self) -> Status:
        """The worst of the period and its windows."""
        return max((self.whole.status, *(f.status for _, f in self.by_window)), key=_SEVERITY.index)

    @property
    def weight(self) -> tuple[int, int, float, float]:
        """What sorts columns: the period's verdict, then the windows', then the impact, then the effect."""
        impact = (self.whole.importance or 0.0) * self.highest
        return _SEVERITY.index(self.whole.status), _SEVERITY.index(self.status), impact, self.highest


@dataclass(frozen=True, slots=True)
class Overview:
    """The columns of a report, what matters most first; features apart from the model's outputs and the truth."""

    report: DriftReport
    features: tuple[Standing, ...]
    outcomes: tuple[Standing, ...]

    @property
    def grain(self) -> Grain:
        """The window that the report is told in."""
        return cast(Grain, self.report.heading.window)

    @property
    def changed(self) -> list[Standing]:
        """The features that changed, over the period or in one of its windows."""
        return [standing for standing in self.features if needs_attention(standing.status)]


def overview(report: DriftReport) -> Overview:
    """A report as the page shows it."""
    ranked = sorted(
        (f.feature for f in report.features if f.importance is not None),
        key=lambda name: -_importance(report.features, name),
    )
    ranks = {name: place for place, name in enumerate(ranked, start=1)}
    standings = [
        Standing(whole, tuple((w, w.features[place]) for w in report.windows), ranks.get(whole.feature))
        for place, whole in enumerate(report.features)
    ]
    features = sorted(
        (s for s in standings if s.whole.role == "feature"), key=lambda s: s.weight, reverse=True
    )
    return Overview(report, tuple(features), tuple(s for s in standings if s.whole.role != "feature"))


def _importance(features: Sequence[FeatureDrift], name: str) -> float:
    return next(f.importance or 0.0 for f in features if f.feature == name)


def capital(text: str) -> str:
    """The text with a capital first letter, as a sentence begins."""
    return text[:1].upper() + text[1:]


def psi_text(effect: float) -> str:
    """An effect with the digits that a reader can use."""
    return fmt.number(effect, 2 if abs(effect) >= 0.1 else 3)  # noqa: PLR2004 - below the first limit


def answer(found: Overview) -> str:
    """What changed, in a sentence."""
    report = found.report
    against = against_noun(report.against)
    drifted = [s for s in found.features if needs_attention(s.whole.status)]
    if drifted:
        text = ngettext(
            "{count} of {total} features has changed since {against}: {columns}.",
            "{count} of {total} features have changed since {against}: {columns}.",
            len(drifted),
        )
        return text.format(
            count=len(drifted), total=len(found.features), against=against, columns=_columns(drifted)
        )
    if report.n_reference == 0:
        return _("There is nothing to compare with: {against} has no rows.").format(against=against)
    if found.changed:
        text = ngettext(
            "Over the whole period no feature has changed since {against}; {columns} did in single windows.",
            "Over the whole period no feature has changed since {against}; {columns} did in single windows.",
            len(found.changed),
        )
        return text.format(against=against, columns=_columns(found.changed))
    if report.status is Status.NOT_ENOUGH_DATA:
        return _("There are too few rows to say whether anything has changed.")
    return _("No feature has changed since {against}.").format(against=against)


def _columns(standings: Sequence[Standing]) -> str:
    return listed([standing.name for standing in standings])


def rows_note(report: DriftReport, names: Names) -> str:
    """Over which rows, against what."""
    return " · ".join(
        [
            fmt.period(report.heading.from_, report.heading.to, names.timezone),
            ngettext("{count} inference", "{count} inferences", report.n_current).format(
                count=fmt.integer(report.n_current)
            ),
            compared_with(report),
        ]
    )


def compared_with(report: DriftReport) -> str:
    """What the rows are compared with."""
    text = ngettext(
        "compared with {against} ({count} row)", "compared with {against} ({count} rows)", report.n_reference
    )
    return text.format(against=against_noun(report.against), count=fmt.integer(report.n_reference))


def title(name: str, names: Names) -> str:
    """A column by its name, with what it means where the specification says so."""
    meaning = names.spec.labelled(name, language())
    return name if meaning == name else _("{column} ({meaning})").format(column=name, meaning=meaning)


def findings(found: Overview, names: Names, at_most: int) -> list[Finding]:
    """The features that changed, each in a sentence with how much, when, how sure, and whether it matters."""
    shown = found.changed[:at_most]
    return [
        Finding(
            standing.status,
            change_sentence(standing, shown, found.grain, names),
            "drift",
            _("Look closer"),
            change_note(standing, found, names),
            {"feature": standing.name},
        )
        for standing in shown
    ]


def change_sentence(standing: Standing, others: Sequence[Standing], grain: Grain, names: Names) -> str:
    """How much a column changed, and when; the first of all says why it is."""
    peak = standing.peak
    effect = psi_text(peak[1].effect if peak else standing.whole.effect)
    when = during(peak[0].start, grain, names.timezone) if peak else _("over the whole period")
    text = _("{column} changed: PSI {effect} {when}.")
    if standing is others[0]:
        is_largest = standing.highest >= max(other.highest for other in others)
        text = (
            _("{column} changed most: PSI {effect} {when}.")
            if is_largest
            else _("{column} matters most: PSI {effect} {when}.")
        )
    return text.format(column=title(standing.name, names), effect=effect, when=when)


def change_note(standing: Standing, found: Overview, names: Names, *, how_often: bool = True) -> str:
    """How sure a change is, how often it was seen, since when, and how much the model reads the column."""
    peak = standing.peak
    judged = peak[1] if peak else standing.whole
    parts = [sureness(judged)]
    if peak:
        if how_often:
            seen = some_of(len(standing.changed), standing.judged, found.grain)
            parts.append(_("seen {windows}").format(windows=seen))
        parts.append(_span(standing, found.grain, names))
    if standing.rank is not None:
        total = sum(s.rank is not None for s in found.features)
        parts.append(_("no. {rank} of {total} in importance").format(rank=standing.rank, total=total))
    before, now = judged.missing_reference, judged.missing_current
    if before is not None and now is not None and now - before > _NOTABLE_MISSING:
        parts.append(
            _("missing values {before} → {now}").format(before=fmt.percent(before), now=fmt.percent(now))
        )
    return capital(" · ".join(filter(None, parts)))


_NOTABLE_MISSING = 0.01


def sureness(found: FeatureDrift) -> str:
    """Whether a change is real, by its q-value."""
    if found.status is Status.NOT_ENOUGH_DATA or fmt.absent(found.qvalue):
        return _("too few rows to be sure")
    if found.qvalue < SIGNIFICANCE:
        return _("sure (q = {qvalue})").format(qvalue=fmt.pvalue(found.qvalue)).replace("= <", "<")
    return _("may be chance (q = {qvalue})").format(qvalue=fmt.pvalue(found.qvalue))


def _span(standing: Standing, grain: Grain, names: Names) -> str:
    """Since when it has changed without a break, or when it last did."""
    judged = [(w, f) for w, f in standing.by_window if f.status in JUDGED]
    run: list[DriftWindow] = []
    for window, found in reversed(judged):
        if not needs_attention(found.status):
            break
        run.append(window)
    if run:
        if len(run) == 1:
            return _("still so in the last window")
        return _("since {day}").format(day=fmt.day(run[-1].start, names.timezone))
    last = standing.changed[-1][0]
    return _("last {when}").format(when=during(last.start, grain, names.timezone))


def tiles_of(found: Overview, names: Names) -> list[Tile]:
    """The verdicts on the period, on its last window, and on what the model says."""
    report = found.report
    judged = [s for s in found.features if s.whole.status in JUDGED]
    drifted = sum(needs_attention(s.whole.status) for s in judged)
    trend = [_share(window) for window in report.windows]
    tiles = [
        Tile(
            _("Features that changed"),
            _("{count} of {total}").format(count=fmt.integer(drifted), total=fmt.integer(len(judged))),
            report.status,
            _("over the whole period"),
            trend,
            alt=_("Share of the features that changed, by window"),
        )
    ]
    last = next((w for w in reversed(report.windows) if w.status in JUDGED), None)
    if last is not None and len(report.windows) > 1:
        known = [f for f in last.features if f.role == "feature" and f.status in JUDGED]
        count = sum(needs_attention(f.status) for f in known)
        tiles.append(
            Tile(
                _("In the last window"),
                _("{count} of {total}").format(count=fmt.integer(count), total=fmt.integer(len(known))),
                last.status,
                fmt.window(last.start, found.grain, names.timezone),
            )
        )
    outputs = [s for s in found.outcomes if s.whole.role in ("score", "prediction")]
    spoken = [s for s in outputs if s.whole.role == "score"] or outputs
    return [
        *tiles,
        *map(_outcome_tile, (*spoken[:1], *(s for s in found.outcomes if s.whole.role == "truth"))),
    ]


def _outcome_tile(standing: Standing) -> Tile:
    words = {"prediction": _("Predictions"), "score": _("Scores"), "truth": _("Ground truth")}
    effect = standing.whole.effect
    return Tile(
        words[standing.whole.role],
        fmt.DASH if fmt.absent(effect) else _("PSI {effect}").format(effect=psi_text(effect)),
        standing.whole.status,
        _("{column} over the whole period").format(column=standing.name),
        [None if fmt.absent(f.effect) else f.effect for _window, f in standing.by_window],
        alt=_("Effect by window"),
    )


def _share(window: DriftWindow) -> float | None:
    known = [f for f in window.features if f.role == "feature" and f.status in JUDGED]
    return sum(needs_attention(f.status) for f in known) / len(known) if known else None


def matching(standings: Sequence[Standing], asked: str, names: Names) -> list[Standing]:
    """The columns whose name or meaning has the text in it."""
    text = asked.strip().casefold()
    return [s for s in standings if text in title(s.name, names).casefold()]


def all_windows(report: DriftReport, timezone: str) -> list[Window]:
    """Every window of the period, with rows or without, from the first that has some to the last."""
    if not report.windows:
        return []
    start, end = report.windows[0].start, report.windows[-1].end
    return windows_between(start, end, cast(Grain, report.heading.window), timezone)


def window_names(windows: Sequence[Window], grain: Grain, timezone: str, chosen: str = "") -> Windows:
    """Windows as figures name them."""
    with_year = bool(windows) and windows[0].start.year != windows[-1].start.year
    return Windows(
        [iso(window.start) for window in windows],
        [fmt.window(window.start, grain, timezone) for window in windows],
        [axis_label(window.start, grain, timezone, with_year=with_year) for window in windows],
        chosen,
    )


def grid(found: Overview, shown: Sequence[Standing], names: Names) -> DriftGrid:
    """The features shown and, below them, the model's outputs and the truth, by window."""
    windows = all_windows(found.report, names.timezone)
    column = {window.start: place for place, window in enumerate(windows)}
    rows = [*shown, *found.outcomes]
    effect = np.full((len(rows), len(windows)), np.nan)
    status = np.full(effect.shape, "", dtype=object)
    for row, standing in enumerate(rows):
        for window, drift in standing.by_window:
            if drift.n_reference and drift.n_current:
                effect[row, column[window.start]] = drift.effect
                status[row, column[window.start]] = drift.status
    return DriftGrid(
        [s.name for s in rows],
        [s.name if s.whole.role == "feature" else _named_outcome(s) for s in rows],
        window_names(windows, found.grain, names.timezone),
        effect,
        status,
        effect_threshold(),
        len(shown) if shown and found.outcomes else None,
    )


def _named_outcome(standing: Standing) -> str:
    role = _(_ROLES[standing.whole.role])
    return _("{role}: {column}").format(role=role, column=standing.name)


def effect_threshold() -> Threshold:
    """From where on the effect of the verdict is a warning, and critical."""
    threshold = METHODS[EFFECT].effect
    assert threshold is not None  # the method of the verdict has one
    return threshold


def words() -> DriftWords:
    """The words of figures of effects."""
    return DriftWords("PSI", {status: status_word(status) for status in Status}, _("Warning"), _("Critical"))


def table(standings: Sequence[Standing], names: Names) -> dict[str, list[object]]:
    """The columns with their headings, what matters most first."""
    peaks = [standing.peak for standing in standings]
    meanings = [names.spec.labelled(s.name, language()) for s in standings]
    columns: Mapping[str, list[object]] = {
        _("Status"): [status_text(s.whole.status) for s in standings],
        _("Column"): [s.name for s in standings],
        _("Meaning"): [
            meaning if meaning != s.name else "" for meaning, s in zip(meanings, standings, strict=True)
        ],
        _("PSI"): [_or_none(s.whole.effect) for s in standings],
        _("Highest PSI"): [_or_none(peak[1].effect) if peak else None for peak in peaks],
        _("Windows changed"): [f"{len(s.changed)} / {s.judged}" for s in standings],
        _("PSI over time"): [
            [round(f.effect, 4) for _window, f in s.by_window if not fmt.absent(f.effect)] for s in standings
        ],
        _("Importance"): [s.whole.importance for s in standings],
        _("Impact"): [_or_none(s.whole.impact) for s in standings],
        _("q-value"): [fmt.pvalue(s.whole.qvalue) for s in standings],
        _("Missing before"): [_or_none(s.whole.missing_reference) for s in standings],
        _("Missing now"): [_or_none(s.whole.missing_current) for s in standings],
        _("Kind"): [kind_word(s.whole.kind) for s in standings],
    }
    return {
        name: values for name, values in columns.items() if name in _always() or any(_told(v) for v in values)
    }


def _always() -> tuple[str, ...]:
    return (_("Status"), _("Column"), _("PSI"))


def _told(value: object) -> bool:
    return value not in (None, "")


def _or_none(value: float | None) -> float | None:
    """Short numbers for a table, which shows as many decimals as it gets."""
    return None if value is None or fmt.absent(value) else round(value, 4)


def grid_alt(found: Overview) -> str:
    """The grid in words, for those who cannot see it."""
    return _("Effect of drift by feature and window. {answer}").format(answer=answer(found))


def start_of(text: str) -> datetime | None:
    """The start of a window as it stands in the URL; None for what is no moment."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
