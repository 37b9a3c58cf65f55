"""What the page What-if asks of the planning room, each answer kept so that it is worked out once."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from optimizer.history.panel import Cell
from optimizer.language import Message
from optimizer.planning.change import Change
from optimizer.planning.compare import Comparison, Scenario, compare
from optimizer.planning.frontier_view import HIGHEST
from optimizer.planning.ground import ground_of
from optimizer.planning.levers import (
    FrontierView,
    NextMoney,
    TargetAnswer,
    Tornado,
    frontier_view,
    next_money,
    target_question,
    tornado,
)
from optimizer.planning.next_money import break_even
from optimizer.planning.request import PlanRequest
from optimizer.planning.studio import Studio, panel_of
from optimizer.ui import service
from optimizer.ui.recent import Recent
from optimizer.ui.service import Progress
from optimizer.ui.uploads import Source

KEPT_COMPARISONS = 16
KEPT_LEVERS = 48
PATIENCE = 0.4  # seconds before plans tell of their progress: a bar that is gone at once only flickers
FITTED = 0.7  # of the progress bar: what reading and fitting take

Answer = TypeVar("Answer")
Question = Callable[[Studio, PlanRequest], Answer]


@st.cache_resource
def _comparisons() -> Recent[Hashable, Comparison]:
    return Recent(KEPT_COMPARISONS)


@st.cache_resource
def _frontiers() -> Recent[Hashable, Frontier]:
    return Recent(KEPT_LEVERS)


@st.cache_resource
def _ladders() -> Recent[Hashable, NextMoney]:
    return Recent(KEPT_LEVERS)


@st.cache_resource
def _tornados() -> Recent[Hashable, Tornado]:
    return Recent(KEPT_LEVERS)


@st.cache_resource
def _targets() -> Recent[Hashable, TargetAnswer]:
    return Recent(KEPT_LEVERS)


def comparison(source: Source, scenarios: Sequence[Scenario], progress: Progress | None = None) -> Comparison:
    """The scenarios held against the first.

    Parameters
    ----------
    source : Source
    scenarios : sequence of Scenario
        The base first.
    progress : callable (str, float) -> None, optional
    """
    key = (*_history(source), *(_scenario(one) for one in scenarios))

    def studio_for(request: PlanRequest, added: Sequence[Cell]) -> Studio:
        return service.studio_for(source, request, added, progress)

    began = time.monotonic()

    def planned(what: str, share: float) -> None:
        if progress is not None and time.monotonic() - began > PATIENCE:
            progress(what, FITTED + (1.0 - FITTED) * share)

    return _comparisons().take(key, lambda: compare(studio_for, service.history(source), scenarios, progress=planned))


@dataclass(frozen=True, eq=False)
class Frontier:
    """Value against budget; the budget beyond which money does not pay, None where nothing tells; and that in words."""

    view: FrontierView
    stops: float | None
    said: Message | str


def frontier(source: Source, scenario: Scenario, added: Sequence[Cell]) -> Frontier:
    """What other budgets would bring in a scenario.

    Parameters
    ----------
    source : Source
    scenario : Scenario
    added : sequence of Cell
        New places of all scenarios, so that the figures are of the same fit as the comparison's.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan.
    """
    key = (*_history(source), _scenario(scenario), tuple(added))
    return _frontiers().take(
        key, lambda: _ask(source, scenario, added, lambda fits, asked: _frontier(fits, asked, scenario.change))
    )


def _frontier(fits: Studio, asked: PlanRequest, change: Change) -> Frontier:
    stops, said = break_even(ground_of(fits, asked, change, HIGHEST))
    return Frontier(frontier_view(fits, asked, change), stops, said)


def ladder(source: Source, scenario: Scenario, added: Sequence[Cell], step: float | None = None) -> NextMoney:
    """Where the next money goes, by steps of this size, or of a round one."""
    key = (*_history(source), _scenario(scenario), tuple(added), step)
    return _ladders().take(
        key, lambda: _ask(source, scenario, added, lambda fits, asked: next_money(fits, asked, scenario.change, step))
    )


def levers(source: Source, scenario: Scenario, added: Sequence[Cell]) -> Tornado:
    """What matters most in a scenario."""
    key = (*_history(source), _scenario(scenario), tuple(added))
    return _tornados().take(
        key, lambda: _ask(source, scenario, added, lambda fits, asked: tornado(fits, asked, scenario.change))
    )


def target(source: Source, scenario: Scenario, added: Sequence[Cell], wanted: float) -> TargetAnswer:
    """Which budget reaches a total of the goal in a scenario."""
    key = (*_history(source), _scenario(scenario), tuple(added), wanted)
    return _targets().take(
        key,
        lambda: _ask(
            source, scenario, added, lambda fits, asked: target_question(fits, asked, wanted, scenario.change)
        ),
    )


def added_cells(scenarios: Sequence[Scenario]) -> tuple[Cell, ...]:
    """New places of all scenarios."""
    return tuple(dict.fromkeys(cell for one in scenarios for cell in one.change.added_cells))


def _ask(source: Source, scenario: Scenario, added: Sequence[Cell], question: Question[Answer]) -> Answer:
    request = scenario.asked.request(panel_of(service.history(source), scenario.asked.by_audience))
    return question(service.studio_for(source, request, added), request)


def _history(source: Source) -> tuple[str, str]:
    return source.sha256, source.name


def _scenario(scenario: Scenario) -> str:
    return repr(scenario.to_json())
