"""What the serving process needs, once, when it starts."""

from __future__ import annotations

import gc
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from monitoring.demo.first_start import build_if_first
from monitoring.explain.job import warm_up
from monitoring.server import serving
from monitoring.ui import theme
from monitoring.ui.i18n import _

_log = logging.getLogger("vigie")


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Hold the store while serving, answer quickly, and show pages only through the frame."""
    forbid_bare_pages()
    answer_at_once()
    draw_first_figures()
    with serving(_own_url()):
        build_if_first()
        gc.collect()
        gc.freeze()
        warm_up()
        yield {}


def _own_url() -> str:
    host = st.get_option("server.address") or "localhost"
    return f"http://{host}:{st.get_option('server.port')}"


def forbid_bare_pages() -> None:
    """Keep Streamlit from serving the files of pages/ by themselves before any session has opened the app."""
    PagesManager.uses_pages_directory = False


def draw_first_figures() -> None:
    """Load what Plotly loads when it first draws: a third of a second that no reader should wait for."""
    traces = [go.Scatter(y=[0.0]), go.Bar(y=[0.0]), go.Heatmap(z=[[0.0]])]
    theme.dress(go.Figure(traces), ".,").to_json()


def answer_at_once() -> None:
    """Switch off Nagle's algorithm on the listening sockets; accepted connections inherit it.

    Streamlit binds its socket in a way that asyncio does not recognise as TCP, and then every answer on a
    kept-alive connection waits 40 ms for an acknowledgement.
    """
    for listener in _listening_sockets():
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.detach()


def _listening_sockets() -> list[socket.socket]:
    found = []
    for entry in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []:
        try:
            candidate = socket.socket(fileno=int(entry))
        except OSError:
            continue
        if _listens(candidate):
            found.append(candidate)
        else:
            candidate.detach()
    return found


def _listens(candidate: socket.socket) -> bool:
    return (
        candidate.family in (socket.AF_INET, socket.AF_INET6)
        and candidate.type == socket.SOCK_STREAM
        and candidate.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
    )


def on_script_error(error: Exception) -> bool:
    """Log what went wrong in a page and say so calmly; details belong in the log."""
    _log.error("A page failed.", exc_info=error)
    st.error(
        _("Something went wrong on this page. The log of the server says what."), icon=":material/error:"
    )
    return True
