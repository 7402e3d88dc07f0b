"""Performance of groups of rows in words and points: the values of a segment, the hours of the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from monitoring.performance.charts import GroupPoint, GroupWords
from monitoring.performance.methods import METHODS
from monitoring.performance.report import GroupPerformance
from monitoring.scope import Scope
from monitoring.thresholds import Status, needs_attention
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import metric_word, status_word
from monitoring.ui.views.metrics import (
    VERDICTS,
    against_label,
    gap_text,
    interval_text,
    metric_text,
    rows_text,
)


def group_rows(
    groups: Sequence[GroupPerformance], name: str, column: str, against: str
) -> list[dict[str, str]]:
    """A table of segments: rows, truth, the metric with its interval beside the reference, verdict."""
    return [
        {
            column: group.value,
            _("Inferences"): fmt.integer(group.slice.n),
            _("Ground truth known"): fmt.percent(group.slice.maturity),
            metric_word(name): metric_text(name, found.value),
            _("95 % interval"): interval_text(name, found),
            against_label(against): metric_text(name, expected.value),
            _("Difference"): fmt.DASH
            if fmt.absent(found.value) or fmt.absent(expected.value)
            else gap_text(name, found.value, expected.value),
            _("Verdict"): status_text(found.status),
        }
        for group in groups
        for found, expected in [(group.slice.metrics[name], group.reference.metrics[name])]
    ]


def groups_sentence(groups: Sequence[GroupPerformance], name: str, column: str) -> str:
    """Which values of a segment did worse than they used to."""
    bad = [group for group in groups if needs_attention(group.slice.metrics[name].status)]
    judged = [group for group in groups if group.slice.metrics[name].status in VERDICTS]
    if not judged:
        return _("No value of {column} has enough rows for a verdict.").format(column=column)
    if not bad:
        return _("No value of {column} did worse than before, beyond chance.").format(column=column)
    pick = min if METHODS[name].higher_is_better else max
    worst = pick(bad, key=lambda group: group.slice.metrics[name].value)
    text = ngettext(
        "{count} of {total} values of {column} did worse than before: {value}, {metric} {is_now} against {was}.",
        "{count} of {total} values of {column} did worse than before; the worst is {value}, {metric} {is_now} "
        "against {was}.",
        len(bad),
    )
    return text.format(
        count=fmt.integer(len(bad)),
        total=fmt.integer(len(judged)),
        column=column,
        value=worst.value,
        metric=metric_word(name),
        is_now=metric_text(name, worst.slice.metrics[name].value),
        was=metric_text(name, worst.reference.metrics[name].value),
    )


def without_segment(scope: Scope, column: str) -> Scope:
    """The scope of a table of a column's values: not limited to one of them."""
    limited = scope.segment is not None and scope.segment.column == column
    return replace(scope, segment=None) if limited else scope


def hours_caption(groups: Sequence[GroupPerformance], timezone: str) -> str:
    """Whose hours they are, and in which of them errors are largest."""
    name = "mean_absolute_error"
    known = [group for group in groups if not fmt.absent(group.slice.metrics[name].value)]
    if not known:
        return _("Hours of {timezone}.").format(timezone=timezone)
    worst = max(known, key=lambda group: group.slice.metrics[name].value)
    text = _("Errors are largest at {hour}:00, {value} on average. Hours of {timezone}.")
    return text.format(
        hour=worst.value, value=metric_text(name, worst.slice.metrics[name].value), timezone=timezone
    )


def group_points(groups: Sequence[GroupPerformance], name: str, against: str) -> list[GroupPoint]:
    """A metric of each group, as the figure wants it."""
    return [
        GroupPoint(
            group.value,
            found.value,
            found.lower,
            found.upper,
            expected.value,
            found.status,
            "<br>".join(
                [
                    f"<b>{escape(group.value)}</b>",
                    f"{metric_word(name)}: {metric_text(name, found.value)} ({interval_text(name, found)})",
                    f"{against_label(against)}: {metric_text(name, expected.value)}",
                    status_text(found.status),
                    rows_text(group.slice),
                ]
            ),
        )
        for group in groups
        for found, expected in [(group.slice.metrics[name], group.reference.metrics[name])]
    ]


def group_words(values: str, name: str, against: str) -> GroupWords:
    """The words of a metric by group."""
    statuses = {status: status_word(status) for status in Status}
    return GroupWords(values, metric_word(name), against_label(against), statuses)
