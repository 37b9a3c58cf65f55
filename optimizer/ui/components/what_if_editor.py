"""What differs in one scenario, as fields under four headings."""

from __future__ import annotations

import streamlit as st

from optimizer.errors import InputError
from optimizer.planning.compare import LONGEST_NAME, Scenario
from optimizer.store import Kind
from optimizer.ui import what_if_state
from optimizer.ui.components.kept import keep_button
from optimizer.ui.components.what_if_fields import budget_fields, price_fields
from optimizer.ui.components.what_if_places import place_fields, season_fields
from optimizer.ui.components.work import Work
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.what_if_edits import renamed

NAME = "what_if_name"


def show_editor(work: Work, scenario: Scenario, place: int, currency: str) -> None:
    """Draw the fields of a scenario; every change is taken at once.

    Parameters
    ----------
    work : Work
    scenario : Scenario
        As people see it.
    place : int
        Where it stands among the scenarios.
    currency : str
    """
    with st.container(border=True, key="what_if_editor"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.session_state[NAME] = scenario.name
            st.text_input(_("Name"), key=NAME, max_chars=LONGEST_NAME, on_change=_rename, args=(place,), width=360)
            keep_button(
                Kind.SCENARIO, scenario.to_json, scenario.name, label=_("Keep this scenario"), key="what_if_keep"
            )
        names = (_("Budget and rules"), _("Prices and rates"), _("Places"), _("Season and costs"))
        budget, prices, places, season = st.tabs(names, key="what_if_tabs")
        with budget:
            budget_fields(work, scenario, place, currency)
        with prices:
            price_fields(work, scenario, place)
        with places:
            place_fields(work, scenario, place, currency)
        with season:
            season_fields(work, scenario, place, currency)


def show_notes() -> None:
    """Say what was not taken, once."""
    for said in what_if_state.notes():
        text = tell(said)
        st.warning(markdown(text[:1].upper() + text[1:]), icon=":material/info:")


def _rename(place: int) -> None:
    try:
        what_if_state.show(renamed(what_if_state.scenarios(), place, str(st.session_state[NAME])))
    except InputError as problem:
        what_if_state.refuse(problem)
