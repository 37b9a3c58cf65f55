"""Can the money be spent within the rules at all? If not: what clashes, and the smallest repair.

Every check happens before solving, so that a solver never has to explain itself. A message names the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rule_checks import check_rules
from optimizer.allocation.rules import RatioFloor
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import figure, join, number, place, say

ROUNDING = 1e-12  # budgets may miss the sum of the bounds by this share; weights below it (of the largest) are none
TINY = 1e-300
NAMED = 3  # how many of the largest culprits a message lists


def check(problem: Problem) -> Bounds:
    """Check a problem before solving it.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Bounds
        Narrowed to the range in which each cell's curve is known.

    Raises
    ------
    InputError
        A number that is missing, infinite, negative or of the wrong count; a minimum above its maximum; a rule that
        contradicts itself.
    InfeasibleError
        Bounds that the budget, or the curves' ranges, cannot meet. Rules that clash are found out when solving.
    """
    cells = problem.curves.cells
    check_budget(problem.budget)
    check_bounds(problem.bounds, cells, len(cells))
    _check_amounts(problem.baseline, cells, len(cells), say("today's spend"))
    if not 0.0 <= problem.tolerance < 1.0:
        raise wrong_tolerance(problem.tolerance)
    if not problem.seconds >= 0.0:
        raise wrong_seconds(problem.seconds)
    if not 0.0 <= problem.cost_of_money < np.inf:
        said = say("cost_of_money is {cost}", cost=figure(problem.cost_of_money))
        raise InputError.at(said, fix=say("it must be 0 or more"))
    check_rules(problem.rules, cells)
    first, last = problem.curves.knots[:, 0], problem.curves.knots[:, -1]
    for rule in problem.rules:
        if isinstance(rule, RatioFloor):  # the outcome of a ratio rule must be known too
            own = list(rule.cells)
            first, last = first.copy(), last.copy()
            first[own] = np.maximum(first[own], rule.curves.knots[own, 0])
            last[own] = np.minimum(last[own], rule.curves.knots[own, -1])
    lower, upper = np.maximum(problem.bounds.lower, first), np.minimum(problem.bounds.upper, last)
    over = lower > upper
    if over.any():
        c = int(np.argmax(over))
        raise InfeasibleError(
            say(
                "{cell} may spend {lower} to {upper} a week, but its curve is known from {first} to {last} only; "
                "move its bounds into that range.",
                cell=place(cells[c]),
                lower=number(problem.bounds.lower[c], 2),
                upper=number(problem.bounds.upper[c], 2),
                first=number(first[c], 2),
                last=number(last[c], 2),
            )
        )
    bounds = Bounds(lower, upper)
    check_sums(problem.budget, bounds, cells, spend_all=problem.spend_all)
    return bounds


def wrong_tolerance(tolerance: float) -> InputError:
    """The error for a tolerance that is no share of the best value."""
    problem = say("tolerance is {tolerance}", tolerance=figure(tolerance))
    return InputError.at(problem, fix=say("it must be 0 or more and below 1"))


def wrong_seconds(seconds: float) -> InputError:
    """The error for a time limit below 0."""
    return InputError.at(say("seconds is {seconds}", seconds=figure(seconds)), fix=say("it must be 0 or more"))


def check_budget(budget: float) -> None:
    """Raise InputError unless the budget is a positive, finite amount."""
    if not np.isfinite(budget):
        problem = say("the budget is {budget}", budget=figure(budget))
        raise InputError.at(problem, fix=say("it must be a number above 0"))
    if budget <= 0.0:
        problem = say("the budget is {budget}", budget=figure(budget, ",.2f"))
        raise InputError.at(problem, fix=say("it must be above 0"))


def check_bounds(bounds: Bounds, cells: Sequence[Cell], count: int) -> None:
    """Raise InputError unless 0 <= lower <= upper for each of `count` cells; an upper bound may be infinite."""
    _check_amounts(bounds.lower, cells, count, say("the minimum"))
    _check_amounts(bounds.upper, cells, count, say("the maximum"), infinite=True)
    crossed = bounds.lower > bounds.upper
    if crossed.any():
        c = int(np.argmax(crossed))
        problem = say(
            "the minimum of {cell} is {lower} and its maximum {upper}",
            cell=_name(cells, c),
            lower=number(bounds.lower[c], 2),
            upper=number(bounds.upper[c], 2),
        )
        raise InputError.at(problem, fix=say("the minimum must not be above the maximum"))


def check_sums(budget: float, bounds: Bounds, cells: Sequence[Cell] = (), *, spend_all: bool = True) -> None:
    """Raise InfeasibleError unless the budget lies between the sums of the minimums and of the maximums.

    Where money may be left unspent the maximums need not hold all of it.

    Examples
    --------
    >>> check_sums(10.0, Bounds(np.array([8.0, 4.0]), np.array([9.0, 9.0])))
    Traceback (most recent call last):
    ...
    optimizer.errors.InfeasibleError: budget 10.00 a week; the minimums sum to 12.00 (largest: cell 1 8.00, \
cell 2 4.00); raise the budget to 12.00 or lower minimums by 2.00.
    """
    floor, ceiling = float(np.sum(bounds.lower)), float(np.sum(bounds.upper))
    if floor > budget * (1.0 + ROUNDING):
        raise InfeasibleError(
            say(
                "budget {budget} a week; the minimums sum to {sum} (largest: {largest}); "
                "raise the budget to {sum} or lower minimums by {missing}.",
                budget=number(budget, 2),
                sum=number(floor, 2),
                largest=_largest(bounds.lower, cells),
                missing=number(floor - budget, 2),
            )
        )
    if spend_all and ceiling < budget * (1.0 - ROUNDING):
        raise InfeasibleError(
            say(
                "budget {budget} a week, to be spent in full; the maximums sum to {sum} (largest: {largest}); "
                "lower the budget to {sum} or raise maximums by {missing}.",
                budget=number(budget, 2),
                sum=number(ceiling, 2),
                largest=_largest(bounds.upper, cells),
                missing=number(budget - ceiling, 2),
            )
        )


def fit_to_bounds(weights: Floats, budget: float, bounds: Bounds, cells: Sequence[Cell] = ()) -> Floats:
    """Split a budget in proportion to weights, as far as the bounds allow.

    Finds the one factor k for which ``clip(k * weights, lower, upper)`` sums to the budget. Cells of weight 0 stay
    at their minimum unless the others, all at their maximum, cannot hold the money; then they share the rest evenly.

    Parameters
    ----------
    weights : float array, shape (C,)
        >= 0, any unit.
    budget : float
        Money per week, > 0.
    bounds : Bounds
    cells : sequence of Cell, optional
        Names for the messages.

    Returns
    -------
    float array, shape (C,)
        Sums to the budget.

    Raises
    ------
    InputError
        A weight, bound or budget that is missing, negative or infinite; a minimum above its maximum.
    InfeasibleError
        The budget does not lie between the sums of the bounds.

    Examples
    --------
    >>> fit_to_bounds(np.array([1.0, 1.0, 2.0]), 100.0, Bounds(np.zeros(3), np.array([10.0, 90.0, 90.0])))
    array([10., 30., 60.])
    """
    weights = np.asarray(weights, dtype=np.float64)
    check_budget(budget)
    check_bounds(bounds, cells, len(weights))
    _check_amounts(weights, cells, len(weights), say("today's spend"))
    check_sums(budget, bounds, cells)
    weights = weights / max(float(weights.max(initial=0.0)), TINY)
    used = weights > ROUNDING
    unused_floor = float(bounds.lower[~used].sum())
    spend = np.where(used, bounds.upper, bounds.lower)
    if float(bounds.upper[used].sum()) + unused_floor >= budget:
        part = Bounds(bounds.lower[used], bounds.upper[used])
        spend[used] = _proportional(weights[used], budget - unused_floor, part)
    else:
        part = Bounds(bounds.lower[~used], bounds.upper[~used])
        spend[~used] = _proportional(np.ones(len(weights) - int(used.sum())), budget - float(spend[used].sum()), part)
    return settle(spend, budget, bounds)


def settle(spend: Floats, budget: float, bounds: Bounds) -> Floats:
    """Clip to the bounds and move the last rounding error into the cells with room, so that the sum is the budget."""
    spend = np.clip(spend, bounds.lower, bounds.upper)
    for _ in range(8):
        missing = budget - float(np.sum(spend))
        if abs(missing) <= 1e-15 * budget:
            break
        room = bounds.upper - spend if missing > 0.0 else spend - bounds.lower
        c = int(np.argmax(np.minimum(room, budget)))
        spend[c] = float(np.clip(spend[c] + missing, bounds.lower[c], bounds.upper[c]))
    return spend


def _proportional(weights: Floats, budget: float, bounds: Bounds) -> Floats:
    """clip(k * weights, lower, upper) that sums to the budget: the sum is piecewise linear in k, so solve its piece."""
    low_turn, high_turn = bounds.lower / weights, bounds.upper / weights
    turns = np.unique(np.concatenate([[0.0], low_turn, high_turn[np.isfinite(high_turn)]]))
    left, right = 0, len(turns) - 1  # the sum at turns[left] is at most the budget
    while left < right:
        middle = (left + right + 1) // 2
        if float(np.clip(turns[middle] * weights, bounds.lower, bounds.upper).sum()) <= budget:
            left = middle
        else:
            right = middle - 1
    at = turns[left]
    spend = np.clip(at * weights, bounds.lower, bounds.upper)
    moving = (low_turn <= at) & (high_turn > at)
    if moving.any():
        spend[moving] += (budget - float(spend.sum())) * weights[moving] / float(weights[moving].sum())
    return np.asarray(spend, dtype=np.float64)


def _check_amounts(amounts: Floats, cells: Sequence[Cell], count: int, what: str, *, infinite: bool = False) -> None:
    if np.shape(amounts) != (count,):
        problem = say("{what} has the shape {shape}", what=what, shape=str(np.shape(amounts)))
        raise InputError.at(problem, fix=say("one number for each of {count} cells", count=number(count)))
    bad = np.isnan(amounts) | (~infinite & np.isinf(amounts)) | (amounts < 0.0)
    if bad.any():
        c = int(np.argmax(bad))
        amount = figure(float(amounts[c]), ",.2f")
        problem = say("{what} of {cell} is {amount}", what=what, cell=_name(cells, c), amount=amount)
        raise InputError.at(problem, fix=say("it must be 0 or more"))


def _largest(amounts: Floats, cells: Sequence[Cell]) -> str:
    order = [int(c) for c in np.argsort(-amounts, kind="stable")[:NAMED] if amounts[c] > 0.0]
    named = [say("{cell} {amount}", cell=_name(cells, c), amount=number(amounts[c], 2)) for c in order]
    return join(", ", named) if named else say("none above 0")


def _name(cells: Sequence[Cell], index: int) -> str:
    return place(cells[index]) if len(cells) else say("cell {number}", number=number(index + 1))
