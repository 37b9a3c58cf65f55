"""The screen's frame: page settings, style, navigation; `run` is what `app.py` and `entry/screen.py` call."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from optimizer.ui import text
from optimizer.ui.components.style import stylesheet
from optimizer.ui.failures import shown_as_sentences

# Drawn here: Streamlit fetches material icons and emoji for the browser's tab from another server.
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#1f66ad"/>'
    '<path d="M3 13h2V9H3zm4 0h2V6H7zm4 0h2V3h-2z" fill="#fff"/></svg>'
)
PAGES = Path(__file__).resolve().parent / "pages"


def run() -> None:
    """Show the page that the address asks for.

    Pages that are still to come (this week, what-if, curves, performance, data and settings; pacing, finance and track
    record) join the sections below; with the second page the navigation appears.
    """
    logging.getLogger("optimizer").setLevel(logging.INFO)
    st.set_page_config(page_title=text.APP_NAME, page_icon=ICON, layout="wide")
    page = st.navigation(
        {
            text.SECTION_DECIDE: [
                st.Page(PAGES / "plan.py", title=text.PAGE_PLAN, icon=":material/monitoring:", default=True),
            ],
        }
    )
    st.html(stylesheet())
    with shown_as_sentences():
        page.run()
