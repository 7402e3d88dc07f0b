"""Reports as JSON: what a report's records become when other programs read them."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

SPREAD = {"spread": True}
"""Metadata of a field whose record's keys belong to its owner."""


def document(value: Any) -> Any:
    """Turn records into what JSON knows: times in UTC, undefined numbers as null, a trailing underscore dropped.

    A heading, and a field marked SPREAD, become keys of the record that holds them.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _record(value)
    if isinstance(value, Mapping):
        return {str(key): document(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [document(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return iso(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def dumps(value: Any) -> str:
    """A report as one line of JSON at full precision."""
    return json.dumps(document(value), ensure_ascii=False, allow_nan=False)


def iso(moment: datetime) -> str:
    """A moment in UTC as ISO 8601."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _record(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(value):
        content = document(getattr(value, field.name))
        if field.metadata.get("spread") or isinstance(getattr(value, field.name), Heading):
            plain |= content
        else:
            plain[field.name.removesuffix("_")] = content
    return plain


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """How every report starts."""

    model: str
    version: str
    from_: datetime
    to: datetime
    window: str
