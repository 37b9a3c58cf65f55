"""The screen's frame: page settings, style, navigation; `run` is what the entry scripts call."""

from __future__ import annotations

import logging
from pathlib import Path

import streamlit as st

from optimizer.ui import text
from optimizer.ui.components.style import stylesheet
from optimizer.ui.failures import shown_as_sentences

PAGES = Path(__file__).resolve().parent / "pages"


def run() -> None:
    """Show the page that the address asks for.

    Pages that are still to come (this week, what-if, curves, performance, data and settings; pacing, finance and track
    record) join the sections below; with the second page the navigation appears.
    """
    logging.getLogger("optimizer").setLevel(logging.INFO)
    st.set_page_config(page_title=text.APP_NAME, page_icon=":material/monitoring:", layout="wide")
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


if __name__ == "__main__":
    run()
