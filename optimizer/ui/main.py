"""The screen's frame: page settings, style, navigation; `run` is what `app.py` and `entry/screen.py` call."""

from __future__ import annotations

import logging

import streamlit as st

from optimizer.ui import state
from optimizer.ui.components.sidebar import show_sidebar
from optimizer.ui.components.style import stylesheet
from optimizer.ui.failures import shown_as_sentences
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.pages import page_file

# Drawn here: Streamlit fetches material icons and emoji for the browser's tab from another server.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f66ad"/>'
    '<path d="M3 13h2V9H3zm4 0h2V6H7zm4 0h2V3h-2z" fill="#fff"/></svg>'
)


def run() -> None:
    """Show the page that the address asks for."""
    logging.getLogger("optimizer").setLevel(logging.INFO)
    with shown_as_sentences():
        state.begin()
    st.set_page_config(page_title=_("Campaign budget optimizer"), page_icon=ICON, layout="wide")
    page = st.navigation(_sections())
    st.html(stylesheet())
    problem = state.link_problem()
    if problem:
        told = _("This link cannot be opened: {problem}", problem=tell(problem))
        st.warning(markdown(told), icon=":material/link_off:")
    before = state.view()
    with shown_as_sentences():
        state.keep_link()  # before the page too, which may take its time: a refresh meanwhile loses nothing
    with shown_as_sentences():
        show_sidebar()
        page.run()
    if state.view() != before:
        with shown_as_sentences():
            state.keep_link()


def _sections() -> dict[str, list[st.Page]]:
    """Pages by section."""
    return {
        _("Decide"): [
            st.Page(page_file("this_week"), title=_("This week"), icon=":material/today:", default=True),
            st.Page(page_file("plan"), title=_("Plan"), icon=":material/account_balance_wallet:"),
            st.Page(page_file("what_if"), title=_("What-if"), icon=":material/call_split:"),
            st.Page(page_file("pacing"), title=_("Pacing"), icon=":material/speed:"),
            st.Page(page_file("sponsor"), title=_("What to sponsor"), icon=":material/campaign:"),
        ],
        _("Understand"): [
            st.Page(page_file("curves"), title=_("Curves"), icon=":material/show_chart:"),
            st.Page(page_file("performance"), title=_("Performance"), icon=":material/bar_chart:"),
            st.Page(page_file("finance"), title=_("Finance"), icon=":material/receipt_long:"),
            st.Page(page_file("track_record"), title=_("Track record"), icon=":material/fact_check:"),
        ],
        _("Set up"): [
            st.Page(page_file("data"), title=_("Data and settings"), icon=":material/settings:"),
        ],
    }
