"""Truth and predictions as they are stored: 0 and 1 for two classes, text for many, numbers for a regression."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.ingest.labels import BinaryLabels, binary_labels
from monitoring.spec import Spec


@dataclass(frozen=True, slots=True)
class Encoded:
    """A column as it is stored, and the positions of values that are none of the classes."""

    values: pa.Array
    unknown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How a version writes its outcomes: two classes, or any."""

    labels: BinaryLabels | None
    names: tuple[str, ...]

    def encode(self, values: pa.ChunkedArray) -> Encoded:
        """Classes as 0 and 1 where there are two; a value that is neither is unknown. Everything else as it is."""
        whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        if self.labels is None or not pa.types.is_string(whole.type):
            return Encoded(whole, ())
        encoded = self.labels.encode(whole)
        unknown = pc.indices_nonzero(pc.and_(pc.is_valid(whole), pc.is_null(encoded)))
        return Encoded(encoded, tuple(unknown.to_pylist()))


def learn_outcomes(spec: Spec, reference: pa.Table) -> Outcomes:
    """How a version's outcomes are written, from its reference (under the user's column names)."""
    columns = (spec.columns.truth, spec.columns.prediction if spec.task != "uplift" else None)
    seen = sorted(
        {text for name in columns if name in reference.column_names for text in _texts(reference, name)}
    )
    if spec.task == "regression":
        return Outcomes(None, ())
    if spec.task == "multiclass_classification":
        return Outcomes(None, tuple(sorted({*seen, *spec.columns.scores})))
    labels = binary_labels(1 if spec.columns.positive is None else spec.columns.positive, seen)
    return Outcomes(labels, labels.classes)


def known_outcomes(spec: Spec, classes: tuple[str, ...]) -> Outcomes:
    """How a registered version's outcomes are written."""
    if spec.task in ("binary_classification", "uplift"):
        return Outcomes(BinaryLabels(*classes), classes)
    return Outcomes(None, classes)


def _texts(table: pa.Table, name: str | None) -> list[str]:
    return [text for text in pc.unique(table.column(name)).to_pylist() if text is not None]
