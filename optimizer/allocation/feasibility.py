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
    _check_amounts(problem.baseline, cells, len(cells), "today's spend")
    if not 0.0 <= problem.tolerance < 1.0:
        raise InputError.at(f"tolerance is {problem.tolerance}", fix="it must be 0 or more and below 1")
    if not problem.seconds >= 0.0:
        raise InputError.at(f"seconds is {problem.seconds}", fix="it must be 0 or more")
    if not 0.0 <= problem.cost_of_money < np.inf:
        raise InputError.at(f"cost_of_money is {problem.cost_of_money}", fix="it must be 0 or more")
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
            f"{cells[c].label} may spend {problem.bounds.lower[c]:,.2f} to {problem.bounds.upper[c]:,.2f} a week, but "
            f"its curve is known from {first[c]:,.2f} to {last[c]:,.2f} only; move its bounds into that range."
        )
    bounds = Bounds(lower, upper)
    check_sums(problem.budget, bounds, cells, spend_all=problem.spend_all)
    return bounds


def check_budget(budget: float) -> None:
    """Raise InputError unless the budget is a positive, finite amount."""
    if not np.isfinite(budget):
        raise InputError.at(f"the budget is {budget}", fix="it must be a number above 0")
    if budget <= 0.0:
        raise InputError.at(f"the budget is {budget:,.2f}", fix="it must be above 0")


def check_bounds(bounds: Bounds, cells: Sequence[Cell], count: int) -> None:
    """Raise InputError unless 0 <= lower <= upper for each of `count` cells; an upper bound may be infinite."""
    _check_amounts(bounds.lower, cells, count, "the minimum")
    _check_amounts(bounds.upper, cells, count, "the maximum", infinite=True)
    crossed = bounds.lower > bounds.upper
    if crossed.any():
        c = int(np.argmax(crossed))
        raise InputError.at(
            f"the minimum of {_name(cells, c)} is {bounds.lower[c]:,.2f} and its maximum {bounds.upper[c]:,.2f}",
            fix="the minimum must not be above the maximum",
        )


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
            f"budget {budget:,.2f} a week; the minimums sum to {floor:,.2f} "
            f"(largest: {_largest(bounds.lower, cells)}); "
            f"raise the budget to {floor:,.2f} or lower minimums by {floor - budget:,.2f}."
        )
    if spend_all and ceiling < budget * (1.0 - ROUNDING):
        raise InfeasibleError(
            f"budget {budget:,.2f} a week, to be spent in full; the maximums sum to {ceiling:,.2f} "
            f"(largest: {_largest(bounds.upper, cells)}); "
            f"lower the budget to {ceiling:,.2f} or raise maximums by {budget - ceiling:,.2f}."
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
    _check_amounts(weights, cells, len(weights), "today's spend")
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
        raise InputError.at(f"{what} has the shape {np.shape(amounts)}", fix=f"one number for each of {count} cells")
    bad = np.isnan(amounts) | (~infinite & np.isinf(amounts)) | (amounts < 0.0)
    if bad.any():
        c = int(np.argmax(bad))
        raise InputError.at(f"{what} of {_name(cells, c)} is {amounts[c]:,.2f}", fix="it must be 0 or more")


def _largest(amounts: Floats, cells: Sequence[Cell]) -> str:
    order = [int(c) for c in np.argsort(-amounts, kind="stable")[:NAMED] if amounts[c] > 0.0]
    return ", ".join(f"{_name(cells, c)} {amounts[c]:,.2f}" for c in order) or "none above 0"


def _name(cells: Sequence[Cell], index: int) -> str:
    return cells[index].label if len(cells) else f"cell {index + 1}"
