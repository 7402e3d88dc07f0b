"""Two versions in one table: what they were made from, how they do on the same rows, how they stand now."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.governance.card import ModelCard
from monitoring.governance.comparison import Comparison, KpiChange, MetricChange
from monitoring.spec import Spec
from monitoring.store.parts import PartFacts
from monitoring.thresholds import Interval
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import metric_word
from monitoring.ui.sheet import Block, Cell, Line, line
from monitoring.ui.views.history import DOMAIN_WORDS
from monitoring.ui.views.names import Names, listed
from monitoring.ui.views.versions import kpi_reading, metric_reading, reading_word, relative, signed


@dataclass(frozen=True, slots=True)
class FeatureChanges:
    """How the features of two versions relate, by name; changed: those that are of another kind now."""

    shared: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def feature_changes(champion: Spec, challenger: Spec) -> FeatureChanges:
    """What the challenger reads that the champion does not, and the other way round."""
    before = {feature.name: feature.kind for feature in champion.features or ()}
    after = {feature.name: feature.kind for feature in challenger.features or ()}
    return FeatureChanges(
        tuple(name for name in after if name in before),
        tuple(name for name in after if name not in before),
        tuple(name for name in before if name not in after),
        tuple(name for name, kind in after.items() if before.get(name, kind) != kind),
    )


def blocks(comparison: Comparison, cards: tuple[ModelCard, ModelCard], names: Names) -> list[Block]:
    """The table; cards: the champion's and the challenger's."""
    return [
        Block(_("Measured on the same inferences"), tuple(map(_metric_line, comparison.metrics))),
        Block(
            _("KPIs over the same inferences"),
            tuple(_kpi_line(kpi, names) for kpi in comparison.kpis),
        ),
        Block(_("Made from"), tuple(_origin_lines(cards))),
        Block(_("Features"), tuple(_feature_lines(cards, names))),
        Block(_("In service"), tuple(_state_lines(cards))),
    ]


def _metric_line(change: MetricChange) -> Line:
    return line(
        metric_word(change.metric),
        Cell(fmt.number(change.champion.value), _interval_text(change.champion)),
        Cell(fmt.number(change.challenger.value), _interval_text(change.challenger)),
        Cell(
            f"{signed(change.difference.value)} {reading_word(metric_reading(change))}".strip(),
            _interval_text(change.difference, with_sign=True),
        ),
    )


def _interval_text(interval: Interval, *, with_sign: bool = False) -> str:
    if math.isnan(interval.lower):
        return ""
    write = signed if with_sign else fmt.number
    return _("{lower} to {upper}").format(lower=write(interval.lower), upper=write(interval.upper))


def _kpi_line(kpi: KpiChange, names: Names) -> Line:
    return line(
        names.kpi(kpi.name),
        fmt.quantity(kpi.champion, kpi.unit),
        fmt.quantity(kpi.challenger, kpi.unit),
        Cell(f"{fmt.change(relative(kpi))} {reading_word(kpi_reading(kpi))}".strip(), _kpi_interval(kpi)),
    )


def _kpi_interval(kpi: KpiChange) -> str:
    if math.isnan(kpi.difference.lower):
        return ""
    lower, upper = (
        fmt.signed(fmt.quantity(bound, kpi.unit), bound)
        for bound in (kpi.difference.lower, kpi.difference.upper)
    )
    texts = {
        "hour": _("{lower} to {upper} an hour"),
        "day": _("{lower} to {upper} a day"),
        "week": _("{lower} to {upper} a week"),
        "month": _("{lower} to {upper} a month"),
    }
    return texts[kpi.per].format(lower=lower, upper=upper)


def _origin_lines(cards: tuple[ModelCard, ModelCard]) -> list[Line]:
    lines = [
        line(_("Registered"), *(fmt.day(card.version.registered_at) for card in cards)),
        line(_("Reference"), *(_part_cell(card.reference, card) for card in cards)),
        line(_("Truth in the reference"), *(truth_text(card) for card in cards)),
    ]
    if any(card.training for card in cards):
        lines.append(line(_("Training data"), *(_part_cell(card.training, card) for card in cards)))
    lines.append(
        line(
            _("Model file"),
            *(
                Cell(card.artifact.type or card.artifact.name, f"SHA-256 {card.artifact.sha256[:12]}…")
                if card.artifact
                else fmt.DASH
                for card in cards
            ),
        )
    )
    return lines


def _part_cell(part: PartFacts | None, card: ModelCard) -> Cell:
    if part is None:
        return Cell(fmt.DASH)
    count = ngettext("{count} row", "{count} rows", part.n).format(count=fmt.integer(part.n))
    return Cell(count, span_text(part, card.version.spec.columns.timezone))


def span_text(part: PartFacts, timezone: str) -> str:
    """From the first to the last day of some rows."""
    if part.first is None or part.last is None:
        return ""
    return _("{first} to {last}").format(
        first=fmt.day(part.first, timezone), last=fmt.day(part.last, timezone)
    )


def truth_text(card: ModelCard) -> str:
    """What the truth of the reference is like: the share of positives, of each class, or the usual range."""
    facts, task = card.reference, card.version.spec.task
    if facts.quantiles:
        low, middle, high = facts.quantiles
        return _("median {middle}, 80% between {low} and {high}").format(
            middle=fmt.number(middle), low=fmt.number(low), high=fmt.number(high)
        )
    if not facts.n_truth:
        return fmt.DASH
    if task == "multiclass_classification":
        counts = sorted(facts.classes.items(), key=lambda item: (-item[1], item[0]))
        return listed([f"{name} {fmt.percent(n / facts.n_truth)}" for name, n in counts])
    share = fmt.percent(facts.classes.get("1", 0) / facts.n_truth)
    return _("{share} positive").format(share=share)


def _feature_lines(cards: tuple[ModelCard, ModelCard], names: Names) -> list[Line]:
    champion, challenger = (card.version.spec for card in cards)
    changes = feature_changes(champion, challenger)
    before = Names(names.title, champion)
    shared = ngettext("{count} in both", "{count} in both", len(changes.shared))
    both = shared.format(count=fmt.integer(len(changes.shared)))
    lines = [
        line(
            _("Number"),
            *(Cell(fmt.integer(len(spec.features or ())), both) for spec in (champion, challenger)),
        )
    ]
    if changes.removed:
        lines.append(line(_("No longer read"), _all(changes.removed, before), ""))
    if changes.added:
        lines.append(line(_("New"), "", _all(changes.added, names)))
    if changes.changed:
        lines.append(line(_("Of another kind"), "", _all(changes.changed, names)))
    return lines


def _all(features: Sequence[str], names: Names) -> str:
    return ", ".join(names.column(name) for name in features)


def _state_lines(cards: tuple[ModelCard, ModelCard]) -> list[Line]:
    watches = [card.watch for card in cards]
    lines = [
        line(
            _("Inferences"),
            *(
                Cell(fmt.integer(w.n), fmt.period(w.first, w.last, c.version.spec.columns.timezone))
                if w
                else fmt.integer(0)
                for w, c in zip(watches, cards, strict=True)
            ),
        ),
        line(
            _("Overall"),
            *(Cell("", _("last four weeks"), w.status) if w else fmt.DASH for w in watches),
        ),
    ]
    known = list(dict.fromkeys(domain.domain for w in watches if w for domain in w.domains))
    for name in known:
        statuses = [
            next((d.status for d in w.domains if d.domain == name), None) if w else None for w in watches
        ]
        lines.append(line(_(DOMAIN_WORDS[name]), *(Cell("", status=s) if s else fmt.DASH for s in statuses)))
    return lines
