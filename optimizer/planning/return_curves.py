"""Return curves: what weekly spend brings per cell and what the next money brings on top, with bands, for charts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from optimizer.history.panel import Cell, Floats
from optimizer.planning.goal import choose_goal, goal_history, goal_worths
from optimizer.planning.request import CAREFUL
from optimizer.planning.wording import PROFIT, VALUE

if TYPE_CHECKING:
    from optimizer.planning.plan import Plan
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

POINTS = 49
BEND = 1.6  # points lie denser near nothing, where curves bend most
FIRST = 0.02  # curves begin a hair above nothing, where slopes may have no end
BAND = (0.05, 0.95)
ROOM = 1.1  # curves end this far past whatever matters: today, plan, and the largest spend ever tried


@dataclass(frozen=True, eq=False)
class ReturnCurves:
    """Response and marginal return of each cell; C cells, G weekly spends.

    Attributes
    ----------
    cells : tuple of Cell
    outcome : str
        What is brought: the plan's goal, or revenue where the goal is profit.
    currency : str
    weeks : int
        Weeks of the plan.
    spend : float array, shape (C, G)
        Weekly spend, the same in each of the plan's weeks.
    mean, low, high : float array, shape (C, G)
        Outcome per week of the plan that such spend adds, in the 8 weeks after too, with the ends of its 90 % band. The
        mean is what the split was chosen by.
    marginal, marginal_low, marginal_high : float array, shape (C, G)
        Outcome that one more unit of money brings at that spend, with the ends of its 90 % band.
    tried : float array, shape (C, 2)
        Smallest and largest weekly spend ever tried.
    points : tuple of float array, each (n, 2)
        Weeks of history as (spend, outcome), oldest first.
    today, plan : float array, shape (C,)
        Weekly spend.
    marginal_today, marginal_plan : float array, shape (C,)
        What one more unit of money brings there, as the plan's own moves say it; read from the curve where those
        of a careful plan speak of the worst cases alone.
    break_even : float or None
        Marginal return at which the next unit of money earns just itself: 1 / margin for revenue, 1 for value; None
        where what is brought has no worth in money.
    """

    cells: tuple[Cell, ...]
    outcome: str
    currency: str
    weeks: int
    spend: Floats
    mean: Floats
    low: Floats
    high: Floats
    marginal: Floats
    marginal_low: Floats
    marginal_high: Floats
    tried: Floats
    points: tuple[Floats, ...]
    today: Floats
    plan: Floats
    marginal_today: Floats
    marginal_plan: Floats
    break_even: float | None

    def value_at(self, cell: int, spend: float) -> float:
        """Outcome a week of a weekly spend."""
        return float(np.interp(spend, self.spend[cell], self.mean[cell]))

    def marginal_at(self, cell: int, spend: float) -> float:
        """Marginal return at a weekly spend."""
        return float(np.interp(spend, self.spend[cell], self.marginal[cell]))


def return_curves(studio: Studio, request: PlanRequest, plan: Plan) -> ReturnCurves:
    """Curves behind a plan, over its weeks and the 8 after: the same function as its forecast and its proof.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        The plan's question.
    plan : Plan
        An answer of the studio to it, without any change.
    """
    settings = request.read_settings()
    goal = choose_goal(studio.panel, request.goal, settings)
    worths = goal_worths(studio.panel, goal, settings)
    response = studio.responses(goal, worths)[0]
    outcome = "revenue" if goal == PROFIT else goal
    history = goal_history(studio.panel, outcome, worths)
    today = np.array([move.today for move in plan.moves])
    planned = np.array([move.plan for move in plan.moves])
    upper = ROOM * np.maximum.reduce([today, planned, plan.bands.tried[:, 1]])
    upper = np.where(upper > 0, upper, plan.bands.spend[:, -1])
    spend = upper[:, None] * np.linspace(FIRST, 1.0, POINTS) ** BEND
    value, slope = (draws / request.weeks for draws in response.weekly(request.weeks, outcome).constant_draws(spend))
    low, high = np.quantile(value, BAND, axis=0)
    marginal_low, marginal_high = np.quantile(slope, BAND, axis=0)
    margin = None if settings is None else settings.margin
    rate = 1.0 if settings is None else 1.0 + settings.finance.agency_share
    marginal = slope.mean(axis=0)
    return ReturnCurves(
        cells=plan.cells,
        outcome=outcome,
        currency=plan.currency,
        weeks=request.weeks,
        spend=spend,
        mean=value.mean(axis=0),
        low=low,
        high=high,
        marginal=marginal,
        marginal_low=marginal_low,
        marginal_high=marginal_high,
        tried=plan.bands.tried,
        points=tuple(_seen(*pair) for pair in zip(studio.panel.spend, history, strict=True)),
        today=today,
        plan=planned,
        marginal_today=_said(plan, "marginal_today", (margin, rate), _read(today, spend, marginal)),
        marginal_plan=_said(plan, "marginal", (margin, rate), _read(planned, spend, marginal)),
        break_even=_break_even(outcome, margin, rate),
    )


def _read(at: Floats, spend: Floats, marginal: Floats) -> Floats:
    """(C,) marginal return at a weekly spend of each cell."""
    return np.array([np.interp(*one) for one in zip(at, spend, marginal, strict=True)])


def _said(plan: Plan, name: str, money: tuple[float | None, float], read: Floats) -> Floats:
    """(C,) marginal returns as the moves say them, in revenue where they speak of profit; read where of the worst."""
    if plan.risk == CAREFUL:
        return read
    said, (margin, rate) = np.array([getattr(move, name) for move in plan.moves]), money
    return (said + rate) / margin if plan.goal == PROFIT and margin else said


def _seen(spend: Floats, outcome: Floats) -> Floats:
    """Weeks in which both are known, (n, 2)."""
    known = np.isfinite(spend) & np.isfinite(outcome)
    return np.column_stack([spend[known], outcome[known]])


def _break_even(outcome: str, margin: float | None, rate: float) -> float | None:
    """Marginal return at which the next unit of money earns just what it costs."""
    if outcome == VALUE:
        return 1.0
    return rate / margin if outcome == "revenue" and margin is not None else None
