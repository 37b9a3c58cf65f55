"""The scenarios side by side: their figures, how far they are from the base, and where the money goes."""

from __future__ import annotations

import streamlit as st

from optimizer.planning.compare import Comparison
from optimizer.ui import state
from optimizer.ui.charts_what_if import difference_chart
from optimizer.ui.components.downloads import chart_data
from optimizer.ui.components.titles import part
from optimizer.ui.components.what_if_tables import comparison_html, money_html
from optimizer.ui.language import _
from optimizer.ui.what_if_view import (
    compared,
    difference_frame,
    difference_title,
    money_frame,
    money_rows,
    name_of,
    outcome_rows,
)

OUTCOME, OUTCOME_PICKER = "what_if.outcome", "what_if_outcome"


def show_results(comparison: Comparison) -> None:
    """Draw what the scenarios come to."""
    names = [scenario.name for scenario in comparison.scenarios]
    part(
        _("Side by side"),
        _definition(),
        _("Expected over the weeks of the plan, with 90 % intervals; ▲ more and ▼ less than as planned."),
    )
    if any(scenario.change.added for scenario in comparison.scenarios):
        st.caption(
            _(
                "With a new place in one of them all scenarios are fitted anew, so that they compare: the figures of "
                "the plan differ a little from those of the page Plan."
            )
        )
    st.html(comparison_html(names, outcome_rows(comparison)))
    _differences(comparison)
    part(
        _("Where the money goes"),
        _("Mean weekly spend by network. The change is that from the plan as it stands."),
        _("{unit} a week. ▲ more, ▼ less, = as planned.", unit=comparison.currency or _("Money")),
    )
    st.html(money_html(names, money_rows(comparison)))
    chart_data(money_frame(comparison), "scenarios-money")


def _definition() -> str:
    """What the columns mean."""
    return _(
        "All scenarios are planned on the same draws of what the history leaves possible. Total: expected over the "
        "plan's weeks, organic included; its 90 % interval holds the ups and downs of single weeks. Difference: "
        "against “As planned”, draw by draw and without those, so that what both have in common does not blur it. "
        "Probability better: share of the model's draws in which the scenario brings more than the plan (or costs less "
        "per conversion); it holds the uncertainty of the response, not the noise of single weeks."
    )


def _differences(comparison: Comparison) -> None:
    outcomes = compared(comparison)
    if not outcomes:
        return
    part(
        _("How far from the plan"),
        _(
            "Dot: expected difference from “As planned”. Bar: its 90 % interval. A bar that crosses the line of 0 may "
            "go either way. Blue and to the right is more, orange and to the left is less."
        ),
    )
    now = state.chosen(OUTCOME, outcomes[0])
    outcome = now if now in outcomes else outcomes[0]
    st.session_state[OUTCOME_PICKER] = outcome
    if len(outcomes) > 1:
        st.segmented_control(
            _("Outcome"),
            outcomes,
            format_func=name_of,
            required=True,
            key=OUTCOME_PICKER,
            on_change=_keep_outcome,
            label_visibility="collapsed",
        )
    frame = difference_frame(comparison, outcome)
    words = "; ".join(f"{name} {label}" for name, label in zip(frame["scenario"], frame["label"], strict=True))
    title = difference_title(comparison, outcome)
    st.altair_chart(difference_chart(frame, title), alt=f"{title}: {words}.", key="what_if_differences")
    chart_data(frame.drop(columns="label"), "scenarios-difference")


def _keep_outcome() -> None:
    state.choose(OUTCOME, st.session_state[OUTCOME_PICKER])
