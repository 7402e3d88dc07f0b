"""Batches that came in, and the newest rows under the names that their owner gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from monitoring.store.intake import Batch
from monitoring.store.registry import Version, column_types
from monitoring.ui import format as fmt
from monitoring.ui.i18n import _, ngettext

_BINARY = ("binary_classification",)


def batches_of(batches: Sequence[Batch], version: str) -> list[Batch]:
    """The batches of a version; truth is sent to all versions of a model."""
    return [batch for batch in batches if batch.version in (version, "")]


def batches_table(batches: Sequence[Batch]) -> dict[str, list[object]]:
    """Batches as columns with their headings."""
    kinds = {"inference": _("Inferences"), "truth": _("Ground truth")}
    return {
        _("Received"): [batch.received_at for batch in batches],
        _("What came"): [kinds.get(batch.kind, batch.kind) for batch in batches],
        _("Source"): [batch.source for batch in batches],
        **dict(zip(count_headings(), _counts(batches), strict=True)),
        _("Notes"): [" ".join(batch.notes) for batch in batches],
    }


def _counts(batches: Sequence[Batch]) -> Iterator[list[object]]:
    for name in ("accepted", "duplicates", "corrections", "quarantined"):
        yield [getattr(batch, name) for batch in batches]


def count_headings() -> tuple[str, ...]:
    """The columns of the batches that hold numbers of rows."""
    return _("Accepted"), _("Duplicates"), _("Corrections"), _("Quarantined")


def shown_columns(version: Version) -> list[str]:
    """The stored columns of a row as its owner would write it: id and time, what was said and true, the rest."""
    first = [
        "id",
        "timestamp",
        "y_pred",
        *(n for n in column_types(version) if n.startswith("y_score")),
        "y_true",
    ]
    return [*first, *(name for name in column_types(version) if name not in first), "received_at"]


def named_rows(version: Version, rows: pa.Table) -> pa.Table:
    """Rows under the owner's names, classes as the owner writes them."""
    owner = {stored: name for name, stored in version.stored.items()}
    owner.setdefault("y_true", "y_true")
    owner["received_at"] = _("received")
    columns: list[pa.ChunkedArray | pa.Array] = []
    names: list[str] = []
    for name in rows.column_names:
        values = rows.column(name)
        if name in ("y_pred", "y_true") and version.spec.task in _BINARY:
            values = pa.array([None if v is None else version.classes[v] for v in values.to_pylist()])
        columns.append(values)
        names.append(_free(owner.get(name, name), names))
    return pa.table(columns, names=names)


def _free(name: str, taken: Sequence[str]) -> str:
    return name if name not in taken else f"{name} *"


def waiting_text(count: int) -> str:
    """What is said of truth whose inference has not come."""
    text = ngettext(
        "The ground truth of {count} id waits for its inference, and counts from the moment the inference comes. If it "
        "never does, the two sources may write ids differently.",
        "The ground truth of {count} ids waits for their inferences, and counts from the moment they come. If they "
        "never do, the two sources may write ids differently.",
        count,
    )
    return text.format(count=fmt.integer(count))
