"""The decision behind the page This week: the plan around what was chosen, and the plan without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from optimizer.errors import InfeasibleError
from optimizer.history.alerts import alerts
from optimizer.history.standouts import Standout
from optimizer.planning.decisions import Decision, decide
from optimizer.planning.plan import Plan
from optimizer.ui import service, state
from optimizer.ui.components.work import Work
from optimizer.ui.uploads import Source
from optimizer.ui.week_choices import Choices

FOLLOWS = 0.005  # smallest difference, account currency a week, for which an amount left as today follows the budget


@dataclass(frozen=True)
class Decided:
    """What was asked, what was chosen, and what comes of it."""

    work: Work
    choices: Choices
    decision: Decision


def choices_now() -> Choices:
    """What was chosen on this visit."""
    asked = state.asked()
    return Choices.read({} if asked is None else asked.locks, state.view().chosen)


def keep_choices(choices: Choices) -> None:
    """Make choices those of this visit: locks go to the question, so that every page plans around them."""
    view = state.view()
    if view.asked is not None:
        asked = replace(view.asked, locks=dict(choices.locks))
        state.show(replace(view, asked=asked, chosen=choices.merged(view.chosen)))


def decided(work: Work) -> Decided:
    """Plan around the choices.

    Raises
    ------
    InputError, InfeasibleError
        The question does not fit the history, or the choices leave no plan.
    """
    choices = choices_now()
    free = _free(work) if choices.fixed else None
    if free is not None:
        followed = choices.following({move.cell.label: move.today for move in free.moves}, FOLLOWS)
        if followed is not choices:
            keep_choices(followed)
            choices, work = followed, replace(work, asked=replace(work.asked, locks=dict(followed.locks)))
    plan = work.plan()
    studio = work.studio()
    request = work.asked.request(studio.panel)
    return Decided(work, choices, decide(studio, request, plan, free if choices.fixed else plan))


def worse_lately(source: Source) -> Sequence[Standout]:
    """What got worse in the newest weeks of a history, worst first."""
    return _worse(source.sha256, source.name, source)


def _free(work: Work) -> Plan | None:
    """The plan with nothing fixed; None where the rules allow none."""
    try:
        return replace(work, asked=replace(work.asked, locks={})).plan()
    except InfeasibleError:
        return None


@st.cache_resource(max_entries=service.KEPT_HISTORIES, show_spinner=False)
def _worse(sha256: str, name: str, _source: Source) -> tuple[Standout, ...]:
    return alerts(service.history(_source))
