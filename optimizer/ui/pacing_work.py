"""The pacing of the history at hand: its budget, what is asked, and the answer kept for all visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import dataclass, replace

import streamlit as st

from optimizer.planning.fiscal import FiscalCalendar, Period
from optimizer.planning.pacing.days import span
from optimizer.planning.pacing.next import NextBudgets, next_budgets
from optimizer.planning.pacing.pace import PaceRequest, Pacing, pace
from optimizer.planning.pacing.targets import PlannedWeeks
from optimizer.planning.request import RulesText
from optimizer.planning.studio import panel_of
from optimizer.store import Kept, Kind
from optimizer.ui import service, state
from optimizer.ui.components.kept import kept_history
from optimizer.ui.components.work import Work, shown_progress
from optimizer.ui.data_store import usual
from optimizer.ui.format import nice_round
from optimizer.ui.pacing_store import amount_of, kept_budget
from optimizer.ui.recent import Recent
from optimizer.ui.week_store import ACCEPTED, accepted_plans

BUDGETS, RESOLVE, LARGEST = "pacing.budgets", "pacing.resolve", "pacing.largest"
USUAL_CHANGE = 0.3
MOST_CHANGE = 10.0
MOST_BUDGET = 1e15
DAYS = 7
KEPT = 64
NETWORK_RULES = "network_rules.toml"


@st.cache_resource
def _paces() -> Recent[Hashable, Pacing]:
    return Recent(KEPT)


@st.cache_resource
def _budgets() -> Recent[Hashable, NextBudgets]:
    return Recent(KEPT)


@dataclass(frozen=True)
class Asked:
    """What the page asks.

    Attributes
    ----------
    request : PaceRequest
    period : Period
    kept : Kept or None
        The kept budget of the period.
    proposed : bool
        Whether nobody has set a budget yet.
    key : hashable
        What the answer follows from.
    """

    request: PaceRequest
    period: Period
    kept: Kept | None
    proposed: bool
    key: Hashable


def period_of(work: Work) -> Period:
    """The fiscal period that holds the day after the data."""
    settings = work.asked.request(panel_of(service.history(work.source), work.asked.by_audience)).read_settings()
    calendar = FiscalCalendar() if settings is None else settings.fiscal
    return calendar.period_of(span(service.history(work.source))[1] + dt.timedelta(days=1))


def asked_of(work: Work) -> Asked:
    """The question of this visit: the link's budget, else the kept one, else recent spend over the period's days."""
    history = service.history(work.source)
    plain = work.asked.request(panel_of(history, work.asked.by_audience))
    period = period_of(work)
    kept = kept_budget(service.store(), kept_history(), is_sample(), period.name)
    typed = state.chosen(BUDGETS, dict[str, object]()).get(period.name)
    held = None if kept is None else amount_of(kept)
    budget = held
    if isinstance(typed, int | float) and not isinstance(typed, bool) and 0 < typed <= MOST_BUDGET:
        budget = float(typed)
    proposal = nice_round(work.facts.recent / DAYS * period.days) or 1.0
    rules = usual(service.store(), Kind.NETWORK_RULES)
    text = "" if rules is None else str(rules.content.get("text", ""))
    planned, ids = _planned(work)
    largest = min(max(state.chosen(LARGEST, USUAL_CHANGE), 0.0), MOST_CHANGE)
    request = PaceRequest(
        budget=proposal if budget is None else budget,
        settings=plain.settings,
        current=plain.current,
        bounds=plain.bounds,
        rules=plain.rules,  # type: ignore[arg-type]  # a question of the screen holds the text of rules or none
        network_rules=RulesText(text, NETWORK_RULES) if text.strip() else None,
        max_change=largest,
        planned=planned,
        resolve=state.chosen(RESOLVE, False),
        goal=plain.goal,
        by_audience=plain.by_audience,
        seed=plain.seed,
    )
    source = (work.source.sha256, work.source.name, service.today())
    key = (source, repr(work.asked.to_json()), request.budget, largest, text, ids)
    return Asked(request, period, kept, budget is None, key)


def is_sample() -> bool:
    """Whether the history at hand is the sample."""
    return state.view().history == state.SAMPLE


def pacing_of(work: Work, asked: Asked) -> Pacing:
    """How the period stands.

    Raises
    ------
    InputError
    """
    return _paces().take(asked.key, lambda: pace(service.history(work.source), asked.request))


def next_of(work: Work, asked: Asked, pacing: Pacing) -> NextBudgets:
    """The next daily budgets; progress is shown while the history is fitted for them.

    Raises
    ------
    InputError, InfeasibleError
    """
    key = (asked.key, asked.request.resolve)
    found = _budgets().get(key)
    if found is not None:
        return found
    request = asked.request

    def make(progress: service.Progress) -> NextBudgets:
        fitted = None
        if request.resolve or request.rules is not None:
            fitted = service.studio_for(work.source, replace(request.of_week(1.0), current=None), (), progress)
        return next_budgets(service.history(work.source), request, pacing, fitted, progress)

    return _budgets().take(key, lambda: shown_progress(make))


def _planned(work: Work) -> tuple[tuple[PlannedWeeks, ...], Hashable]:
    """Accepted plans of this history, oldest first, and what they are known by."""
    mine = [
        one
        for one in reversed(accepted_plans(service.store()))
        if one.status == ACCEPTED
        and one.sample == is_sample()
        and one.currency == work.facts.currency
        and (one.sample or one.kept.history == kept_history())
    ]
    weeks = tuple(PlannedWeeks(dt.date.fromisoformat(one.first), (dict(one.weekly),) * one.weeks) for one in mine)
    return weeks, tuple((one.kept.id, one.kept.version) for one in mine)
