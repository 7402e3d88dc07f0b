"""How a command finds the app that holds the store, and lets the app run it.

The app leaves its address and a secret in a file beside the store, readable by its owner only. Whoever can
read that file could open the store as well, so the secret allows what a command would.
"""

from __future__ import annotations

import json
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from monitoring.errors import StoreHeld, VigieError


@dataclass(frozen=True, slots=True)
class AppLink:
    """Where an app answers, and what proves that one may ask."""

    url: str
    secret: str
    pid: int


def path_of(store: Path) -> Path:
    """The file beside a store that says which app holds it."""
    return store.with_name(store.name + ".app")


def leave(store: Path, url: str) -> AppLink:
    """Say that an app at that address holds the store."""
    link = AppLink(url, secrets.token_urlsafe(32), os.getpid())
    path = path_of(store)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(link), file)
    return link


def remove(store: Path) -> None:
    """Say that no app holds the store any more."""
    path_of(store).unlink(missing_ok=True)


def read(store: Path) -> AppLink | None:
    """The app that holds a store, if it left its address."""
    try:
        return AppLink(**json.loads(path_of(store).read_text(encoding="utf-8")))
    except (FileNotFoundError, PermissionError, ValueError, TypeError):
        return None


def run_in_app(link: AppLink, arguments: Sequence[str], progress: Callable[[str], None]) -> tuple[str, int]:
    """Let the app run a command: what it prints on stdout, and its exit code.

    Raises VigieError with the app's message when the command fails, StoreHeld when the app does not answer.
    """
    body = json.dumps({"arguments": list(arguments), "directory": str(Path.cwd())}).encode()
    request = urllib.request.Request(
        f"{link.url}/api/v1/commands",
        data=body,
        headers={"Authorization": f"Bearer {link.secret}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as response:  # nosec B310
            for line in response:
                event = json.loads(line)
                if "progress" in event:
                    progress(event["progress"])
                elif "error" in event:
                    raise VigieError(event["error"]["message"], event["error"]["hint"])
                else:
                    return event["text"], event["exit_code"]
    except urllib.error.HTTPError as error:
        raise StoreHeld(
            f"The app at {link.url} refused the command: {error.read().decode()[:300]}"
        ) from error
    except urllib.error.URLError as error:
        raise StoreHeld(
            f"The store is held by process {link.pid}, which does not answer at {link.url}: {error}.",
            "If that is no running Vigie, stop it and try again.",
        ) from error
    raise VigieError("The app ended the command without an answer.", "See the app's log.")
