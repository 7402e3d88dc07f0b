"""Who asks: every call carries a bearer token, since any web page can reach a server on localhost."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from monitoring.errors import Forbidden, Unauthorized
from monitoring.process import held_store
from monitoring.server.state import STATE
from monitoring.store import tokens
from monitoring.store.tokens import Scope, Token

_bearer = HTTPBearer(auto_error=False, description="A token of `python -m monitoring token create`.")
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what that one may do. model: the only model that is open to it, None for all."""

    name: str
    scope: Scope
    model: str | None = None

    def sees(self, model: str) -> bool:
        """Whether the model is open to the caller."""
        return self.model is None or self.model == model


def own_secret(given: Given) -> None:
    """Let only those in who can read the file beside the store."""
    if not _is_own_secret(_secret(given)):
        raise Unauthorized("The bearer token is not known.")


def needs(scope: Scope) -> Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Caller]]:
    """A dependency that lets in who may do that, with the model of the path if there is one."""

    async def caller(request: Request, given: Given) -> Caller:
        found = await _caller(_secret(given))
        if found.scope not in (scope, "admin"):
            raise Forbidden(
                f"The token {found.name!r} is for {found.scope}, and this needs {scope}.",
                f"Make one: python -m monitoring token create NAME --scope {scope}",
            )
        model = request.path_params.get("model")
        if model is not None and not found.sees(model):
            raise Forbidden(f"The token {found.name!r} opens {found.model!r} only, and not {model!r}.")
        return found

    return caller


def _secret(given: HTTPAuthorizationCredentials | None) -> str:
    if given is None or not given.credentials:
        raise Unauthorized(
            "The request carries no bearer token.", "Send the header Authorization: Bearer TOKEN."
        )
    return given.credentials


def _is_own_secret(secret: str) -> bool:
    expected = STATE.link.secret if STATE.link else ""
    return bool(expected) and secrets.compare_digest(secret.encode(), expected.encode())


async def _caller(secret: str) -> Caller:
    if _is_own_secret(secret):
        return Caller("local", "admin")
    token = tokens.recognise(secret, STATE.tokens) or await asyncio.to_thread(_look_again, secret)
    if token is None:
        raise Unauthorized(
            "The bearer token is not known.", "Make one: python -m monitoring token create NAME --scope ..."
        )
    return Caller(token.name, token.scope, token.model)


def _look_again(secret: str) -> Token | None:
    """A token may have been made since they were last read."""
    STATE.tokens = tuple(tokens.known(held_store()))
    return tokens.recognise(secret, STATE.tokens)
