"""Which models are monitored, as rows of a table, and how one more is registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from monitoring.catalog import CatalogModel, CatalogVersion
from monitoring.store.registry import Version
from monitoring.thresholds import Status
from monitoring.ui import format as fmt
from monitoring.ui.components import status_text
from monitoring.ui.i18n import _, ngettext
from monitoring.ui.labels import grain_word, task_word

SPEC = """\
model: churn                       # a name of lower-case letters, digits and hyphens
version: "1"
task: binary_classification
reference: validation.csv          # rows the version was validated on, beside this file
columns:
  id: customer_id
  timestamp: scored_at
  prediction: will_leave
  score: p_leave
  truth: left
  positive: 1
window: day
kpis:
  - {name: missed, formula: "count(*) filter (y_true = 1 and y_pred = 0)", direction: down, target: 20, per: week}
"""
"""A specification as short as it can be; all other columns of the reference are features."""

COMMANDS = """\
python -m monitoring register spec.yaml
python -m monitoring log churn scored.csv
python -m monitoring truth churn outcomes.csv
python -m monitoring refresh churn
"""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A version with its model, and its status where it has one."""

    title: str
    model: CatalogModel
    entry: CatalogVersion
    version: Version
    status: Status | None


def rows_of(
    models: Sequence[CatalogModel],
    titles: Mapping[str, str],
    versions: Mapping[tuple[str, str], Version],
    statuses: Mapping[tuple[str, str], Status],
) -> Iterator[ModelRow]:
    """All versions, the newest of each model first."""
    for model in models:
        for entry in reversed(model.versions):
            key = (model.slug, entry.name)
            yield ModelRow(titles[model.slug], model, entry, versions[key], statuses.get(key))


def summary(models: Sequence[CatalogModel]) -> str:
    """How many models and versions there are, and how many inferences of them."""
    n_versions = sum(len(model.versions) for model in models)
    n_rows = sum(version.n_inferences for model in models for version in model.versions)
    parts = (
        ngettext("{count} model", "{count} models", len(models)).format(count=fmt.integer(len(models))),
        ngettext("{count} version", "{count} versions", n_versions).format(count=fmt.integer(n_versions)),
        ngettext("{count} inference", "{count} inferences", n_rows).format(count=fmt.integer(n_rows)),
    )
    return _("{models} in {versions}, with {inferences}.").format(
        models=parts[0], versions=parts[1], inferences=parts[2]
    )


def table(rows: Sequence[ModelRow]) -> dict[str, list[object]]:
    """The rows as columns with their headings."""
    return {
        _("Model"): [row.title for row in rows],
        _("Version"): [row.entry.name for row in rows],
        _("Status"): [status_text(row.status) if row.status else fmt.DASH for row in rows],
        _("Task"): [task_word(row.version.spec.task) for row in rows],
        _("Owner"): [row.version.spec.owner or fmt.DASH for row in rows],
        _("Window"): [grain_word(row.entry.window) for row in rows],
        _("Inferences"): [row.entry.n_inferences for row in rows],
        _("First"): [row.entry.first for row in rows],
        _("Last"): [row.entry.last for row in rows],
        _("Reference rows"): [row.version.n_reference for row in rows],
        _("Registered"): [row.version.registered_at for row in rows],
        _("Slug"): [row.model.slug for row in rows],
    }
