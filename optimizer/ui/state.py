"""What a visit remembers: the history, the question, the scenarios and the selections of the pages.

All of it is plain values in one record, `View`. A link holds the id of a kept view, so that the same page opens with
the same question in another browser, after a refresh or a restart. Widgets come and go with their pages; what they
were set to is written here as soon as they change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import streamlit as st

from optimizer.errors import InputError
from optimizer.language import say
from optimizer.planning.asked import Asked
from optimizer.planning.compare import Scenario
from optimizer.ui import service
from optimizer.ui.language import PARAMETER as LANGUAGE_PARAMETER
from optimizer.ui.language import begin_language, language

SAMPLE = "sample"
PARAMETER = "view"
MOST_SCENARIOS = 4
MOST_CHOICES = 100
LONGEST_CHOICE = 50_000  # characters of one selection, as JSON: hundreds of long names

_VIEW, _KEPT, _PROBLEM, AUTHOR = "view_now", "view_kept", "view_problem", "author"
_LEFT = "views_left"  # by history
Choice = TypeVar("Choice")


@dataclass(frozen=True)
class View:
    """Everything a link opens again; plain values.

    Attributes
    ----------
    history : str
        "sample", the id of a kept history, or "" for none yet.
    asked : Asked or None
        The question; None until a history has proposed one.
    scenarios : tuple of Scenario
        Of the page What-if, the first being the base.
    chosen : mapping of str to plain values
        Selections of pages by name, such as the cells whose curves are shown.
    """

    history: str = SAMPLE
    asked: Asked | None = None
    scenarios: tuple[Scenario, ...] = ()
    chosen: Mapping[str, object] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Plain values that `from_json` takes."""
        return {
            "history": self.history,
            "asked": None if self.asked is None else self.asked.to_json(),
            "scenarios": [scenario.to_json() for scenario in self.scenarios],
            "chosen": dict(self.chosen),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> View:
        """Check plain values and make the view of them.

        Raises
        ------
        InputError
            A key or a value that a view does not have.
        """
        history, asked, chosen = values.get("history"), values.get("asked"), values.get("chosen", {})
        scenarios = values.get("scenarios", [])
        whole = isinstance(history, str) and len(history) <= 64 and isinstance(asked, Mapping | None)
        if not whole or not isinstance(scenarios, list) or not isinstance(chosen, Mapping) or set(values) - _FIELDS:
            raise InputError.at(say("the link does not hold a view"), fix=say("ask for the link again"))
        if len(scenarios) > MOST_SCENARIOS or len(chosen) > MOST_CHOICES:
            raise InputError.at(say("the link holds too much"), fix=say("ask for the link again"))
        if any(len(json.dumps(one)) > LONGEST_CHOICE for one in chosen.values()):
            raise InputError.at(say("the link holds too much"), fix=say("ask for the link again"))
        return cls(
            history=str(history),
            asked=None if asked is None else Asked.from_json(asked),
            scenarios=tuple(Scenario.from_json(one) for one in scenarios),
            chosen=dict(chosen),
        )


_FIELDS = {"history", "asked", "scenarios", "chosen"}


def begin() -> None:
    """Start a visit: the language, and the view that the address names; once."""
    begin_language()
    if _VIEW in st.session_state:
        return
    st.session_state[_VIEW] = View()
    named = st.query_params.get(PARAMETER, "")
    if named:
        try:
            st.session_state[_VIEW] = View.from_json(service.store().state(named))
            st.session_state[_KEPT] = (named, st.session_state[_VIEW])
        except InputError as problem:
            st.session_state[_PROBLEM] = problem.message


def link_problem() -> str:
    """What was wrong with the link this visit began with, told once; "" if nothing was."""
    return str(st.session_state.pop(_PROBLEM, ""))


def view() -> View:
    """The view as it stands."""
    held = st.session_state.get(_VIEW)
    return held if isinstance(held, View) else View()


def show(changed: View) -> None:
    """Replace the view."""
    st.session_state[_VIEW] = changed


def asked() -> Asked | None:
    """The question as it stands."""
    return view().asked


def ask(question: Asked) -> None:
    """Replace the question."""
    show(replace(view(), asked=question))


def change(**fields: object) -> None:
    """Change fields of the question, such as ``budget=50_000``; for `on_change` of widgets."""
    question = asked()
    if question is not None:
        ask(replace(question, **fields))  # type: ignore[arg-type]  # names of fields are checked by the record itself


def choose_history(history: str) -> None:
    """Change to another history, with what this visit last asked of it; nothing of the one that is left is lost."""
    now = view()
    if history != now.history:
        left: dict[str, View] = st.session_state.setdefault(_LEFT, {})
        left[now.history] = now
        show(left.get(history, View(history=history)))


def chosen(name: str, default: Choice) -> Choice:
    """A selection of a page, or the default where none of its type was made."""
    value = view().chosen.get(name, default)
    return value if isinstance(value, type(default)) else default


def choose(name: str, value: object) -> None:
    """Remember a selection; plain values only."""
    now = view()
    show(replace(now, chosen={**now.chosen, name: value}))


def author() -> str:
    """Name under which this person keeps things; "" until it was given."""
    return str(st.session_state.get(AUTHOR, ""))


def keep_link() -> None:
    """Write the view's id and the language into the address; a view that is as it was is not kept anew."""
    now = view()
    kept = st.session_state.get(_KEPT)
    if kept is None or kept[1] != now:
        kept = (service.store().keep_state(now.to_json()), now)
        st.session_state[_KEPT] = kept
    wanted = {PARAMETER: kept[0], LANGUAGE_PARAMETER: language()}
    for name, value in wanted.items():
        if st.query_params.get(name) != value:
            st.query_params[name] = value
