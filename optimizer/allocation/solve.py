"""Pick the method from the curves, never fall below today's split, and never answer without a certificate."""

from __future__ import annotations

from optimizer.allocation.branch import close_gap
from optimizer.allocation.certificate import Part, Proof, certify
from optimizer.allocation.concave import find_price
from optimizer.allocation.envelope import ConcaveResponse, respond
from optimizer.allocation.feasibility import check, fit_to_bounds, settle
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.history.panel import Floats

NO_GAIN = 1e-12  # relative


def solve(problem: Problem) -> Allocation:
    """Split the budget for the largest total value, with proof.

    Concave curves are solved exactly by the dual search. For others its result bounds what is possible, and a branch
    and bound on the curves closes the gap.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    Allocation
        Spends the budget exactly, keeps the bounds, and is worth at least today's split.

    Raises
    ------
    InputError
        Numbers that are missing, negative or do not fit each other.
    InfeasibleError
        The bounds cannot hold the budget; the message names the smallest repair.

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
    baseline = fit_to_bounds(problem.baseline, problem.budget, bounds, problem.curves.cells)
    baseline_value = float(problem.curves.value(baseline).sum())
    spend, proof = _best_split(problem, bounds, baseline)
    if float(problem.curves.value(spend).sum()) <= baseline_value + NO_GAIN * abs(baseline_value):
        spend = baseline  # where nothing is to be gained nothing moves
    return Allocation(spend, baseline, baseline_value, certify(problem, bounds, spend, proof))


def _best_split(problem: Problem, bounds: Bounds, baseline: Floats) -> tuple[Floats, Proof]:
    response = respond(problem.curves, bounds)
    if isinstance(response, ConcaveResponse):
        found = find_price(response, problem.budget)
        return settle(found.spend, problem.budget, bounds), Proof((Part(found.price),))
    return close_gap(problem, bounds, [baseline])
