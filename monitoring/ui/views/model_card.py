"""What a version's card says, in words and tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from monitoring.governance.card import CardFeature, CardSegment, ModelCard
from monitoring.performance.intervals import Estimate
from monitoring.performance.methods import METHODS
from monitoring.thresholds import MINIMUM_ROWS, Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import kind_word, metric_word, status_word, task_word
from monitoring.ui.sheet import Block, Cell, Line, line
from monitoring.ui.views.names import Names, listed
from monitoring.ui.views.side_by_side import span_text, truth_text
from monitoring.ui.views.watching import Concern, is_ongoing
from monitoring.ui.views.wording import tell
from monitoring.watch import Episode, Trend

NAMED_FEATURES = 3
MOST_WEAK, MOST_FAILURES = 5, 5
A_YEAR = timedelta(days=330)
"""A reference that covers less has not seen every season."""


def reading(card: ModelCard, names: Names) -> str:
    """The card in one paragraph of plain words."""
    sentences = (_question(card, names), _decides_by(card, names), _validated(card), _in_service(card))
    return " ".join(filter(None, sentences))


def _question(card: ModelCard, names: Names) -> str:
    spec = card.version.spec
    truth = spec.columns.truth or spec.columns.prediction
    if spec.task == "binary_classification":
        text = _("{title} answers a yes-or-no question for every inference: will {truth} be {positive}?")
        return text.format(title=names.title, truth=truth, positive=spec.columns.positive)
    if spec.task == "multiclass_classification":
        text = _("{title} chooses one of {count} classes for every inference: {classes}.")
        classes = card.version.classes
        return text.format(title=names.title, count=fmt.integer(len(classes)), classes=listed(classes))
    if spec.task == "regression":
        return _("{title} predicts a number for every inference: {truth}.").format(
            title=names.title, truth=truth
        )
    return _("{title} predicts what a treatment changes for every inference: {truth}.").format(
        title=names.title, truth=truth
    )


def _decides_by(card: ModelCard, names: Names) -> str:
    count = ngettext("It reads {count} feature", "It reads {count} features", len(card.features)).format(
        count=fmt.integer(len(card.features))
    )
    known = [feature for feature in card.features if feature.importance is not None][:NAMED_FEATURES]
    if not known:
        return f"{count}."
    text = _("{count} and decides above all by {features}, which carry {share} of its decisions.")
    return text.format(
        count=count,
        features=listed([names.column(feature.name) for feature in known]),
        share=fmt.percent(sum(feature.importance or 0.0 for feature in known), 0),
    )


def _validated(card: ModelCard) -> str:
    zone = card.version.spec.columns.timezone
    rows = ngettext("It was validated on {count} row", "It was validated on {count} rows", card.reference.n)
    said = rows.format(count=fmt.integer(card.reference.n))
    span = span_text(card.reference, zone)
    where = f"{said} ({span})" if span else said
    if card.primary is None or math.isnan(card.metrics[card.primary].value):
        return f"{where}."
    value = card.metrics[card.primary]
    return _("{where}, with this result: {metric} {value}.").format(
        where=where, metric=metric_word(card.primary), value=with_interval(value)
    )


def _in_service(card: ModelCard) -> str:
    watch = card.watch
    if watch is None:
        return _("It has not been in service yet.")
    text = ngettext(
        "It has scored {count} inference since {day}, and stands at “{status}” by the last four weeks.",
        "It has scored {count} inferences since {day}, and stands at “{status}” by the last four weeks.",
        watch.n,
    )
    day = fmt.day(watch.first, card.version.spec.columns.timezone)
    return text.format(count=fmt.integer(watch.n), day=day, status=status_word(watch.status))


def with_interval(value: Estimate) -> str:
    """A value with its interval, where it has one."""
    if math.isnan(value.lower):
        return fmt.number(value.value)
    return _("{value} (95% interval: {lower} to {upper})").format(
        value=fmt.number(value.value), lower=fmt.number(value.lower), upper=fmt.number(value.upper)
    )


def facts_line(card: ModelCard) -> str:
    """What kind of model it is, and who answers for it."""
    spec = card.version.spec
    owner = [_("Owner: {owner}").format(owner=spec.owner)] if spec.owner else []
    return " · ".join([spec.model, task_word(spec.task), *owner])


def rows_text(card: ModelCard) -> str:
    """The reference in a few words."""
    count = ngettext("{count} row", "{count} rows", card.reference.n)
    rows = count.format(count=fmt.integer(card.reference.n))
    return ", ".join(filter(None, (rows, span_text(card.reference, card.version.spec.columns.timezone))))


def identity(card: ModelCard) -> dict[str, str]:
    """Whose model it is, and how to know it again."""
    spec, artifact = card.version.spec, card.artifact
    found = {
        _("Model"): spec.model,
        _("Version"): spec.version,
        _("Task"): task_word(spec.task),
        _("Owner"): spec.owner or fmt.DASH,
        _("Registered"): fmt.instant(card.version.registered_at),
    }
    if artifact:
        size = f"{fmt.integer(artifact.size)}{fmt.NO_BREAK_SPACE}B"
        found[_("Model file")] = ", ".join(filter(None, (artifact.name, artifact.type, size)))
        found[_("SHA-256 of the file")] = artifact.sha256
    found[_("Content hash")] = card.version.content_hash
    return found


def validated_on(card: ModelCard) -> dict[str, str]:
    """The rows behind every number of the card."""
    spec, reference = card.version.spec, card.reference
    zone = spec.columns.timezone
    found = {
        _("Reference"): rows_text(card),
        _("Truth"): truth_text(card),
        _("Rows with known truth"): fmt.percent(reference.n_truth / reference.n),
    }
    if card.training:
        count = ngettext("{count} row", "{count} rows", card.training.n)
        rows = count.format(count=fmt.integer(card.training.n))
        found[_("Training data")] = ", ".join(filter(None, (rows, span_text(card.training, zone))))
    found[_("Days")] = _("those of the time zone {zone}").format(zone=zone)
    found[_("Truth is expected after")] = fmt.duration(timedelta(seconds=spec.truth_delay))
    return found


def kpi_block(card: ModelCard, names: Names) -> list[Block]:
    """What the model is for, in business figures: formula, target, and where it stands."""
    trends = {t.name: t for t in card.watch.trends if t.domain == "kpi"} if card.watch else {}
    lines = []
    for kpi in card.version.spec.kpis:
        grain = card.version.spec.kpi_grain(kpi)
        lines.append(
            line(
                names.kpi(kpi.name),
                Cell(kpi.formula, code=True),
                Cell(_target(kpi.target, kpi.unit, kpi.direction), _PER[grain]()),
                _last(trends.get(kpi.name), names),
            )
        )
    return [Block("", tuple(lines))]


_PER = {
    "hour": lambda: _("per hour"),
    "day": lambda: _("per day"),
    "week": lambda: _("per week"),
    "month": lambda: _("per month"),
}


def _target(target: float | None, unit: str | None, direction: str) -> str:
    if target is None:
        return _("none, less is better") if direction == "down" else _("none, more is better")
    text = _("at most {value}") if direction == "down" else _("at least {value}")
    return text.format(value=fmt.quantity(target, unit))


def _last(trend: Trend | None, names: Names) -> Cell:
    if trend is None or trend.window is None:
        return Cell(fmt.DASH)
    window = fmt.window(trend.window.start, trend.grain, names.timezone)
    return Cell(fmt.quantity(trend.value, trend.unit), window, trend.status)


def metric_block(card: ModelCard) -> list[Block]:
    """Every metric on the reference."""
    directions = {True: _("higher is better"), False: _("lower is better"), None: _("near 0 is best")}
    lines = [
        line(
            Cell(metric_word(name), directions[METHODS[name].higher_is_better]),
            fmt.number(value.value),
            fmt.number(value.lower),
            fmt.number(value.upper),
        )
        for name, value in card.metrics.items()
    ]
    return [Block("", tuple(lines))]


def segment_blocks(card: ModelCard, names: Names) -> list[Block]:
    """The primary metric on the reference, by value of each declared segment."""
    columns = list(dict.fromkeys(segment.column for segment in card.segments))
    return [
        Block(names.column(column), tuple(_segment_line(s) for s in card.segments if s.column == column))
        for column in columns
    ]


def _segment_line(segment: CardSegment) -> Line:
    interval = ""
    if not math.isnan(segment.estimate.lower):
        interval = _("{lower} to {upper}").format(
            lower=fmt.number(segment.estimate.lower), upper=fmt.number(segment.estimate.upper)
        )
    shown = segment.status if segment.status is not Status.OK else None
    return line(
        segment.value,
        fmt.integer(segment.n_truth),
        fmt.number(segment.estimate.value),
        interval,
        Cell(_weaker(segment.status) if shown else ""),
    )


def _weaker(status: Status) -> str:
    if needs_attention(status):
        return _("▼ weaker")
    return _("too few rows")


def feature_block(card: ModelCard, names: Names) -> list[Block]:
    """Every feature: what it is, how much it weighs, and what the reference holds."""
    return [Block("", tuple(_feature_line(feature, names) for feature in card.features))]


def _feature_line(feature: CardFeature, names: Names) -> Line:
    label = names.column(feature.name)
    weight = Cell(fmt.DASH)
    if feature.importance is not None:
        weight = Cell(fmt.percent(feature.importance), share=feature.importance)
    return line(
        Cell(label, feature.name if feature.name != label else ""),
        kind_word(feature.kind),
        weight,
        fmt.percent(feature.missing),
        _holds(feature, names.timezone),
    )


def _holds(feature: CardFeature, timezone: str) -> Cell:
    count = ngettext("{count} value", "{count} values", feature.distinct)
    said = count.format(count=fmt.integer(feature.distinct))
    low, high = feature.minimum, feature.maximum
    if isinstance(low, datetime) and isinstance(high, datetime):
        return Cell(
            _("{low} to {high}").format(low=fmt.day(low, timezone), high=fmt.day(high, timezone)), said
        )
    if isinstance(low, float) and isinstance(high, float):
        # A unit stands once, behind both; percent belongs to each of them.
        first = fmt.quantity(low, feature.unit) if feature.unit == "%" else fmt.number(low)
        bounds = {"low": first, "high": fmt.quantity(high, feature.unit)}
        return Cell(_("{low} to {high}").format(**bounds), said)
    return Cell(said)


def limits(card: ModelCard, names: Names) -> list[tuple[str, str]]:
    """What the data shows of where the model is weak: a sentence each, and nothing behind it."""
    found = [
        *_weak_segments(card, names),
        *_unknown_segments(card, names),
        *_missing(card, names),
        *_narrow(card),
    ]
    return [(sentence, "") for sentence in found]


def _weak_segments(card: ModelCard, names: Names) -> Iterator[str]:
    if card.primary is None:
        return
    whole = card.metrics[card.primary].value
    weak = [segment for segment in card.segments if needs_attention(segment.status)]
    for segment in sorted(weak, key=lambda s: -abs(s.estimate.value - whole))[:MOST_WEAK]:
        yield _("{column} = {value}: on the reference, {metric} {found} instead of {whole} overall.").format(
            column=names.column(segment.column),
            value=segment.value,
            metric=metric_word(card.primary),
            found=fmt.number(segment.estimate.value),
            whole=fmt.number(whole),
        )


def _unknown_segments(card: ModelCard, names: Names) -> Iterator[str]:
    for column in dict.fromkeys(segment.column for segment in card.segments):
        few = [s.value for s in card.segments if s.column == column and s.status is Status.NOT_ENOUGH_DATA]
        if few:
            text = ngettext(
                "{column} = {values}: fewer than {rows} reference rows, so nobody knows how good it is there.",
                "{column} = {values}: fewer than {rows} reference rows each, so nobody knows how good it is there.",
                len(few),
            )
            yield text.format(column=names.column(column), values=listed(few), rows=fmt.integer(MINIMUM_ROWS))


def _missing(card: ModelCard, names: Names) -> Iterator[str]:
    for feature in card.features:
        if feature.many_missing:
            yield _("{feature} is missing in {share} of the reference.").format(
                feature=names.column(feature.name), share=fmt.percent(feature.missing)
            )
    unknown = 1 - card.reference.n_truth / card.reference.n
    if unknown > 0:
        yield _("What really happened is unknown for {share} of the reference rows.").format(
            share=fmt.percent(unknown)
        )


def _narrow(card: ModelCard) -> Iterator[str]:
    first, last = card.reference.first, card.reference.last
    if first is not None and last is not None and last - first < A_YEAR:
        yield _("The reference covers {duration}: other seasons were not seen.").format(
            duration=fmt.duration(last - first)
        )


def failures(card: ModelCard, names: Names) -> list[tuple[str, str]]:
    """When performance or a KPI was not as it should be, the worst first: a sentence, and for how long."""
    told = []
    for episode in sorted(_failed(card), key=_badness)[:MOST_FAILURES]:
        assert card.watch is not None  # episodes are those of a watch
        ongoing = is_ongoing(card.watch, episode)
        telling = tell(Concern(card.watch, (card.watch.version,), (episode,), ongoing), names)
        told.append((telling.sentence, telling.note))
    return told


def failures_caption(card: ModelCard) -> str:
    """How many of them are told."""
    found = len(_failed(card))
    if found <= MOST_FAILURES:
        return _("Performance and KPIs since it is in service.")
    text = _("Performance and KPIs since it is in service: the worst {count} of {found} times.")
    return text.format(count=fmt.integer(MOST_FAILURES), found=fmt.integer(found))


def _failed(card: ModelCard) -> list[Episode]:
    episodes = card.watch.episodes if card.watch else ()
    return [episode for episode in episodes if episode.domain in ("kpi", "performance")]


def _badness(episode: Episode) -> tuple[bool, int, datetime]:
    return episode.status is not Status.CRITICAL, -episode.windows, episode.start
