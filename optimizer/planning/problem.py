"""The allocation problem behind a plan, in units of its goal; profit is margin x revenue, less what is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds, Problem
from optimizer.history.panel import Floats
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.planning.fit import Response
    from optimizer.planning.memory import Recall
    from optimizer.planning.question import Question
    from optimizer.response.curves import Curves
    from optimizer.response.model import Bands
    from optimizer.response.weekly import WeeklyResponse


def goal_curves(fitted: Response, question: Question, upper: Floats, recall: Recall | None = None) -> Curves:
    """What constant weekly spend adds to the goal over the plan's weeks and the 8 after.

    For profit it is the contribution, margin x revenue: the money itself is the problem's cost of money.

    Parameters
    ----------
    fitted : FittedResponse or GoalResponse
        The one that tells the goal.
    question : Question
    upper : float array, shape (C,)
        Largest weekly spend asked about.
    recall : Recall, optional
        Of curves that were worked out before.
    """
    outcome = "revenue" if question.goal == PROFIT else question.goal
    if recall is not None:
        curves = recall.curves(fitted, upper, question.weeks, outcome)
    else:
        curves = fitted.curves(upper, question.weeks, outcome)
    return curves.scaled(value=question.margin) if question.goal == PROFIT else curves


def goal_weekly(fitted: Response, question: Question) -> WeeklyResponse:
    """The same of weekly spend per draw; its mean over the draws is `goal_curves`."""
    if question.goal != PROFIT:
        return fitted.weekly(question.weeks, question.goal)
    revenue = fitted.weekly(question.weeks, "revenue")
    return replace(revenue, parts=tuple(replace(part, worth=question.margin * part.worth) for part in revenue.parts))


def goal_bands(fitted: Response, question: Question, upper: Floats, recall: Recall | None = None) -> Bands:
    """The goal per week on steady weekly spend, for charts; for profit with the money taken off."""
    outcome = "revenue" if question.goal == PROFIT else question.goal
    bands = fitted.bands(upper, outcome) if recall is None else recall.bands(fitted, upper, outcome)
    if question.goal != PROFIT:
        return bands
    mean, low, high = (
        question.margin * values - question.economics.media_rate * bands.spend
        for values in (bands.mean, bands.low, bands.high)
    )
    return replace(bands, mean=mean, low=low, high=high)


def problem_of(question: Question, curves: Curves, rules: Sequence[Rule], bounds: Bounds | None = None) -> Problem:
    """Split the weekly budget for the most of the goal; for profit no more of it than comes back.

    Parameters
    ----------
    question : Question
    curves : Curves
        See `goal_curves`.
    rules : sequence of Rule
        See `plan_rules`.
    bounds : Bounds, optional
        Instead of the question's, `within_reach` of its budget.
    """
    return Problem(
        curves,
        question.weekly,
        bounds or within_reach(question),
        question.today,
        rules=tuple(rules),
        spend_all=question.spend_all,
        cost_of_money=question.cost_of_money,
    )


def within_reach(question: Question) -> Bounds:
    """The bounds, with no cell's maximum above the whole budget: that allows the same splits on shorter curves."""
    upper = np.minimum(question.bounds.upper, question.weekly)
    return Bounds(np.minimum(question.bounds.lower, upper), upper)


def curve_ends(question: Question) -> Floats:
    """(C,) largest weekly spend the curves must know: what a cell may get, and never nothing at all."""
    reach = within_reach(question).upper
    fallback = np.maximum(question.today, 0.01 * question.weekly / len(reach))
    return np.asarray(np.where(reach > 0, reach, fallback), dtype=np.float64)
