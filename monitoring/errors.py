"""The errors that Vigie raises on purpose; anything else that is raised is a bug.

VigieError
├── InvalidInput    a file, a row, an option or a specification is wrong
├── NotFound        there is no such model, version, window or inference
├── Conflict        it exists already with another content
├── StoreHeld       another process holds the store
├── Unauthorized    no token, or one that is not known
└── Forbidden       the token is known, and does not allow this
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class VigieError(Exception):
    """A problem that a user can understand and mend: what is wrong, and what to do about it."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class InvalidInput(VigieError):
    """A file, a row, an option or a specification is wrong."""

    code = "invalid_input"


class NotFound(VigieError):
    """There is no such model, version, window or inference."""

    code = "not_found"


class Conflict(VigieError):
    """It exists already with another content."""

    code = "conflict"


class StoreHeld(VigieError):
    """Another process holds the store."""

    code = "store_held"


class Unauthorized(VigieError):
    """No token came with the request, or one that is not known."""

    code = "unauthorized"


class Forbidden(VigieError):
    """The token is known, and does not allow this."""

    code = "forbidden"


def nearest(name: str, allowed: Iterable[str]) -> str:
    """Say which allowed name was probably meant, as a sentence; empty when none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in allowed}
    close = difflib.get_close_matches(name.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"Did you mean {by_folded[close[0]]!r}?" if close else ""


def one_of(name: str, allowed: Iterable[str]) -> str:
    """Say the nearest allowed name, or all of them when none is close."""
    choices = list(allowed)
    return nearest(name, choices) or f"Allowed: {', '.join(map(repr, choices)) or 'none'}."
