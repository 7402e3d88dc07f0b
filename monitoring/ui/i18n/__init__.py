"""Texts in the reader's language.

Texts stand in English in the code, inside `_()` or `ngettext()`; `N_()` marks a text in a table that is
translated later with `_()`. The French catalogue is read as it is written (.po), so that a fresh clone
needs no build step.

`python -m monitoring.ui.i18n update` brings the catalogue up to date with the code.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import streamlit as st
from babel.messages.mofile import write_mo
from streamlit.runtime.scriptrunner import get_script_run_ctx

from monitoring.ui.i18n.catalogue import read_catalogue

LANGUAGES = {"en": "English", "fr": "Français"}
"""The languages of the pages, by code, each under its own name."""

DEFAULT_LANGUAGE = "en"
_SESSION_KEY = "_vigie_language"
_forced: ContextVar[str | None] = ContextVar("vigie_language", default=None)


def language() -> str:
    """The code of the language that the current reader sees."""
    forced = _forced.get()
    if forced is not None:
        return forced
    if get_script_run_ctx(suppress_warning=True) is None:
        return DEFAULT_LANGUAGE
    return str(st.session_state.get(_SESSION_KEY, DEFAULT_LANGUAGE))


def remember(code: str) -> None:
    """Set the language of the current reader's session, fragments included."""
    st.session_state[_SESSION_KEY] = code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use one language inside the block, whoever reads."""
    token = _forced.set(code)
    try:
        yield
    finally:
        _forced.reset(token)


def nearest_language(locale: str | None) -> str:
    """The language of the pages for a browser's locale; for one that we do not speak, English."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else DEFAULT_LANGUAGE


def _(text: str) -> str:
    """The text in the reader's language."""
    return _translations(language()).gettext(text) if text else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The text in the reader's language, in the form that its grammar wants for that count."""
    return _translations(language()).ngettext(singular, plural, count)


def N_(text: str) -> str:  # noqa: N802 - the name that every gettext tool knows
    """Mark a text for translation and leave it as it is."""
    return text


@cache
def _translations(code: str) -> gettext.NullTranslations:
    if code == DEFAULT_LANGUAGE:
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_catalogue())
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
