"""What a page shows while there is no history to work on."""

from __future__ import annotations

import streamlit as st

from optimizer.ui import service, state
from optimizer.ui.components.downloads import download
from optimizer.ui.language import _
from optimizer.ui.pages import page_file


def show_no_history() -> None:
    """Say what to bring, give an example of it, and a way to look around."""
    with st.container(border=True, key="empty"):
        st.subheader(_("Bring your history to get a plan"), anchor=False)
        st.markdown(
            _(
                "One row per day or week, network and content type: **date**, **network**, **content_type**, "
                "**spend** and what it brought: **conversions**, **revenue** or both. Nothing leaves this computer."
            )
        )
        with st.container(horizontal=True):
            st.page_link(page_file("data"), label=_("Add a history"), icon=":material/upload:")
            st.button(_("Look around on the sample"), on_click=state.choose_history, args=(state.SAMPLE,))
            sample = service.sample_source()
            download(_("Download the sample as a template"), sample.data, sample.name, key="download_sample")
