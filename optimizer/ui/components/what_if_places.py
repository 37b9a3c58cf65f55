"""Fields of one scenario, continued: what is switched off, new places, promotion weeks and costs."""

from __future__ import annotations

import numpy as np
import streamlit as st

from optimizer.planning.compare import Scenario
from optimizer.ui import what_if_state
from optimizer.ui.components.plan_inputs import budget_step
from optimizer.ui.components.what_if_fields import NARROW, WIDE, Field, changer, networks_of, number_field, row
from optimizer.ui.components.work import Work
from optimizer.ui.format import begun, content_name, day, markdown, money, network_name
from optimizer.ui.language import _
from optimizer.ui.what_if_edits import percentage_of, set_in, share_of, with_cell, with_change, without_cell
from optimizer.ui.what_if_words import changes, place_of

NEW_NETWORK, NEW_CONTENT, NEW_MOST = "what_if_new_network", "what_if_new_content", "what_if_new_most"
WEEK, CONTENT = "what_if_week", "what_if_content"


# Places -------------------------------------------------------------------------------------------------------------


def place_fields(work: Work, scenario: Scenario, place: int, currency: str) -> None:
    """What is switched off, and new places to spend."""
    off = "what_if_off"
    networks = networks_of(work, scenario)
    whole = () if scenario.asked.by_audience else work.facts.cells  # split by audience, cells have other labels
    labels = [cell.label for cell in (*whole, *scenario.change.added_cells)]
    options = dict.fromkeys([*networks, *labels, *scenario.change.off])
    st.session_state[off] = list(scenario.change.off)
    st.multiselect(
        _("Switched off"),
        list(options),
        format_func=place_of,
        key=off,
        placeholder=_("Choose networks or places that get nothing"),
        help=_("They get nothing in the weeks of the plan; the money goes elsewhere."),
        on_change=changer(place, lambda one: with_change(one, off=tuple(st.session_state[off]))),
    )
    title = _("A new content type")
    st.markdown(
        f"**{title}**",
        help=_(
            "A place without any history. It is judged by what its network and content type bring elsewhere, so its "
            "interval is wide. Without an amount it may get what is enough for a test."
        ),
    )
    with row():
        st.selectbox(_("Network"), networks, format_func=network_name, key=NEW_NETWORK, width=NARROW)
        st.text_input(_("Content type"), key=NEW_CONTENT, max_chars=60, width=NARROW, placeholder=_("such as live"))
        most = _("Largest weekly amount, {currency}", currency=currency) if currency else _("Largest weekly amount")
        st.number_input(
            most, value=None, min_value=0.0, step=budget_step(work.facts.recent) / 10, format="%0.10g", key=NEW_MOST,
            placeholder=_("enough for a test"), width=WIDE,
        )  # fmt: skip
        st.button(_("Add the place"), key="what_if_new", on_click=_add_place, args=(work, place), icon=":material/add:")
    for pair in scenario.change.added:
        amount = scenario.change.added_most.get("/".join(pair))
        with st.container(horizontal=True, vertical_alignment="center"):
            limit = "" if amount is None else _("up to {amount} a week", amount=money(amount, currency))
            st.markdown(" · ".join(markdown(part) for part in (place_of("/".join(pair)), limit) if part))
            st.button(
                _("Remove"), key=f"what_if_old_{'_'.join(pair)}", type="tertiary", icon=":material/close:",
                on_click=changer(place, lambda one, pair=pair: without_cell(one, pair)),  # type: ignore[misc]
            )  # fmt: skip


def _add_place(work: Work, place: int) -> None:
    network, content = str(st.session_state[NEW_NETWORK]), str(st.session_state[NEW_CONTENT])
    most = st.session_state[NEW_MOST]
    before = what_if_state.scenarios()
    what_if_state.edit(place, lambda one: with_cell(one, work.facts.cells, network, content, most))
    if what_if_state.scenarios() != before:
        st.session_state[NEW_CONTENT], st.session_state[NEW_MOST] = "", None


# Season and costs ---------------------------------------------------------------------------------------------------


def season_fields(work: Work, scenario: Scenario, place: int, currency: str) -> None:
    """Promotion weeks, team cost and production cost."""
    with row():
        week = _picked_week(work, scenario)
        number_field(
            Field(
                "what_if_promotion",
                _("Demand in that week, %"),
                _("At +20 % everything that week would bring, paid or not, is a fifth larger. Empty for no promotion."),
                placeholder=_("no promotion"),
                width=WIDE,
            ),
            place,
            percentage_of(scenario.change.promotion.get(week)),
            lambda one, entered: with_change(
                one, promotion=set_in(one.change.promotion, week, share_of(entered) or None)
            ),
        )
    _costs(work, scenario, place, currency)
    set_here = changes(_season_only(scenario).change, currency)
    if set_here:
        st.caption(markdown(_("Set so far: {changes}.", changes="; ".join(set_here))))


def _costs(work: Work, scenario: Scenario, place: int, currency: str) -> None:
    with row():
        unit = f", {currency}" if currency else ""
        number_field(
            Field(
                "what_if_team",
                _("Team and tools over all weeks") + unit,
                _("What the scenario costs in people and tools on top. It comes off profit."),
                100.0,
                WIDE,
                _("nothing more"),
            ),
            place,
            scenario.change.team_cost or None,
            lambda one, entered: with_change(one, team_cost=entered or 0.0),
        )
        kind = _picked_content(work, scenario)
        number_field(
            Field(
                "what_if_production",
                _("Its production cost") + unit,
                _("Due once as soon as the plan uses the content type, on top of the settings. It comes off profit."),
                100.0,
                WIDE,
                _("nothing more"),
            ),
            place,
            scenario.change.production_cost.get(kind),
            lambda one, entered: with_change(
                one, production_cost=set_in(one.change.production_cost, kind, entered or None)
            ),
        )
    if not scenario.asked.settings.get("margin"):
        st.caption(_("Costs show in profit: give a margin on the page Data and settings, and profit is told too."))


def _season_only(scenario: Scenario) -> Scenario:
    return with_change(scenario, price={}, rate={}, worth=0.0, off=(), added=(), added_most={})


def _picked_week(work: Work, scenario: Scenario) -> int:
    """Which week of the plan the field beside it is about; also weeks that the plan no longer has."""
    first = work.facts.last + np.timedelta64(1, "D")
    weeks = sorted({*range(1, scenario.asked.weeks + 1), *scenario.change.promotion})
    starts = {week: first + np.timedelta64(7 * (week - 1), "D") for week in weeks}
    if st.session_state.get(WEEK) not in weeks:
        st.session_state[WEEK] = min(scenario.change.promotion, default=1)
    picked = st.selectbox(
        _("Promotion in week"),
        weeks,
        format_func=lambda week: _("Week {week}, from {day}", week=week, day=day(starts[week])),
        key=WEEK,
        width=WIDE,
    )
    return int(picked)


def _picked_content(work: Work, scenario: Scenario) -> str:
    """Which content type the field beside it is about."""
    own = {cell.content_type for cell in (*work.facts.cells, *scenario.change.added_cells)}
    kinds = sorted({*own, *scenario.change.production_cost})
    if st.session_state.get(CONTENT) not in kinds:
        st.session_state[CONTENT] = next(iter(sorted(scenario.change.production_cost)), kinds[0])
    picked = st.selectbox(
        _("Production of"), kinds, format_func=lambda kind: begun(content_name(kind)), key=CONTENT, width=WIDE
    )
    return str(picked)
