"""The decision behind the page This week: next week's budgets around what was chosen, and without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from optimizer.errors import InfeasibleError, InputError
from optimizer.history.alerts import alerts
from optimizer.history.panel import Panel
from optimizer.history.standouts import Standout
from optimizer.language.message import Message
from optimizer.planning.network_rules import read_network_rules
from optimizer.planning.question import in_currency
from optimizer.planning.rebalance.decision import WeekDecision, decide_week
from optimizer.planning.rebalance.rebalance import Rebalance, rebalance_in
from optimizer.planning.rebalance.week_memory import WeekMemory
from optimizer.planning.request import RulesText
from optimizer.planning.studio import panel_of
from optimizer.store import Kind
from optimizer.ui import service, state
from optimizer.ui.components.work import Work, shown_progress
from optimizer.ui.data_store import usual
from optimizer.ui.recent import Recent
from optimizer.ui.service import Progress
from optimizer.ui.uploads import Source
from optimizer.ui.week_choices import Choices
from optimizer.ui.week_request import CHANGE, EXPLORE, NETWORK_RULES_NAME, TOUCH, WeekQuestion
from optimizer.ui.week_store import Accepted, memory_before

FOLLOWS = 0.005  # smallest difference, account currency a week, for which an amount left as today follows today's
KEPT_WEEKS = 64
WEEK = np.timedelta64(7, "D")


@dataclass(frozen=True)
class Decided:
    """What was asked, what was chosen, and what comes of it.

    Attributes
    ----------
    work : Work
    week : WeekQuestion
    memory : WeekMemory
        What earlier weeks left behind.
    choices : Choices
    decision : WeekDecision
    refused_rules : Message or None
        Why the kept network rules do not act, where they do not fit the history.
    """

    work: Work
    week: WeekQuestion
    memory: WeekMemory
    choices: Choices
    decision: WeekDecision
    refused_rules: Message | str | None = None

    @property
    def found(self) -> Rebalance:
        """Next week's budgets."""
        return self.decision.found


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


def decided(work: Work, plans: Sequence[Accepted]) -> Decided:
    """Choose next week's budgets around the choices.

    Raises
    ------
    InputError, InfeasibleError
        The question does not fit the history, or next week cannot hold the budget.
    """
    week, refused = week_question(work)
    currency = work.facts.currency or str(work.asked.settings.get("currency", ""))
    memory = memory_before(plans, work.source.sample, currency, first_day(work))
    choices = choices_now()
    free = _free(work, week, memory) if choices.fixed else None
    if free is not None:
        today = {cell.label: float(free.current[c]) for c, cell in enumerate(free.plan.cells)}
        followed = choices.following(today, FOLLOWS)
        if followed is not choices:
            keep_choices(followed)
            choices, work = followed, replace(work, asked=replace(work.asked, locks=dict(followed.locks)))
    found = _budgets(work, week, memory)
    return Decided(work, week, memory, choices, decide_week(found, free if choices.fixed else found), refused)


def week_question(work: Work) -> tuple[WeekQuestion, Message | str | None]:
    """What is asked of the week, and why the kept network rules do not act where they do not fit.

    Raises
    ------
    InputError
        The question does not fit the history.
    """
    rules, refused = network_rules(work)
    chosen = {CHANGE: state.chosen(CHANGE, -1.0), EXPLORE: state.chosen(EXPLORE, -1.0), TOUCH: state.chosen(TOUCH, "")}
    return WeekQuestion.read(work.asked, chosen, rules), refused


def first_day(work: Work) -> dt.date:
    """Monday of the week that is decided: the first after the history."""
    day: dt.date = (work.facts.last + np.timedelta64(1, "D")).astype("datetime64[D]").astype(object)
    return day


def panel_now(work: Work) -> Panel:
    """The panel of the question, in the settings' currency where the history names none."""
    panel = panel_of(service.history(work.source), work.asked.by_audience)
    return in_currency(panel, work.asked.request(panel).read_settings())


def network_rules(work: Work) -> tuple[str, Message | str | None]:
    """The usual network rules as text, "" where there are none or they do not fit, and why they do not."""
    kept = usual(service.store(), Kind.NETWORK_RULES)
    text = "" if kept is None else str(kept.content.get("text", ""))
    if not text.strip():
        return "", None
    panel = panel_now(work)
    try:
        read_network_rules(RulesText(text, NETWORK_RULES_NAME), panel.cells, panel.currency)
    except InputError as problem:
        return "", problem.message
    return text, None


def worse_lately(source: Source) -> Sequence[Standout]:
    """What got worse in the newest weeks of a history, worst first."""
    return _worse(source.sha256, source.name, source)


def _free(work: Work, week: WeekQuestion, memory: WeekMemory) -> Rebalance | None:
    """The budgets with nothing fixed; None where next week cannot hold the budget."""
    try:
        return _budgets(replace(work, asked=replace(work.asked, locks={})), week, memory)
    except InfeasibleError:
        return None


def _budgets(work: Work, week: WeekQuestion, memory: WeekMemory) -> Rebalance:
    """Next week's budgets, or those that are kept of the same question; progress is shown while they are made."""
    asked, source = work.asked, work.source
    key = (source.sha256, source.name, service.today(), repr(asked.to_json()), week, repr(memory.to_json()))
    kept = _weeks().get(key)
    if kept is not None:
        return kept

    def make(progress: Progress) -> Rebalance:
        panel = panel_of(service.history(source), asked.by_audience)
        request = week.request(asked, panel, memory)
        studio = service.studio_for(source, request.of_week(), (), progress)
        return rebalance_in(studio, request, progress)

    return shown_progress(lambda progress: _weeks().take(key, lambda: make(progress)))


@st.cache_resource
def _weeks() -> Recent[Hashable, Rebalance]:
    return Recent(KEPT_WEEKS)


@st.cache_resource(max_entries=service.KEPT_HISTORIES, show_spinner=False)
def _worse(sha256: str, name: str, _source: Source) -> tuple[Standout, ...]:
    return alerts(service.history(_source))
