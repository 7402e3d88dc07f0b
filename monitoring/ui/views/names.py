"""What people call things: a model, its KPIs, its columns, its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.lists import format_list

from monitoring.spec import Spec, localise
from monitoring.ui import format as fmt
from monitoring.ui.i18n import N_, _, language, ngettext
from monitoring.ui.labels import metric_word
from monitoring.windows import Grain

MOST_NAMED = 3

_PLAIN_METRICS = {
    "roc_auc": N_("Ability to tell cases apart (ROC AUC)"),
    "f1": N_("Agreement with what happened (F1)"),
    "mean_absolute_error": N_("Average error"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """The names in one version's specification, in the reader's language."""

    title: str
    spec: Spec

    def subject(self, versions: Sequence[str]) -> str:
        """The model with its versions, as a sentence begins."""
        text = ngettext("{title}, version {versions}", "{title}, versions {versions}", len(versions))
        return text.format(title=self.title, versions=listed(versions))

    def kpi(self, name: str) -> str:
        """A KPI."""
        label = next((kpi.label for kpi in self.spec.kpis if kpi.name == name), {})
        return localise(label, language(), name.replace("_", " "))

    def column(self, name: str) -> str:
        """A column: a feature by its label, the model's outputs by what they are."""
        columns = self.spec.columns
        if name == columns.prediction:
            return _("the predictions")
        if name in columns.scores.values():
            return _("the scores")
        if name in (columns.truth, "y_true"):
            return _("the outcomes")
        return self.spec.labelled(name, language())

    def columns(self, names: Sequence[str]) -> str:
        """Columns in a sentence, the first few by name."""
        return listed([self.column(name) for name in names])

    @property
    def timezone(self) -> str:
        """Whose midnights bound the days."""
        return self.spec.columns.timezone


def plain_metric(name: str) -> str:
    """A performance metric in words that need no statistics."""
    return _(_PLAIN_METRICS[name]) if name in _PLAIN_METRICS else metric_word(name)


def listed(items: Sequence[str]) -> str:
    """A list as it stands in a sentence: the first three, and how many more."""
    shown = list(items) if len(items) <= MOST_NAMED + 1 else list(items[:MOST_NAMED])
    if len(shown) < len(items):
        more = len(items) - len(shown)
        shown.append(ngettext("{count} more", "{count} more", more).format(count=more))
    return str(format_list(shown, locale=fmt.locale()))


def during(start: datetime, grain: Grain, timezone: str) -> str:
    """When a window was, as it stands in a sentence."""
    if grain == "week":
        return _("in the week of {day}").format(day=fmt.day(start, timezone))
    if grain == "month":
        return _("in {month}").format(month=fmt.window(start, grain, timezone))
    if grain == "hour":
        return _("at {moment}").format(moment=fmt.instant(start, timezone))
    return _("on {day}").format(day=fmt.day(start, timezone))


def in_a_row(count: int, grain: Grain) -> str:
    """How many windows in a row, as a sentence begins."""
    texts = {
        "hour": ngettext("{count} hour in a row", "{count} hours in a row", count),
        "day": ngettext("{count} day in a row", "{count} days in a row", count),
        "week": ngettext("{count} week in a row", "{count} weeks in a row", count),
        "month": ngettext("{count} month in a row", "{count} months in a row", count),
    }
    return texts[grain].format(count=fmt.integer(count))
