"""What a check found, in a form that programs can read and that can be said in any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitoring.spec import Kind

SHOWN = 5
"""Unseen values that a report names."""

_LENGTH = 80


@dataclass(frozen=True, slots=True)
class Extremes:
    """Smallest and largest finite value, now and in the reference; datetimes in seconds since 1970-01-01 UTC."""

    minimum: float
    maximum: float
    reference_minimum: float
    reference_maximum: float


@dataclass(frozen=True, slots=True)
class UnseenValues:
    """The most frequent values that the reference does not know, the first 80 characters of each."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WorstWindow:
    """The window that a verdict on a whole period comes from."""

    start: datetime
    end: datetime


Evidence = Extremes | UnseenValues | WorstWindow


def unseen_values(counts: Mapping[str, int]) -> UnseenValues:
    """The values counted most often, equals by name."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return UnseenValues(tuple(value[:_LENGTH] for value, _ in ranked[:SHOWN]))


def sentence(evidence: Evidence | None, kind: Kind = "numeric") -> str:
    """The evidence as a line of English, for terminals and logs; empty where there is none."""
    match evidence:
        case Extremes(low, high, reference_low, reference_high):
            now, before = (_span(pair, kind) for pair in ((low, high), (reference_low, reference_high)))
            return f"{now}; reference {before}"
        case UnseenValues(values):
            return ", ".join(map(repr, values))
        case WorstWindow(start, _):
            return start.isoformat()
    return ""


def _span(ends: Sequence[float], kind: Kind) -> str:
    return " to ".join(_at(value) if kind == "datetime" else f"{value:.6g}" for value in ends)


def _at(seconds: float) -> str:
    """A moment as ISO 8601; as a number where the calendar ends."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return f"{seconds:.6g}"
