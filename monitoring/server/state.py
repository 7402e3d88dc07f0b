"""What the API knows of its own process while it serves."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitoring.app_link import AppLink
from monitoring.server.admission import Admission
from monitoring.server.failures import Overloaded
from monitoring.server.metrics import Counters
from monitoring.server.refresher import Refresher
from monitoring.server.writer import Writer
from monitoring.store.tokens import Token


@dataclass(slots=True)
class Serving:
    """The parts of a process that serves; link, writer and refresher are there between its start and its end.

    tokens: as they were last read from the store.
    """

    link: AppLink | None = None
    writer: Writer | None = None
    refresher: Refresher | None = None
    tokens: tuple[Token, ...] = ()
    counters: Counters = field(default_factory=Counters)
    admission: Admission = field(default_factory=Admission)

    def the_writer(self) -> Writer:
        """The writer; raises Overloaded when the process does not serve yet, or no more."""
        if self.writer is None:
            raise Overloaded("The server is starting or stopping.", "Send it again in a moment.")
        return self.writer


STATE = Serving()
