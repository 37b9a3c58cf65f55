"""Levers: what else than the split could be decided, and what it would bring.

The frontier of other budgets, where the next money goes, the budget that reaches a total, and which lever matters most.
All of them ask the fits of a studio, so they agree with its plans and with each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.frontier_view import HIGHEST, FrontierView, draw_frontier
from optimizer.planning.ground import ground_of, rules_of
from optimizer.planning.next_money import NextMoney, Step, climb_budget
from optimizer.planning.target import TargetAnswer, budget_for
from optimizer.planning.tornado import Lever, LeverRow, Tornado, tornado

if TYPE_CHECKING:
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

__all__ = [
    "FrontierView",
    "Lever",
    "LeverRow",
    "NextMoney",
    "Step",
    "TargetAnswer",
    "Tornado",
    "frontier_view",
    "next_money",
    "rules_of",
    "target_question",
    "tornado",
]


def frontier_view(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE) -> FrontierView:
    """Value against budget, from 40 % to 200 % of the asked one as far as bounds and rules allow.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan of the asked budget.
    """
    return draw_frontier(ground_of(studio, request, change, HIGHEST))


def next_money(
    studio: Studio,
    request: PlanRequest,
    change: Change = NO_CHANGE,
    step: float | None = None,
    rungs: int | None = None,
) -> NextMoney:
    """Where the next money goes, step by step up and down from the asked budget, and where it stops paying.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
    change : Change
    step : float, optional
        Money over all weeks; a round amount that suits the budget by default.
    rungs : int, optional
        Most steps each way; 5 by default, and 3 under rules, where each takes longer.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan of the asked budget; or the step is not a number above 0.
    """
    return climb_budget(ground_of(studio, request, change), step, rungs)


def target_question(studio: Studio, request: PlanRequest, wanted: float, change: Change = NO_CHANGE) -> TargetAnswer:
    """Which budget reaches a total of the goal in the plan's weeks, organic included.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan of the asked budget; or what is wanted is not a number.
    """
    return budget_for(ground_of(studio, request, change), wanted)
