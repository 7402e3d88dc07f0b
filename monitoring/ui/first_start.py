"""What the first reader sees while the demo is being built."""

from __future__ import annotations

import streamlit as st

from monitoring.demo.first_start import STATE
from monitoring.ui.components import empty
from monitoring.ui.i18n import _


def demo_is_coming() -> bool:
    """Show how far the demo is, when it is being built; whether it is."""
    if STATE.failed:
        empty(_("The demo could not be built"), STATE.failed, "python -m monitoring demo")
        return True
    if STATE.running:
        _progress()
    return STATE.running


@st.fragment(run_every=1.0)
def _progress() -> None:
    if not STATE.running:
        st.rerun()
    empty(
        _("The demo is being built"),
        _("Three models are registered with their history on real data. This takes about a minute, once."),
    )
    with st.expander(_("What is being done"), expanded=True, icon=":material/hourglass_top:"):
        st.code("\n".join(STATE.lines[-12:]), language=None)
