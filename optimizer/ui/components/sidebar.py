"""Below the navigation: which history this is, the language, and the link to this view."""

from __future__ import annotations

import streamlit as st

from optimizer.language.catalogue import LANGUAGES
from optimizer.ui import service, state
from optimizer.ui.language import KEY, _

HISTORY_KEY = "history_picker"
LANGUAGE_KEY = "language_picker"


def show_sidebar() -> None:
    """Draw the pickers; what they are set to holds on every page."""
    with st.sidebar:
        _pick_history()
        st.segmented_control(
            _("Language"),
            list(LANGUAGES),
            format_func=lambda code: LANGUAGES[code],
            default=st.session_state[KEY],
            required=True,
            key=LANGUAGE_KEY,
            on_change=_take_language,
        )
        st.caption(_("The address of this page is a link to what you see: send it to someone who uses this server."))


def _pick_history() -> None:
    """The sample and the kept histories."""
    names = {state.SAMPLE: _("Sample (simulated)")} | {kept.id: kept.name for kept in service.kept_histories()}
    now = state.view().history
    if now and now not in names:
        names[now] = _("Archived history")
    st.session_state[HISTORY_KEY] = now or None
    st.selectbox(
        _("History"),
        list(names),
        format_func=lambda one: names[one],
        key=HISTORY_KEY,
        on_change=_take_history,
        placeholder=_("Choose a history"),
        help=_("Add your own on the page Data and settings."),
    )


def _take_history() -> None:
    picked = st.session_state[HISTORY_KEY]
    if picked:
        state.choose_history(picked)


def _take_language() -> None:
    st.session_state[KEY] = st.session_state[LANGUAGE_KEY]
