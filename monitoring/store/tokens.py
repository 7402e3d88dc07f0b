"""API tokens: who may ask for what. Only their hashes are kept, so the store gives none away."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from monitoring.errors import Conflict, InvalidInput, one_of
from monitoring.store import registry
from monitoring.store.connection import Store

Scope = Literal["write", "read", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_PREFIX = "vigie_"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token. sha256: in hexadecimal digits. model: the only one that it opens, None for all."""

    name: str
    sha256: str
    scope: Scope
    model: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Created:
    """A new token. This is the only moment at which its secret can be read."""

    name: str
    scope: Scope
    model: str | None
    token: str


def create(store: Store, name: str, scope: str, model: str | None = None) -> Created:
    """Make a token and keep its hash.

    Raises InvalidInput for an empty name or an unknown scope, NotFound for an unknown model, Conflict when the name
    is taken.
    """
    if not name.strip():
        raise InvalidInput("A token needs a name.", "Say who or what will use it.")
    allowed = next((each for each in SCOPES if each == scope), None)
    if allowed is None:
        raise InvalidInput(f"There is no scope {scope!r}.", one_of(scope, SCOPES))
    if model is not None:
        registry.versions(store, model)
    secret = _PREFIX + secrets.token_urlsafe(32)
    with store.write() as cursor:
        if cursor.execute("select 1 from registry.token where name = ?", [name]).fetchone() is not None:
            raise Conflict(f"There is a token called {name!r} already.", "Give this one another name.")
        cursor.execute(
            "insert into registry.token values (?, ?, ?, ?, ?)",
            [name, sha256(secret), allowed, model, datetime.now(UTC)],
        )
    return Created(name, allowed, model, secret)


def known(store: Store) -> list[Token]:
    """All tokens, the first made first."""
    with store.read() as cursor:
        rows = cursor.execute(
            "select name, sha256, scope, model, created_at from registry.token order by created_at, name"
        ).fetchall()
    return [Token(*row) for row in rows]


def recognise(secret: str, tokens: Iterable[Token]) -> Token | None:
    """The token that this is. Each is compared in full, so that the time it takes tells nothing about them."""
    hashed = sha256(secret)
    found = None
    for token in tokens:
        if secrets.compare_digest(token.sha256, hashed):
            found = token
    return found


def sha256(secret: str) -> str:
    """The hash that stands for a token in the store."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
