"""Look through a fitted model at everything it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def parts_of(value: object) -> Iterator[object]:
    """Yield the value and everything it holds, once each."""
    seen: set[int] = set()
    pending: list[Any] = [value]
    while pending:
        part = pending.pop()
        if isinstance(part, (str, int, float, bool, bytes, type(None))) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        pending.extend(_children(part))


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple, set)):
        return list(value)
    if isinstance(value, np.ndarray):
        return value.ravel().tolist() if value.dtype == object else []
    return list(vars(value).values()) if hasattr(value, "__dict__") and not isinstance(value, type) else []
