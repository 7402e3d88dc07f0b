"""What the process counts, as Prometheus reads it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Labels = tuple[tuple[str, str], ...]

ROWS = "vigie_rows_total"
REQUESTS = "vigie_requests_total"
REFRESHES = "vigie_refreshes_total"
WAITING = "vigie_queue_requests"
HELD = "vigie_body_bytes"

_FAMILIES: Mapping[str, tuple[str, str]] = {
    ROWS: ("counter", "Rows that came in over HTTP, by kind (inference, truth) and by what became of them."),
    REQUESTS: ("counter", "Requests, by route, method and status."),
    REFRESHES: ("counter", "Refreshes of a model in the background, by outcome (done, failed)."),
    WAITING: ("gauge", "Writes that wait for their transaction."),
    HELD: ("gauge", "Bytes of the request bodies that are being dealt with."),
}


@dataclass(slots=True)
class Counters:
    """Numbers that only grow, by name and labels. Any thread may count."""

    _values: Counter[tuple[str, Labels]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, by: int = 1, **labels: str) -> None:
        """Count."""
        with self._lock:
            self._values[name, tuple(sorted(labels.items()))] += by

    def items(self) -> list[tuple[str, Labels, int]]:
        """All numbers, in the order of names and labels."""
        with self._lock:
            return sorted((name, labels, value) for (name, labels), value in self._values.items())


def exposition(counters: Counters, gauges: Mapping[str, int]) -> str:
    """All numbers in Prometheus's text format."""
    samples = [*counters.items(), *((name, (), value) for name, value in gauges.items())]
    return "".join(_family(name, [s for s in samples if s[0] == name]) for name in _FAMILIES)


def _family(name: str, samples: Iterable[tuple[str, Labels, int]]) -> str:
    kind, says = _FAMILIES[name]
    lines = [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{_braced(labels)} {value}" for _, labels, value in samples]
    return "\n".join(lines) + "\n"


def _braced(labels: Labels) -> str:
    return "{" + ",".join(f'{key}="{_escaped(value)}"' for key, value in labels) + "}" if labels else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class CountRequests:
    """Middleware that counts every request once it is answered, by the route's pattern and never by its path."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes and goes, and note the status."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            found = scope.get("route")
            route = found.path if isinstance(found, APIRoute) else "unknown"
            self._counters.add(REQUESTS, route=route, method=_method(scope["method"]), status=str(status))


def _method(name: str) -> str:
    """Anybody can make methods up; each would be a series of its own."""
    return name if name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
