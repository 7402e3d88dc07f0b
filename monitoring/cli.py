"""The command line: what it takes, and what it prints.

One JSON document (with --json) or text goes to stdout; progress and messages go to stderr. What a command
does is in monitoring.commands, and is imported when it runs, so that --help answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

DEFAULT_STORE = "data/vigie.duckdb"
REPORTS = {
    "quality": "whether the data is what the version was validated on",
    "drift": "which distributions changed, how much and how surely",
    "performance": "the metrics, once truth has come",
    "explain": "what the model decides by; with --id, why one inference",
    "kpis": "the business figures against their targets",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong option is a user's error (exit code 1): 2 says that something critical was found."""
        self.exit(1, f"{self.prog}: {message}\n{self.format_usage()}")


def parser() -> argparse.ArgumentParser:
    """The command line's parser."""
    top = _Parser(prog="python -m monitoring", description="Vigie watches models in production.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = _shared_options()

    def add(name: str, does: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=does, description=f"{does[:1].upper()}{does[1:]}.", parents=[shared]
        )

    add("demo", "build the demo models with their history")
    add("register", "validate and store a model version").add_argument("spec", metavar="SPEC", type=Path)
    for name, does in (("log", "take in inferences"), ("truth", "take in ground truth")):
        command = add(name, f"{does} from CSV, Parquet or JSON Lines")
        command.add_argument("model", metavar="MODEL")
        command.add_argument("files", metavar="FILE", nargs="+", type=Path)
        command.add_argument(
            "--time-format", metavar="FORMAT", help="how times are written, such as %%d/%%m/%%Y"
        )
        if name == "log":
            command.add_argument(
                "--version", metavar="V", help="the version that predicted; the latest by default"
            )
    add("refresh", "compute again what is stale").add_argument("model", metavar="MODEL", nargs="?")
    for name, does in REPORTS.items():
        _add_report_options(add(name, does), name)
    _add_token_options(add("token", "make a token for the API and print it, once"))
    return top


def _shared_options() -> _Parser:
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--store",
        metavar="PATH",
        type=Path,
        default=Path(os.environ.get("VIGIE_STORE") or DEFAULT_STORE),
        help=f"the store's file (default: VIGIE_STORE, or {DEFAULT_STORE})",
    )
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    return shared


def _add_report_options(command: argparse.ArgumentParser, name: str) -> None:
    command.add_argument("model", metavar="MODEL")
    command.add_argument("--version", metavar="V", help="the latest by default")
    command.add_argument("--from", dest="start", metavar="T", help="the first inference by default")
    command.add_argument(
        "--to", dest="end", metavar="T", help="exclusive; after the last inference by default"
    )
    command.add_argument("--window", metavar="W", choices=("hour", "day", "week", "month"))
    command.add_argument("--segment", metavar="COL=VALUE", help="only the rows with that value")
    command.add_argument(
        "--against",
        metavar="WHAT",
        default="reference",
        help="reference, training, previous, season, or T1..T2",
    )
    if name == "explain":
        command.add_argument("--id", metavar="ID", help="explain this inference")


def _add_token_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("create",))
    command.add_argument("name", metavar="NAME", help="who or what will use it")
    command.add_argument("--scope", required=True, choices=("write", "read", "admin"))
    command.add_argument("--model", metavar="M", help="the only model that it opens; all by default")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 a user's error, 2 critical, 3 some rows in quarantine."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    options = parser().parse_args(arguments)
    from monitoring.commands import run_here_or_in_app
    from monitoring.errors import VigieError

    try:
        answer = run_here_or_in_app(options, arguments, _to_stderr)
    except VigieError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(answer.text + "\n" if answer.text else "")
    return answer.exit_code


def _to_stderr(message: str) -> None:
    sys.stderr.write(message + "\n")
    sys.stderr.flush()
