"""What to sponsor: posts ranked by the probability that money behind them beats what it brings already."""

from __future__ import annotations

import streamlit as st

from optimizer.ui.components.empty import show_no_history
from optimizer.ui.components.sponsor import chosen_networks, show_inputs, show_list, show_ranking
from optimizer.ui.components.titles import page_title
from optimizer.ui.components.work import current_work, shown_progress
from optimizer.ui.failures import shown_as_sentences
from optimizer.ui.language import _
from optimizer.ui.sponsor_store import ranking, request_of


def page() -> None:
    """Draw the page from top to bottom."""
    page_title(_("What to sponsor"))
    work = current_work()
    if work is None:
        show_no_history()
        return
    posts = show_list()
    if posts is None:
        st.info(_("Add a list of posts to see which of them deserve money."), icon=":material/list_alt:")
        return
    with shown_as_sentences():
        inputs = show_inputs(work, posts.read())
        request = request_of(work.asked, inputs.budget, inputs.bar, inputs.result)
        found = shown_progress(lambda progress: ranking(work.source, posts, request, work.asked, progress))
        show_ranking(found, chosen_networks())


if __name__ == "__main__":
    page()
