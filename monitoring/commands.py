"""What each command does, given a store: the same here, and in an app that holds the store."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from monitoring import app_link
from monitoring.document import dumps
from monitoring.errors import StoreHeld
from monitoring.scope import Scope, Segment
from monitoring.store import Store

if TYPE_CHECKING:
    from monitoring.ingest.intake import Receipt

Progress = Callable[[str], None]

DONE, CRITICAL, SOME_QUARANTINED = 0, 2, 3
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command prints on stdout, and its exit code."""

    text: str
    exit_code: int = DONE


def run_here_or_in_app(options: argparse.Namespace, arguments: Sequence[str], progress: Progress) -> Answer:
    """Run a command on the store, or let the app that holds the store run it."""
    try:
        store = Store.open(options.store)
    except StoreHeld:
        link = app_link.read(options.store)
        if link is None:
            raise
        return Answer(*app_link.run_in_app(link, arguments, progress))
    with store:
        return run(store, options, progress)


def run(
    store: Store, options: argparse.Namespace, progress: Progress, directory: Path | None = None
) -> Answer:
    """Run a command. directory: where relative paths start, when that is not this process's own directory."""
    base = directory or Path.cwd()
    return _COMMANDS[options.command](store, options, progress, base)


def _demo(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    del base
    from monitoring.demo.setup import set_up

    built = set_up(store, progress)
    return _answer(options, {"models": built}, f"The demo is ready: {', '.join(built)}.")


def _register(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    from monitoring.registration import register

    done = register(store, base / options.spec, progress)
    says = "is registered" if done.created else "is registered already, with the same content"
    return _answer(options, done, f"{done.model} {done.version} {says}: {done.n_reference} reference rows.")


def _log(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    from monitoring.ingest.intake import log

    files = [base / file for file in options.files]
    return _written(options, log(store, options.model, files, progress, options.version, options.time_format))


def _truth(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    from monitoring.ingest.intake import truth

    files = [base / file for file in options.files]
    return _written(options, truth(store, options.model, files, progress, options.time_format))


def _written(options: argparse.Namespace, receipt: Receipt) -> Answer:
    text = (
        f"{receipt.accepted} accepted, {receipt.duplicates} duplicates, {receipt.corrections} corrections, "
        f"{receipt.n_quarantined} quarantined"
    )
    for row in receipt.quarantined[:SHOWN]:
        text += f"\n  row {row.row}, id {row.id!r}: {row.reason}"
    if receipt.n_quarantined > SHOWN:
        text += f"\n  and {receipt.n_quarantined - SHOWN} more: see the page Quarantine, or --json"
    return _answer(options, receipt, text, SOME_QUARANTINED if receipt.n_quarantined else DONE)


def _refresh(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    del base
    from monitoring.jobs import refresh

    done = refresh(store, options.model, progress)
    lines = [f"{item.model} {item.version}: {item.windows} windows computed" for item in done]
    return _answer(options, {"refreshed": done}, "\n".join(lines))


def _report(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    """A report never leaves out what came in since the last refresh."""
    del base
    from monitoring.jobs import refresh
    from monitoring.reports import REPORTS, explain_one, outline

    refresh(store, options.model, progress)
    if getattr(options, "id", None) is not None:
        found = explain_one(store, options.model, options.version, options.id)
    else:
        found = REPORTS[options.command](store, scope_of(store, options))
    return _answer(options, found, outline(found))


def _token(store: Store, options: argparse.Namespace, progress: Progress, base: Path) -> Answer:
    del progress, base
    from monitoring.store.tokens import create

    made = create(store, options.name, options.scope, options.model)
    return _answer(options, made, made.token)


def scope_of(store: Store, options: argparse.Namespace) -> Scope:
    """What a report command asks about."""
    from monitoring.store import registry
    from monitoring.summaries import parse_time

    zone = registry.version(store, options.model, options.version).spec.columns.timezone
    return Scope(
        options.model,
        options.version,
        parse_time(options.start, zone) if options.start else None,
        parse_time(options.end, zone) if options.end else None,
        options.window,
        Segment.parse(options.segment) if options.segment else None,
        options.against,
    )


def _answer(options: argparse.Namespace, content: object, text: str, exit_code: int = DONE) -> Answer:
    return Answer(dumps(content) if options.json else text, exit_code)


_COMMANDS: dict[str, Callable[[Store, argparse.Namespace, Progress, Path], Answer]] = {
    "demo": _demo,
    "register": _register,
    "log": _log,
    "truth": _truth,
    "refresh": _refresh,
    **dict.fromkeys(("quality", "drift", "performance", "explain", "kpis"), _report),
    "token": _token,
}
