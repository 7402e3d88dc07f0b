"""The URL as the only memory of what somebody looks at.

The filters that all pages share are bound to hidden inputs of the frame: that is how they survive a click
in the navigation and get into the browser's history. Visible widgets show translated captions and write the
plain value, so that a link opens the same view in any language. What belongs to one page (a feature, an
inference) is an ordinary parameter, gone when the reader leaves the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import streamlit as st

from monitoring.ui.state import FILTERS

_PENDING = "_vigie_pending"
_CARRIERS = "vigie_url"


def read_filters() -> dict[str, str]:
    """The shared filters as texts: what a callback has just written, else what the URL says."""
    pending: dict[str, str] = st.session_state.get(_PENDING, {})
    return {name: pending.get(name, parameter(name)) for name in FILTERS}


def carry_filters(values: Mapping[str, str]) -> None:
    """Render the hidden inputs that hold the filters; once per run, by the frame."""
    with st.container(key=_CARRIERS):
        for name in FILTERS:
            st.session_state[name] = values.get(name, "")
            st.text_input(name, key=name, bind="query-params", label_visibility="collapsed")
    st.session_state[_PENDING] = {}


def set_filters(**values: str) -> None:
    """Change filters, from the callback of a widget. `from` is a word of Python: write `**{"from": ...}`."""
    st.session_state[_PENDING] = {**st.session_state.get(_PENDING, {}), **values}


def parameter(name: str) -> str:
    """A parameter of the URL, empty where it is absent."""
    return st.query_params.get(name, "")


def set_parameter(name: str, value: str) -> None:
    """Set a parameter that belongs to the current page; empty removes it."""
    if value:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def set_parameters(**values: str) -> None:
    """Set parameters that belong to the current page, in one step of the browser's history."""
    st.query_params.update(values)


def choose(
    name: str,
    label: str,
    options: Sequence[str],
    *,
    default: str | None = None,
    caption: Callable[[str], str] = str,
    help: str | None = None,
) -> str:
    """A select box whose choice stands in the URL; what is not among the options is the default."""
    fallback = options[0] if default is None else default
    asked = parameter(name)
    key = f"choose_{name}"
    st.session_state[key] = asked if asked in options else fallback
    chosen: str = st.selectbox(
        label,
        options,
        key=key,
        format_func=captions(options, caption),
        help=help,
        on_change=_choose,
        args=(name, key, fallback),
    )
    return chosen


def choose_few(
    name: str,
    label: str,
    options: Sequence[str],
    *,
    default: str | None = None,
    caption: Callable[[str], str] = str,
) -> str:
    """Like `choose` for two to five options, all in sight."""
    fallback = options[0] if default is None else default
    asked = parameter(name)
    key = f"choose_{name}"
    st.session_state[key] = asked if asked in options else fallback
    chosen = st.segmented_control(
        label,
        options,
        key=key,
        format_func=captions(options, caption),
        on_change=_choose,
        args=(name, key, fallback),
        required=True,
    )
    return chosen if chosen is not None else fallback


def captions(options: Iterable[str], caption: Callable[[str], str]) -> Callable[[str], str]:
    """What a widget shows for its options, in the language of this run, whoever asks for it later."""
    shown = {option: caption(option) for option in options}
    return lambda option: shown.get(option, option)


def _choose(name: str, key: str, fallback: str) -> None:
    chosen = st.session_state.get(key) or fallback
    set_parameter(name, "" if chosen == fallback else chosen)


def settle() -> None:
    """Tell the browser the parameters of this run.

    A link to the page that is open changes what is shown, but Streamlit leaves the URL as it was.
    """
    st.query_params.update({})


def link_parameters(**changes: str) -> dict[str, str]:
    """The parameters of a link that keeps the filters and changes some; an empty value drops one."""
    merged = {name: str(st.session_state.get(name, "")) for name in FILTERS} | changes
    return {name: value for name, value in merged.items() if value}


def link(page: str, label: str, *, icon: str | None = None, help: str | None = None, **changes: str) -> None:
    """A link to a page that keeps the filters of this view, with changes such as feature="distance"."""
    st.page_link(
        f"pages/{page}.py", label=label, icon=icon, help=help, query_params=link_parameters(**changes)
    )


def open_page(page: str, **changes: str) -> None:
    """Open a page with the filters of this view and the changes, after a click on a chart or a row."""
    wanted = link_parameters(**changes)
    # Streamlit refuses to set what is bound to an input of this run: the next run takes the filters from here.
    set_filters(**{name: wanted.pop(name, "") for name in FILTERS})
    st.switch_page(f"pages/{page}.py", query_params=wanted)
