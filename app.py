"""Vigie in one process: the pages and, beside them, the HTTP routes.

Streamlit imports this file once to build the application, and runs it again as the script of every session.
"""

from __future__ import annotations

from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:
    import streamlit as st

    from monitoring.server import routes
    from monitoring.ui.process import lifespan, on_script_error

    app = st.App(__file__, routes=routes(), lifespan=lifespan, on_script_error=on_script_error)
else:
    from monitoring.ui.frame import run

    run()
