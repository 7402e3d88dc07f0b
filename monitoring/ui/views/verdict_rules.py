"""The rules by which numbers become verdicts, as a reader of a model card wants to check them."""

from __future__ import annotations

import math

from monitoring import thresholds
from monitoring.drift.methods import METHODS
from monitoring.drift.report import EFFECT
from monitoring.spec import AlertRule, Spec
from monitoring.thresholds import Threshold
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import check_word, method_word, metric_word
from monitoring.ui.sheet import Block, Cell, Line, line
from monitoring.ui.views.names import Names


def rule_blocks(spec: Spec, names: Names) -> list[Block]:
    """The rules that hold for every version, and those that this one's specification adds."""
    return [
        Block(_("For every version"), tuple(_general())),
        Block(_("Written for this version"), tuple(_own(rule, names) for rule in spec.alerts)),
    ]


def _general() -> list[Line]:
    effect = METHODS[EFFECT].effect or Threshold(math.nan, math.nan)
    sure = _("surely: false discovery rate below {level}").format(level=_whole(thresholds.SIGNIFICANCE))
    chance = _("beyond what chance explains")
    return [
        line(
            Cell(_("Drift of a column"), method_word(EFFECT)),
            fmt.number(effect.warning),
            fmt.number(effect.critical),
            sure,
        ),
        line(_("Drift of all features"), _("one of them"), _whole(thresholds.SHARE_DRIFTED.critical), ""),
        line(
            Cell(_("Performance"), _("the primary metric")),
            *_shares(thresholds.PERFORMANCE_LOSS),
            _("worse than the reference, which lies outside the interval"),
        ),
        line(_("KPI"), _("beyond the target"), _("a quarter beyond it"), _("whole windows with known truth")),
        line(check_word("missing"), *_shares(thresholds.MISSING_INCREASE), _("more than in the reference")),
        line(check_word("range"), *_shares(thresholds.OUT_OF_RANGE_SHARE), chance),
        line(check_word("unseen_category"), *_shares(thresholds.UNSEEN_SHARE), chance),
        line(check_word("volume"), *_times(thresholds.VOLUME_LOG_RATIO), _("more or fewer rows than usual")),
        line(
            _("Order of the attributions"),
            *_shares(thresholds.ATTRIBUTION_DISORDER),
            _("of the agreement with the reference lost (NDCG)"),
        ),
        line(
            _("No verdict"),
            Cell(
                _("below {rows} rows").format(rows=fmt.integer(thresholds.MINIMUM_ROWS)),
            ),
            "",
            _("performance: while less than {share} of the truth is known").format(
                share=_whole(thresholds.MATURE)
            ),
        ),
    ]


def _whole(share: float) -> str:
    return fmt.percent(share, 0)


def _shares(threshold: Threshold) -> tuple[str, str]:
    return _whole(threshold.warning), _whole(threshold.critical)


def _times(threshold: Threshold) -> tuple[str, str]:
    return f"× {fmt.number(math.exp(threshold.warning))}", f"× {fmt.number(math.exp(threshold.critical))}"


def _own(rule: AlertRule, names: Names) -> Line:
    name = names.kpi(rule.metric) if rule.on == "kpi" else metric_word(rule.metric)
    where = [names.column(rule.column)] if rule.column else []
    where += [rule.segment] if rule.segment else []
    limits = []
    if rule.below is not None:
        limits.append(_("below {value}").format(value=_limit(rule, rule.below, names)))
    if rule.above is not None:
        limits.append(_("above {value}").format(value=_limit(rule, rule.above, names)))
    said = ", ".join(limits)
    is_warning = rule.severity == "warning"
    times = ngettext("for {count} window", "for {count} windows in a row", rule.for_)
    return line(
        Cell(name, ", ".join(where)),
        said if is_warning else "",
        "" if is_warning else said,
        times.format(count=fmt.integer(rule.for_)),
    )


def _limit(rule: AlertRule, value: float, names: Names) -> str:
    unit = next((kpi.unit for kpi in names.spec.kpis if rule.on == "kpi" and kpi.name == rule.metric), None)
    return fmt.quantity(value, unit)
