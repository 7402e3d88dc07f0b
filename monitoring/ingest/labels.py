"""Classes: how the values of truth and prediction are written, and what they are stored as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from monitoring.errors import InvalidInput
from monitoring.spec import Label

_TRUE = {"1", "true"}
_FALSE = {"0", "false"}


@dataclass(frozen=True, slots=True)
class BinaryLabels:
    """The two classes of a binary classification as text, and what else is understood as each of them."""

    negative: str
    positive: str

    @property
    def classes(self) -> tuple[str, str]:
        """The negative class, then the positive one."""
        return self.negative, self.positive

    def encode(self, values: pa.ChunkedArray | pa.Array) -> pa.Array:
        """1 for the positive class, 0 for the negative one, null for anything else."""
        text = pc.utf8_trim_whitespace(values)
        lowered = pc.utf8_lower(text)
        positive = self._is(text, lowered, self.positive, _TRUE)
        negative = self._is(text, lowered, self.negative, _FALSE)
        encoded = pc.if_else(positive, pa.scalar(1, pa.int8()), pc.if_else(negative, 0, None))
        return encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded

    def _is(self, text: pa.Array, lowered: pa.Array, label: str, spellings: set[str]) -> pa.Array:
        if label in spellings:
            return pc.is_in(lowered, pa.array(sorted(spellings)))
        return pc.equal(text, label)


def label_text(value: Label) -> str:
    """A class as it is written in data: true, false, 1, no decimals for whole numbers."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def binary_labels(positive: Label, seen: Sequence[str]) -> BinaryLabels:
    """The two classes, given the positive one and the values that the reference has.

    Where the reference has a single class, or none, 0 and 1 (or false and true) are the opposite of each
    other. Raises InvalidInput when the reference has a third value: which of them are negative is never
    guessed.
    """
    wanted = label_text(positive)
    spellings = _TRUE if wanted in _TRUE else _FALSE if wanted in _FALSE else {wanted}
    others = sorted(
        {text.strip() for text in seen if text.strip().lower() not in spellings and text.strip() != wanted}
    )
    if len(others) > 1:
        named = ", ".join(map(repr, [wanted, *others[:5]]))
        raise InvalidInput(
            f"The reference has {len(others) + 1} classes, {named}, where a binary classification has two.",
            "Write each class in one way, or use task: multiclass_classification.",
        )
    if others:
        return BinaryLabels(others[0], wanted)
    opposite = {"1": "0", "0": "1", "true": "false", "false": "true"}.get(wanted)
    if opposite is None:
        raise InvalidInput(
            f"The reference has no other class than {wanted!r}, so the negative one is not known.",
            "Check columns.positive and the truth column.",
        )
    return BinaryLabels(opposite, wanted)
