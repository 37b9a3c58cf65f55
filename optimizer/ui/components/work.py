"""What every page begins with: the history, the question about it, and its plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from optimizer.errors import OptimizerError
from optimizer.planning.asked import Asked
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.plan import Plan
from optimizer.planning.studio import Studio
from optimizer.ui import service, state
from optimizer.ui.failures import show_problem
from optimizer.ui.format import markdown
from optimizer.ui.language import _, tell
from optimizer.ui.service import Facts, Progress
from optimizer.ui.uploads import Source

Result = TypeVar("Result")
QUICK = 0.7  # from this share of the work on a plan is solved and explained: a blink, where the fit is kept


@dataclass(frozen=True)
class Work:
    """The history at hand and the question about it."""

    source: Source
    facts: Facts
    asked: Asked

    def plan(self, change: Change = NO_CHANGE) -> Plan:
        """The plan that answers the question; progress is shown while it is made.

        Raises
        ------
        InputError, InfeasibleError
            As `optimizer.planning.studio.answer`.
        """
        kept = service.kept_plan(self.source, self.asked, change)
        if kept is not None:
            return kept
        return shown_progress(lambda progress: service.plan(self.source, self.asked, change, progress))

    def studio(self, change: Change = NO_CHANGE) -> Studio:
        """The fitted history, for questions beyond the plan; progress is shown while it is fitted."""
        return shown_progress(lambda progress: service.studio(self.source, self.asked, change, progress))


def current_work() -> Work | None:
    """The history and question of this visit; None where there is no history or it cannot be used, and says so."""
    source = current_source()
    if source is None:
        return None
    try:
        with st.spinner(_("Reading {file}", file=markdown(source.name))):
            facts = service.facts(source)
    except OptimizerError as problem:
        show_problem(problem)
        return None
    asked = state.asked()
    if asked is None:
        asked = service.first_question(source)
        state.ask(asked)
    return Work(source, facts, asked)


def current_source() -> Source | None:
    """The history of this visit as bytes: the sample or a kept one; None where there is none."""
    named = state.view().history
    if named == state.SAMPLE:
        return service.sample_source()
    return service.kept_source(named) if named else None


def shown_progress(make: Callable[[Progress], Result]) -> Result:
    """Do something while saying what is being done; what is quick by itself draws no bar that would only flash."""
    place = st.empty()
    drawn = False

    def show(what: str, share: float) -> None:
        nonlocal drawn
        if drawn or share < QUICK:
            drawn = True
            place.progress(min(max(share, 0.0), 1.0), text=tell(what))

    try:
        return make(show)
    finally:
        place.empty()
