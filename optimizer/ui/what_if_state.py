"""Scenarios of a visit: kept in its view, so that a link opens them; every edit of the page goes through here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import Message, say
from optimizer.planning.asked import Asked
from optimizer.planning.compare import Scenario
from optimizer.ui import state
from optimizer.ui.language import _
from optimizer.ui.state import MOST_SCENARIOS
from optimizer.ui.what_if_edits import COMMON, Scenarios, follow, told, with_added, with_one, without

BEING_CHANGED = "what_if.changed"  # place of the scenario whose fields are open; 0 for none
LOOKED_AT = "what_if.looked_at"  # place of the scenario whose budgets and levers are shown
NOTES = "what_if_notes"  # sentences on what was refused or fitted, until they are shown


def begin(asked: Asked) -> Scenarios:
    """The scenarios of the visit with the question as it stands for a base; kept so."""
    held = state.view().scenarios
    scenarios = follow(held, asked)
    if scenarios != held:
        show(scenarios)
    return scenarios


def show(scenarios: Scenarios) -> None:
    """Replace the scenarios."""
    state.show(replace(state.view(), scenarios=scenarios))


def scenarios() -> Scenarios:
    """The scenarios of the visit."""
    return state.view().scenarios


def room() -> bool:
    """Whether one more may be added."""
    return len(scenarios()) < MOST_SCENARIOS


def being_changed() -> int:
    """Place of the scenario whose fields are open; 0 for none, since the base is changed on the page Plan."""
    place = state.chosen(BEING_CHANGED, 0)
    return place if 0 < place < len(scenarios()) else 0


def looked_at() -> int:
    """Place of the scenario whose budgets and levers are shown."""
    place = state.chosen(LOOKED_AT, 0)
    return place if 0 <= place < len(scenarios()) else 0


def add(scenario: Scenario) -> None:
    """One more scenario, its fields open."""
    if room():
        show(with_added(scenarios(), scenario))
        state.choose(BEING_CHANGED, len(scenarios()) - 1)


def duplicate(place: int) -> None:
    """A copy of a scenario; one of the base has nothing different yet."""
    shown = told(scenarios())[place]
    add(replace(scenarios()[place], name=_("Copy of {name}", name=shown.name)))


def remove(place: int) -> None:
    """Take a scenario away; what was open for a later one stays open for it."""
    for name in (BEING_CHANGED, LOOKED_AT):
        chosen = state.chosen(name, 0)
        if chosen >= place:
            state.choose(name, 0 if chosen == place else chosen - 1)
    show(without(scenarios(), place))


def open_kept(name: str, content: Mapping[str, object]) -> None:
    """Add a kept scenario; where it was of other weeks or draws, it takes those of the base and says so.

    Raises
    ------
    InputError
        What was kept is no scenario.
    """
    kept = Scenario.from_json({**content, "name": name[:80]})
    base = scenarios()[0].asked
    if any(getattr(kept.asked, field) != getattr(base, field) for field in COMMON):
        note(say("{name} was kept for other weeks or another split; it is compared over those of the base.", name=name))
    add(kept)


def edit(place: int, make: Callable[[Scenario], Scenario]) -> None:
    """Change a scenario; what it cannot hold is told when the page is drawn, and nothing changes."""
    if not 0 < place < len(scenarios()):
        return
    try:
        show(with_one(scenarios(), place, make(scenarios()[place])))
    except InputError as problem:
        refuse(problem)


def refuse(problem: InputError) -> None:
    """Remember why something was not taken."""
    note(say("{problem}", problem=problem.message))


def note(said: Message) -> None:
    """Remember a sentence until it is shown."""
    st.session_state[NOTES] = (*st.session_state.get(NOTES, ()), said)


def notes() -> tuple[Message, ...]:
    """The sentences to show, once."""
    found: tuple[Message, ...] = st.session_state.pop(NOTES, ())
    return found
