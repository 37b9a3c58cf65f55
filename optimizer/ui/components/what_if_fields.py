"""Fields of one scenario: each is set from it whenever it is drawn, and writes back into it when it changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from optimizer.planning.change import EVERYWHERE
from optimizer.planning.compare import Scenario
from optimizer.planning.request import CAREFUL, MEAN
from optimizer.ui import what_if_state
from optimizer.ui.components.plan_inputs import budget_step, goals_of
from optimizer.ui.components.work import Work
from optimizer.ui.format import begun, markdown, network_name
from optimizer.ui.language import _
from optimizer.ui.view import goal_name
from optimizer.ui.what_if_edits import percentage_of, set_in, share_of, with_asked, with_change

SMALL, NARROW, WIDE = 130, 170, 260

Taken = Callable[[Scenario, float | None], Scenario]


@dataclass(frozen=True)
class Field:
    """A number of a scenario: its key, its words, and how it is shown; empty means as planned."""

    key: str
    label: str
    help: str = ""
    step: float = 5.0
    width: int = NARROW
    placeholder: str = ""


def number_field(
    field: Field, place: int, value: float | None, taken: Callable[[Scenario, float | None], Scenario]
) -> None:
    """A number that may be empty.

    Parameters
    ----------
    field : Field
    place : int
        Of the scenario.
    value : float or None
        As the scenario holds it.
    taken : callable
        The scenario with what was entered.
    """
    st.session_state[field.key] = None if value is None else float(value)

    def take() -> None:
        entered = st.session_state[field.key]
        what_if_state.edit(place, lambda scenario: taken(scenario, None if entered is None else float(entered)))

    st.number_input(
        field.label, value=None, step=field.step, format="%0.10g", key=field.key, help=field.help or None,
        placeholder=field.placeholder or _("as planned"), on_change=take, width=field.width,
    )  # fmt: skip


def changer(place: int, make: Callable[[Scenario], Scenario]) -> Callable[[], None]:
    """What a widget does when it changes."""
    return lambda: what_if_state.edit(place, make)


# Budget and rules ---------------------------------------------------------------------------------------------------


def budget_fields(work: Work, scenario: Scenario, place: int, currency: str) -> None:
    """What is asked otherwise than on the page Plan."""
    base = what_if_state.scenarios()[0].asked
    with row():
        number_field(
            Field(
                "what_if_budget",
                _("Budget for all weeks, {currency}", currency=currency) if currency else _("Budget for all weeks"),
                _("Media money for all weeks together. Empty for that of the plan."),
                budget_step(work.facts.recent),
                WIDE,
            ),
            place,
            scenario.asked.budget,
            lambda one, entered: with_asked(one, budget=base.budget if entered is None else entered),
        )
        goals = goals_of(work.facts, scenario.asked)
        st.session_state["what_if_goal"] = scenario.asked.goal or goals[0]
        st.selectbox(
            _("Goal"),
            goals,
            format_func=lambda goal: begun(goal_name(goal)),
            key="what_if_goal",
            on_change=changer(place, lambda one: with_asked(one, goal=st.session_state["what_if_goal"])),
            width=WIDE,
        )
        risks = {MEAN: _("Expected"), CAREFUL: _("Careful")}
        st.session_state["what_if_risk"] = scenario.asked.risk
        st.segmented_control(
            _("What counts"),
            list(risks),
            format_func=lambda risk: risks[risk],
            required=True,
            key="what_if_risk",
            help=_("Expected: the most on average. Careful: the most in the worst fifth of cases."),
            on_change=changer(place, lambda one: with_asked(one, risk=st.session_state["what_if_risk"])),
        )
    _limits(scenario, place)
    st.caption(_("Weeks, fixed places, limits and rules are those of the page Plan, so that all scenarios compare."))


def _limits(scenario: Scenario, place: int) -> None:
    with row():
        number_field(
            Field(
                "what_if_step",
                _("Largest step against today, %"),
                _("No place moves further from today's spend than this share of it. Empty for no limit."),
                10.0,
                WIDE,
                _("no limit"),
            ),
            place,
            percentage_of(scenario.asked.largest_step),
            lambda one, entered: with_asked(one, largest_step=share_of(entered)),
        )
        number_field(
            Field(
                "what_if_share",
                _("Largest share of one place, %"),
                _("No place gets more than this share of the budget. Empty for no limit."),
                5.0,
                WIDE,
                _("no limit"),
            ),
            place,
            percentage_of(scenario.asked.largest_share),
            lambda one, entered: with_asked(one, largest_share=share_of(entered)),
        )


# Prices and rates ---------------------------------------------------------------------------------------------------


def price_fields(work: Work, scenario: Scenario, place: int) -> None:
    """Price of media, conversion rate and value per conversion, in per cent against today."""
    networks = networks_of(work, scenario)
    _by_network(
        _("Price of media (CPM), % against today"),
        _("At +10 % the same views cost 10 % more: a curve is read at spend / 1.1. It holds for the weeks after too."),
        ("price", place, networks, scenario.change.price),
    )
    _by_network(
        _("Conversion rate, % against today"),
        _("At +10 % the same spend brings 10 % more conversions, and the revenue they bring."),
        ("rate", place, networks, scenario.change.rate),
    )
    with row():
        number_field(
            Field(
                "what_if_worth",
                _("Value per conversion, % against today"),
                _("At +10 % each conversion brings 10 % more revenue."),
                width=WIDE,
            ),
            place,
            percentage_of(scenario.change.worth) or None,
            lambda one, entered: with_change(one, worth=share_of(entered) or 0.0),
        )


def _by_network(title: str, meaning: str, about: tuple[str, int, tuple[str, ...], Mapping[str, float]]) -> None:
    """A row of fields: all networks, then each; an empty one is as all networks are."""
    kind, place, networks, held = about
    st.markdown(f"**{title}**", help=meaning)
    everywhere = held.get(EVERYWHERE)
    usual = _("as today") if everywhere is None else _("as all")
    with row("small"):
        for network in (EVERYWHERE, *(networks if len(networks) > 1 else ())):

            def taken(one: Scenario, entered: float | None, network: str = network) -> Scenario:
                return with_change(one, **{kind: set_in(getattr(one.change, kind), network, share_of(entered))})

            label = markdown(network_name(network)) if network else _("All networks")
            field = Field(
                f"what_if_{kind}_{network}", label, placeholder=usual if network else _("as today"), width=150
            )
            number_field(field, place, percentage_of(held.get(network)), taken)


def networks_of(work: Work, scenario: Scenario) -> tuple[str, ...]:
    """Networks of the history and of the scenario's new places."""
    own = (cell.network for cell in work.facts.cells)
    return tuple(sorted({*own, *(network for network, _content in scenario.change.added)}))


def row(gap: Literal["small", "medium"] = "medium") -> st.delta_generator.DeltaGenerator:
    """Fields side by side, as many as there is room for."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap=gap)
