"""How many requests, and how many bytes of their bodies, are in memory at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from monitoring.server.failures import Overloaded

_HINT = "Send it again in a moment: what is known stays."


@dataclass(slots=True)
class Admission:
    """Room for the bodies of requests. What finds none is told to come back."""

    max_requests: int = 256
    max_bytes: int = 512 * 1024**2
    requests: int = 0
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def admit(self) -> Iterator[Held]:
        """Let a request in for as long as its body is needed; raises Overloaded when there are too many."""
        with self._lock:
            if self.requests >= self.max_requests:
                raise Overloaded(f"{self.requests} requests are being dealt with already.", _HINT)
            self.requests += 1
        held = Held(self)
        try:
            yield held
        finally:
            with self._lock:
                self.requests -= 1
                self.bytes -= held.bytes

    def take(self, n_bytes: int) -> None:
        """Take room for that many bytes; raises Overloaded when there is not enough."""
        with self._lock:
            if self.bytes + n_bytes > self.max_bytes:
                raise Overloaded(f"Bodies of {self.bytes:,} bytes are being dealt with already.", _HINT)
            self.bytes += n_bytes


@dataclass(slots=True)
class Held:
    """What one request holds."""

    _admission: Admission
    bytes: int = 0

    def grow(self, n_bytes: int) -> None:
        """Hold that many bytes more."""
        self._admission.take(n_bytes)
        self.bytes += n_bytes
