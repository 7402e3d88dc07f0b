"""What a report is about: a model's version, a period, a window, a segment, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitoring.errors import InvalidInput
from monitoring.windows import Grain, Window


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows in which a column has a value."""

    column: str
    value: str

    @classmethod
    def parse(cls, text: str) -> Segment:
        """Read COLUMN=VALUE."""
        column, equals, value = text.partition("=")
        if not equals or not column:
            raise InvalidInput(f"The segment {text!r} is not COLUMN=VALUE.", "Write for example origin=JFK.")
        return cls(column, value)

    def __str__(self) -> str:
        return f"{self.column}={self.value}"


AGAINST = ("reference", "training", "previous", "season")
"""What a period can be compared with by name; two times joined by `..` are a period of their own."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody asks about. What is None takes the version's default: its latest version, all its inferences."""

    model: str
    version: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    window: Grain | None = None
    segment: Segment | None = None
    against: str = "reference"


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """A scope with nothing left open: the period is that of the data where none was asked for."""

    model: str
    version: str
    period: Window
    window: Grain
    timezone: str
    segment: Segment | None
    against: str
