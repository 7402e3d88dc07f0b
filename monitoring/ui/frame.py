"""The frame around every page: navigation, mark, language, filters.

app.py calls `run()`, which lays the frame and runs the page that the URL names. The first line of a page is
`context = shell("drift")`; a page that runs without the frame shows nothing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from monitoring.errors import VigieError
from monitoring.ui import components, i18n, source, url
from monitoring.ui.filters import filter_bar, language_switch
from monitoring.ui.first_start import demo_is_coming
from monitoring.ui.i18n import _
from monitoring.ui.navigation import PAGES, PageInfo
from monitoring.ui.state import Context, resolve

_STATIC = Path(__file__).parents[2] / "static"
_STYLE = f"<style>{(Path(__file__).parent / 'style.css').read_text('utf-8')}</style>"
_CONTEXT = "_vigie_context"


def run() -> None:
    """Lay the frame and run the page inside it."""
    parameters = url.read_filters()
    settle_language(parameters["lang"])
    # Before the navigation: else the browser fetches the icon of the page from Google, as its favicon.
    st.set_page_config(page_icon=str(_STATIC / "mark.svg"), layout="wide")
    st.logo(str(_STATIC / "logo.svg"), icon_image=str(_STATIC / "mark.svg"), size="large")
    st.html(_STYLE)
    selected = st.navigation(_sections(), expanded=True)
    page = PAGES[selected.url_path or next(iter(PAGES))]
    url.carry_filters(parameters)
    url.settle()
    context = resolve(
        page.name, parameters, source.models(), language=i18n.language(), open_store=source.store
    )
    st.set_page_config(page_title=" · ".join(filter(None, (_(page.title), context.title, "Vigie"))))
    _head(page, context)
    st.session_state[_CONTEXT] = context
    try:
        if not demo_is_coming():
            with i18n.speaking(i18n.language()):
                selected.run()
    except VigieError as error:
        reason = components.plain(str(error))
        st.error(_("This view cannot be shown.") + f" {reason}", icon=":material/error:")
    finally:
        st.session_state.pop(_CONTEXT, None)


def shell(page: str) -> Context:
    """What the reader asks of this page; its title and filters stand above already."""
    context: Context | None = st.session_state.get(_CONTEXT)
    if context is None or context.page != page:
        st.error(_("This page opens from the app only."))
        st.stop()
    return context


def settle_language(asked: str) -> None:
    """Speak the language of the URL, or else the browser's."""
    i18n.remember(asked if asked in i18n.LANGUAGES else i18n.nearest_language(st.context.locale))


def _sections() -> dict[str, list[st.Page]]:
    sections: dict[str, list[st.Page]] = {}
    for position, page in enumerate(PAGES.values()):
        entry = st.Page(
            page.path,
            title=_(page.title),
            icon=page.icon,
            help=_(page.question),
            url_path=page.name,
            default=position == 0,
        )
        sections.setdefault(_(page.group), []).append(entry)
    return sections


def _head(page: PageInfo, context: Context) -> None:
    with st.sidebar:
        language_switch()
        st.caption(_("Open to whoever uses this machine, without sign-in."))
    filter_bar(page, context)
    components.page_header(_(page.title), _(page.question))
