"""A split in amounts of money as they are written, and the proof of exactly those amounts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Allocation, Problem, Status
from optimizer.history.panel import Floats
from optimizer.planning.money import weekly_amounts

if TYPE_CHECKING:
    from optimizer.planning.question import Question
    from optimizer.response.curves import Curves

ROUNDING = 1e-12  # of the money at stake


def written_amounts(
    question: Question, problem: Problem, solved: Allocation, responsive: bool
) -> tuple[Floats, Floats]:
    """(C, H) spend and baseline in amounts of money as they are written; today's split where nothing is worth more."""
    spend, baseline = (
        weekly_amounts(split, _money(question, split), question.weeks, problem.bounds, question.decimals)
        for split in (solved.spend, solved.baseline)
    )
    # under rules the solver has compared the two with what the rules cost
    no_gain = not problem.rules and _worth(problem, spend) <= _worth(problem, baseline)
    if not responsive or no_gain:
        spend = baseline.copy()
    return spend, baseline


def _money(question: Question, split: Floats) -> float:
    """Money of a weekly split over all weeks: the budget, where it is spent in full."""
    return question.budget if question.spend_all else round(float(split.sum()) * question.weeks, question.decimals)


def certify_written(problem: Problem, solved: Allocation, spend: Floats, baseline: Floats, step: float) -> Allocation:
    """Hold the proof of the exact solution against the amounts that are written.

    The bound is a property of the problem, whatever split is chosen, so only value, gap and what binds are taken anew.
    """
    curves, proven = problem.curves, solved.certificate
    weekly = spend.mean(axis=1)
    # fixed costs come off the curves' value; rounding to cents does not change them, keeping today's split may
    kept = np.allclose(weekly, solved.baseline, rtol=0.0, atol=2.0 * step)
    exact, of_exact = (solved.baseline, solved.baseline_value) if kept else (solved.spend, proven.value)
    value = float((_value(curves, spend) - known_value(curves, exact)).sum()) + of_exact
    value -= problem.cost_of_money * float(weekly.sum() - exact.sum())
    bound = max(proven.bound, value)
    if bound - value <= ROUNDING * problem.cost_of_money * problem.budget:
        bound = value  # profit can be 0 at best: what the rounding of its parts leaves open is then no gap
    gap = (bound - value) / max(abs(bound), np.finfo(np.float64).tiny)
    marginal = curves.slope(np.clip(weekly, curves.knots[:, 0], curves.knots[:, -1])) - problem.cost_of_money
    near = 1e-6 * problem.budget + step
    at_lower = np.flatnonzero((weekly <= problem.bounds.lower + near) & (marginal < proven.price))
    at_upper = np.flatnonzero((weekly >= problem.bounds.upper - near) & (marginal > proven.price))
    before = baseline.mean(axis=1)
    rounding = float((known_value(curves, before) - known_value(curves, solved.baseline)).sum())
    rounding -= problem.cost_of_money * float(before.sum() - solved.baseline.sum())
    certificate = replace(
        proven,
        status=Status.OPTIMAL if gap <= problem.tolerance else Status.FEASIBLE,
        value=value,
        bound=bound,
        gap=gap,
        marginal=marginal,
        price=proven.price if problem.spend_all else max(proven.price, 0.0),  # money may always be left
        at_lower=tuple(int(c) for c in at_lower),
        at_upper=tuple(int(c) for c in at_upper),
    )
    return replace(
        solved,
        spend=weekly,
        baseline=before,
        unspent=max(problem.budget - float(weekly.sum()), 0.0) if not problem.spend_all else 0.0,
        baseline_value=solved.baseline_value + rounding,
        certificate=certificate,
    )


def known_value(curves: Curves, weekly: Floats) -> Floats:
    """(C,) value of weekly spend, no further than each curve is known."""
    return curves.value(np.clip(weekly, curves.knots[:, 0], curves.knots[:, -1]))


def _worth(problem: Problem, amounts: Floats) -> float:
    """Value of (C, H) amounts, less the cost of money."""
    return float(_value(problem.curves, amounts).sum()) - problem.cost_of_money * float(amounts.mean(axis=1).sum())


def _value(curves: Curves, amounts: Floats) -> Floats:
    """(C,) value of the mean weekly spend of (C, H) amounts; steps of money past a curve's end do not count."""
    return known_value(curves, amounts.mean(axis=1))
