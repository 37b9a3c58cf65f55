"""The bridge of one plan on the page Track record: from planned to actual revenue, by what moved it."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InputError
from optimizer.finance.variance import Bridge, make_bridge
from optimizer.finance.variance_text import bridge_notes
from optimizer.reports import frame_csv
from optimizer.ui.charts_bridge import bridge_chart, bridge_table, bridge_words, network_table
from optimizer.ui.components.downloads import chart_data, download
from optimizer.ui.components.titles import part
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.track_store import Held
from optimizer.ui.track_work import Judged


def show_bridge(judged: Judged, held: Held) -> None:
    """Draw it for the weeks of a plan that have come."""
    actuals = judged.actuals[held.record.id]
    if "revenue" not in actuals.outcomes or not actuals.arrived.any():
        return
    part(
        _("From plan to actual revenue"),
        _(
            "What each step took or brought, averaged over every order in which the steps can be taken; they add up to "
            "the difference to the cent."
        ),
    )
    try:
        bridge = make_bridge(held.record, actuals)
    except InputError as problem:
        show_problem(problem)
        return
    _draw(bridge, held.record.weeks[0])


def _draw(bridge: Bridge, first: str) -> None:
    st.markdown(markdown(bridge_words(bridge)))
    st.altair_chart(bridge_chart(bridge), key="track_bridge")  # it carries its own description
    for note in bridge_notes(bridge):
        st.caption(markdown(tell(note)))
    with st.container(horizontal=True):
        chart_data(bridge_table(bridge), f"bridge-{first}")
        download(
            _("By network, as CSV"), lambda: frame_csv(network_table(bridge)), f"bridge-networks-{first}.csv",
            key="track_bridge_networks", quiet=True,
        )  # fmt: skip
