import json
import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

from monitoring.document import SPREAD, Heading, document, dumps, iso
from monitoring.thresholds import Status


@dataclass(frozen=True)
class Inner:
    n: int
    from_: str


@dataclass(frozen=True)
class Outer:
    heading: Heading
    inner: Inner = field(metadata=SPREAD)
    kept: Inner
    numbers: tuple[float, ...]
    status: Status


DAY = datetime(2024, 5, 1, tzinfo=UTC)


def test_a_report_becomes_plain_json() -> None:
    report = Outer(
        Heading("m", "1", DAY, DAY + timedelta(days=1), "day"),
        Inner(3, "x"),
        Inner(4, "y"),
        (0.1, math.nan, math.inf),
        Status.OK,
    )
    assert document(report) == {
        "model": "m",
        "version": "1",
        "from": "2024-05-01T00:00:00Z",
        "to": "2024-05-02T00:00:00Z",
        "window": "day",
        "n": 3,
        "kept": {"n": 4, "from": "y"},
        "numbers": [0.1, None, None],
        "status": "ok",
    } | {"from": "x"}


def test_numbers_keep_their_full_precision() -> None:
    assert json.loads(dumps({"value": 0.1 + 0.2}))["value"] == 0.1 + 0.2


def test_times_are_told_in_utc() -> None:
    assert iso(datetime(2024, 5, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "2024-05-01T00:00:00Z"
