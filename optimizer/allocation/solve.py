"""Pick the method from the curves, never fall below today's split, and never answer without a certificate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from optimizer.allocation.branch import close_gap
from optimizer.allocation.certificate import Part, Proof, certify, worth_of
from optimizer.allocation.concave import find_price
from optimizer.allocation.envelope import ConcaveResponse, respond
from optimizer.allocation.feasibility import check, fit_to_bounds, settle
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.allocation.under_rules import solve_ruled
from optimizer.history.panel import Cell, Floats
from optimizer.response.curves import Curves

NO_GAIN = 1e-12  # relative


def solve(problem: Problem) -> Allocation:
    """Split the budget for the largest total value, with proof.

    Concave curves are solved exactly by the dual search. For others its result bounds what is possible, and a branch
    and bound on the curves closes the gap. Rules are handed to `under_rules`.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Allocation
        Spends the budget exactly (or leaves money where it may), keeps bounds and rules, and is worth at least
        today's split.

    Raises
    ------
    InputError
        Numbers that are missing, negative or do not fit each other.
    InfeasibleError
        Bounds, budget and rules cannot be kept together; the message names those that clash and the smallest repair.

    Examples
    --------
    >>> import numpy as np
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> cells = [Cell("instagram", "reel"), Cell("tiktok", "video")]
    >>> curves = Curves.from_slopes(cells, [0.0, 100.0], [[4.0, 0.0], [2.0, 0.0]], [0.0, 0.0])
    >>> bounds = Bounds(np.zeros(2), np.full(2, 100.0))
    >>> plan = solve(Problem(curves, 90.0, bounds, np.array([45.0, 45.0])))
    >>> plan.spend.round(6), plan.certificate.status.value
    (array([63.333333, 26.666667]), 'optimal')
    """
    bounds = check(problem)
    if problem.rules:
        return solve_ruled(problem, bounds)
    if not problem.spend_all:
        return _solve_leaving_money(problem)
    baseline = fit_to_bounds(problem.baseline, problem.budget, bounds, problem.curves.cells)
    baseline_value = worth_of(problem, baseline)
    spend, proof = _best_split(problem, bounds, baseline)
    if worth_of(problem, spend) <= baseline_value + NO_GAIN * abs(baseline_value):
        spend = baseline  # where nothing is to be gained nothing moves
    return Allocation(spend, baseline, baseline_value, certify(problem, bounds, spend, proof))


def _solve_leaving_money(problem: Problem) -> Allocation:
    """Unspent money is one more cell, whose every unit saves the cost of money."""
    curves, count, budget = problem.curves, len(problem.curves.cells), problem.budget
    knots = np.full((1, curves.knots.shape[1]), budget)
    knots[0, 0] = 0.0
    slopes = np.full((1, curves.start.shape[1]), problem.cost_of_money)
    cells = (*curves.cells, Cell("unspent", ""))
    whole = Curves(
        cells,
        np.concatenate([curves.knots, knots]),
        np.concatenate([curves.start, slopes]),
        np.concatenate([curves.end, slopes]),
        np.append(curves.base, 0.0),
    )
    bounds = Bounds(np.append(problem.bounds.lower, 0.0), np.append(problem.bounds.upper, budget))
    every = replace(problem, curves=whole, bounds=bounds, baseline=np.append(problem.baseline, 0.0), spend_all=True)
    found = solve(every)
    proof = found.certificate
    certificate = replace(
        proof,
        marginal=proof.marginal[:count],
        bound_prices=proof.bound_prices[:count],
        at_lower=tuple(c for c in proof.at_lower if c < count),
        at_upper=tuple(c for c in proof.at_upper if c < count),
    )
    spend = found.spend[:count]
    return Allocation(spend, found.baseline[:count], found.baseline_value, certificate, float(found.spend[count]))


def _best_split(problem: Problem, bounds: Bounds, baseline: Floats) -> tuple[Floats, Proof]:
    response = respond(problem.curves, bounds)
    if isinstance(response, ConcaveResponse):
        found = find_price(response, problem.budget)
        return settle(found.spend, problem.budget, bounds), Proof((Part(found.price),))
    return close_gap(problem, bounds, [baseline])
