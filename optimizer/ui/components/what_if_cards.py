"""The scenarios of the page What-if as cards: what differs, what it comes to, and what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from optimizer.errors import InputError
from optimizer.planning.compare import Comparison, Scenario
from optimizer.store import Kept, Kind
from optimizer.ui import service, state, what_if_state
from optimizer.ui.components.kept import kept_history
from optimizer.ui.components.what_if_tables import card_html
from optimizer.ui.data_view import by_and_when
from optimizer.ui.format import markdown
from optimizer.ui.language import _, n_
from optimizer.ui.pages import page_file
from optimizer.ui.state import MOST_SCENARIOS
from optimizer.ui.what_if_edits import Idea, Scenarios
from optimizer.ui.what_if_view import sentences
from optimizer.ui.what_if_words import differences, question

ADD, KEPT, OPEN = "what_if_add", "what_if_kept", "what_if_open"
DUPLICATE, REMOVE = "duplicate", "remove"
FIRST_IDEAS = ("budget_more", "price", "promotion")  # and the largest network switched off


def show_cards(scenarios: Scenarios, comparison: Comparison, currency: str) -> None:
    """Draw a card for each scenario, side by side where there is room.

    Parameters
    ----------
    scenarios : tuple of Scenario
        As people see them; the base first.
    comparison : Comparison
        Of them.
    currency : str
    """
    said, changed = sentences(comparison), what_if_state.being_changed()
    for place, (column, scenario) in enumerate(zip(st.columns(len(scenarios), gap="small"), scenarios, strict=True)):
        differs = differences(scenario, scenarios[0], currency) if place else question(scenario.asked, currency)
        with column, st.container(border=True, key=f"what_if_card_{place}", height="stretch"):
            nothing = (_("nothing differs yet"),)
            st.html(card_html(scenario.name, differs or nothing, said[place], being_changed=place == changed > 0))
            _actions(place, changed)


def _actions(place: int, changed: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"what_if_actions_{place}"):
        if place == 0:
            st.page_link(page_file("plan"), label=_("Change on page Plan"), icon=":material/edit:")
            st.button(
                _("Duplicate"), key="what_if_copy_0", icon=":material/content_copy:", on_click=what_if_state.duplicate,
                args=(0,), disabled=not what_if_state.room(),
            )  # fmt: skip
            return
        open_now = place == changed
        st.button(
            _("Done") if open_now else _("Change"),
            key=f"what_if_change_{place}",
            on_click=state.choose,
            args=(what_if_state.BEING_CHANGED, 0 if open_now else place),
        )
        names = {DUPLICATE: _("Duplicate"), REMOVE: _("Remove")}
        st.menu_button(
            _("More"),
            list(names) if what_if_state.room() else [REMOVE],
            format_func=lambda one: names[one],
            key=f"what_if_more_{place}",
            type="tertiary",
            on_click=_do,
            args=(place,),
        )


def _do(place: int) -> None:
    picked = st.session_state[f"what_if_more_{place}"]
    if picked == DUPLICATE:
        what_if_state.duplicate(place)
    elif picked == REMOVE:
        what_if_state.remove(place)


# Adding -------------------------------------------------------------------------------------------------------------


def show_adding(scenarios: Scenarios, ideas: Sequence[Idea]) -> None:
    """Ways to add a scenario: an empty one, an idea, or one that was kept."""
    full = not what_if_state.room()
    blank, named = "", {idea.key: idea for idea in ideas}
    st.menu_button(
        _("Add a scenario"),
        [blank, *named],
        format_func=lambda one: named[one].name if one else _("A new one, to fill in"),
        key=ADD,
        icon=":material/add:",
        type="primary",
        on_click=_add,
        args=(scenarios, named),
        disabled=full,
        help=_("{count} is the most that can be compared; remove one first.", count=MOST_SCENARIOS) if full else None,
    )
    _kept(full)


def show_ideas(ideas: Sequence[Idea]) -> None:
    """What people often ask, as buttons, while there is nothing to compare yet."""
    st.markdown(_("What would you like to know? Add up to three scenarios to hold against the plan."))
    with st.container(horizontal=True, key="what_if_ideas"):
        for idea in _first(ideas):
            st.button(
                markdown(idea.name), key=f"what_if_idea_{idea.key}", on_click=what_if_state.add, args=(idea.scenario,)
            )


def _first(ideas: Sequence[Idea]) -> list[Idea]:
    off = [idea for idea in ideas if idea.key.startswith("off_")]
    return [*(idea for idea in ideas if idea.key in FIRST_IDEAS), *off[:1]]


def _add(scenarios: Scenarios, named: dict[str, Idea]) -> None:
    picked = st.session_state[ADD]
    if picked is None:
        return
    scenario = named[picked].scenario if picked in named else None
    if scenario is None:
        letter = "ABCD"[len(scenarios)]
        what_if_state.add(Scenario(_("Scenario {letter}", letter=letter), what_if_state.scenarios()[0].asked))
    else:
        what_if_state.add(scenario)


def _kept(full: bool) -> None:
    """Open one that was kept for this history."""
    items = {one.id: one for one in _kept_here()}
    if not items:
        return
    with st.popover(_("Open a kept one"), icon=":material/bookmark:", key="what_if_kept_box"):
        st.selectbox(
            _("Kept scenarios"),
            list(items),
            index=None,
            format_func=lambda id: items[id].name,
            placeholder=n_("{count} kept", "{count} kept", len(items)),
            key=KEPT,
        )
        picked = items.get(str(st.session_state.get(KEPT)))
        if picked is not None:
            st.caption(markdown(by_and_when(picked.changed_by or picked.author, picked.changed)))
            if picked.note:
                st.caption(markdown(picked.note))
        st.button(
            _("Add it"), key=OPEN, on_click=_open, args=(picked,), disabled=full or picked is None, type="primary"
        )


def _kept_here() -> tuple[Kept, ...]:
    history = kept_history()
    return tuple(one for one in service.store().list(Kind.SCENARIO) if one.history == history)


def _open(item: Kept | None) -> None:
    if item is None:
        return
    try:
        what_if_state.open_kept(item.name, item.content)
    except InputError as problem:
        what_if_state.refuse(problem)
