"""The first start on a machine: when there is no store of one's own, the demo is built while the app already serves."""

from __future__ import annotations

import logging
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from monitoring.demo.setup import set_up
from monitoring.process import held_store, store_path
from monitoring.store import registry

_log = logging.getLogger("vigie")


@dataclass(slots=True)
class Building:
    """How far the demo is. failed: why it will not be finished."""

    lines: list[str] = field(default_factory=list)
    running: bool = False
    failed: str = ""


STATE = Building()


def build_if_first() -> None:
    """Begin to build the demo in a thread, when the store is at its usual place and has no model yet.

    A demo that was interrupted is gone on with: its steps change nothing where they were taken already.
    """
    if os.environ.get("VIGIE_STORE") or (registry.models(held_store()) and not _unfinished().exists()):
        return
    _unfinished().touch()
    STATE.running = True
    threading.Thread(target=_build, name="demo", daemon=True).start()


def _unfinished() -> Path:
    """The file beside the store that is there until the demo is whole."""
    store = store_path()
    return store.with_name(f"{store.name}.demo")


def _build() -> None:
    try:
        set_up(held_store(), STATE.lines.append)
        _unfinished().unlink()
    except Exception as error:  # noqa: BLE001 - the door of a thread: whoever waits for the demo has to hear of it
        STATE.failed = f"{type(error).__name__}: {error}"
        _log.exception("The demo could not be built.")
    finally:
        STATE.running = False
