"""Value against budget: the frontier, and the ladder of single steps of money up and down from one budget.

Curves never fall, so under bounds alone more money is never worth less: a plan of a smaller budget, filled up, is a
plan of the larger one. That lets neighbours on the frontier help each other where curves are not concave: the better
plan starts the climb at the next budget, and a bound proven for a larger budget holds for every smaller one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.certificate import certify
from optimizer.allocation.climb import Stretches, climb
from optimizer.allocation.envelope import AnyResponse
from optimizer.allocation.feasibility import check, check_budget, fit_to_bounds
from optimizer.allocation.problem import Allocation, Bounds, Certificate, Problem, Status
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, say

RUNGS = 5  # steps of the ladder each way, unless told
ALIKE = 1e-9  # relative: values nearer than this are one value
ROUNDING = 1e-12  # of the budget: less money than this is none
LEAST_GAP = 4e-15  # relative: less is the rounding of sums
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Frontier:
    """The best plans over a range of budgets, each with its proof.

    Attributes
    ----------
    budgets : float array, shape (N,)
        Weekly money, ascending.
    allocations : tuple of Allocation
        N plans with their certificates.
    """

    budgets: Floats
    allocations: tuple[Allocation, ...]

    @property
    def values(self) -> Floats:
        """(N,) value of the plans."""
        return np.array([one.certificate.value for one in self.allocations])

    @property
    def bounds(self) -> Floats:
        """(N,) proven: no plan of that budget is worth more."""
        return np.array([one.certificate.bound for one in self.allocations])

    @property
    def baselines(self) -> Floats:
        """(N,) value of today's split, scaled to each budget."""
        return np.array([one.baseline_value for one in self.allocations])

    @property
    def prices(self) -> Floats:
        """(N,) marginal value of weekly money."""
        return np.array([one.certificate.price for one in self.allocations])

    @property
    def spend(self) -> Floats:
        """(N, C) weekly spend per cell."""
        return np.array([one.spend for one in self.allocations])


@dataclass(frozen=True, eq=False)
class Rung:
    """One step of money up or down.

    Attributes
    ----------
    start, end : float
        Budgets before and after, weekly money; up if end is above start.
    change : float array, shape (C,)
        What each cell receives (above 0) or gives (below 0); sums to ``end - start``.
    gain : float
        Value after the step minus value before; 0 or more on the way up and 0 or less on the way down, rules aside.
    proven : tuple of two floats
        The best possible plans of the two budgets differ by no less and no more than this; both ends are `gain` where
        both plans are proven best.
    marginal : float
        Marginal value of weekly money after the step.
    rearranged : float
        Money that moves against the direction of the step. Above 0 the plan jumps: it is not the one before with the
        step added or taken, because a curve with a threshold is entered or left.
    gain_in_place : float
        The most that the step changes the value if no cell moves against its direction; `gain` where none does, NaN
        where the rules allow no such step.
    allocation : Allocation
        The plan after the step, with its certificate.
    """

    start: float
    end: float
    change: Floats
    gain: float
    proven: tuple[float, float]
    marginal: float
    rearranged: float
    gain_in_place: float
    allocation: Allocation

    @property
    def per_unit(self) -> float:
        """Value that one unit of this step's money brings, or brought."""
        return self.gain / (self.end - self.start)


def budget_range(problem: Problem) -> tuple[float, float]:
    """Smallest and largest weekly budget that the bounds and the curves' ranges can hold; rules may allow less."""
    low, high = problem.curves.knots[:, 0], problem.curves.knots[:, -1]
    bounds = problem.bounds
    return float(np.maximum(bounds.lower, low).sum()), float(np.minimum(bounds.upper, high).sum())


def frontier(problem: Problem, budgets: Iterable[float]) -> Frontier:
    """Solve for many budgets.

    Parameters
    ----------
    problem : Problem
        Its budget is not used; its `seconds` are for all points together: what easy ones leave, hard ones get.
    budgets : iterable of float
        Weekly money, each above 0 and within what the bounds can hold (`budget_range`); in any order.

    Returns
    -------
    Frontier
        In ascending order, each budget once. Where no rules are given the values never fall.

    Raises
    ------
    InputError
        No budget, or one that is not a number above 0.
    InfeasibleError
        A budget that bounds or rules cannot hold; the message names it.

    Examples
    --------
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> cells = [Cell("instagram", "reel"), Cell("tiktok", "video")]
    >>> curves = Curves.from_slopes(cells, [0.0, 100.0], [[4.0, 0.0], [2.0, 0.0]], [0.0, 0.0])
    >>> problem = Problem(curves, 90.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2))
    >>> line = frontier(problem, [50.0, 200.0, 110.0])
    >>> line.budgets, line.values.round(6), line.prices.round(6)
    (array([ 50., 110., 200.]), array([150., 246., 300.]), array([2. , 1.2, 0. ]))
    """
    asked = [float(budget) for budget in budgets]
    if not asked:
        raise InputError.at(say("no budget is given"), fix=say("a frontier needs at least one"))
    for budget in asked:
        check_budget(budget)
    until = time.monotonic() + problem.seconds
    order = sorted(set(asked))
    found: list[Allocation] = []
    for place, budget in enumerate(order):
        seconds = max(until - time.monotonic(), 0.0) / (len(order) - place)
        at = replace(problem, budget=budget, seconds=seconds)
        one = solve_at(at, budget)
        if found and one.certificate.gap > ALIKE and plain(problem):
            one = _no_worse(at, one, found[-1])
        found.append(one)
    if plain(problem):
        _share_bounds(found, problem.tolerance)
    return Frontier(np.array(order), tuple(found))


def ladder(problem: Problem, step: float, rungs: int = RUNGS) -> tuple[Rung, ...]:
    """Say where the next money goes, and which goes first: from the plan at the problem's budget, step by step.

    Each rung is solved for its own budget, so bounds and rules hold on it. Of plans worth the same the one that moves
    nothing against the step's direction is taken; where one that does is worth more, it is shown and says so.

    Parameters
    ----------
    problem : Problem
        Its `seconds` are for all rungs together.
    step : float
        Weekly money, above 0.
    rungs : int
        Most steps each way.

    Returns
    -------
    tuple of Rung
        First the steps up, then the steps down, each from the plan on. The last step each way may be smaller: it ends
        where the bounds end. Where the rules allow no plan after a step, the ladder ends before it.

    Raises
    ------
    InputError
        A step that is not a number above 0.
    InfeasibleError
        The problem's own budget cannot be spent within bounds and rules.

    Examples
    --------
    >>> from optimizer.history.panel import Cell
    >>> from optimizer.response.curves import Curves
    >>> cells = [Cell("instagram", "reel"), Cell("tiktok", "video")]
    >>> curves = Curves.from_points(cells, [[0, 50, 100]] * 2, [[0, 200, 250], [0, 100, 120]])
    >>> problem = Problem(curves, 80.0, Bounds(np.zeros(2), np.full(2, 100.0)), np.ones(2))
    >>> for rung in ladder(problem, 20.0, rungs=1):
    ...     print(f"{rung.end:g}: {rung.change.round(6).tolist()} brings {rung.gain:g}, {rung.per_unit:g} each")
    100: [0.0, 20.0] brings 40, 2 each
    60: [0.0, -20.0] brings -40, 2 each
    """
    if not (np.isfinite(step) and step > 0.0):
        raise InputError.at(say("the step is {step}", step=figure(step)), fix=say("it must be a number above 0"))
    count = max(int(rungs), 0)
    until = time.monotonic() + problem.seconds
    share = problem.seconds / (4 * count + 1)  # two solves a rung
    first = solve_at(replace(problem, seconds=share), problem.budget)
    least, most = budget_range(problem)
    result: list[Rung] = []
    for towards, end in ((step, most), (-step, least)):
        at, plan = problem.budget, first
        for _ in range(count):
            after = min(at + towards, end) if towards > 0 else max(at + towards, end)
            if abs(after - at) <= ROUNDING * problem.budget:
                break
            seconds = min(share, max(until - time.monotonic(), 0.0))
            rung = _step(replace(problem, budget=after, seconds=seconds), at, plan)
            if rung is None:
                break
            result.append(rung)
            at, plan = after, rung.allocation
    return tuple(result)


def plain(problem: Problem) -> bool:
    """Whether bounds alone limit the plans, all money is spent and none has a cost: then more is never worth less."""
    return not problem.rules and problem.spend_all and problem.cost_of_money == 0.0


def solve_at(problem: Problem, budget: float) -> Allocation:
    """Solve for another budget, which may be 0 where the bounds allow it; rules get no prices."""
    if budget > 0.0 or not plain(problem):
        return solve(replace(problem, budget=budget, price_rules=False))
    return _nothing(problem)


def _nothing(problem: Problem) -> Allocation:
    """The one plan that spends nothing, proven best by being alone."""
    spend = np.zeros(len(problem.curves.cells))
    value = float(problem.curves.value(spend).sum())
    slope = problem.curves.slope(spend)
    free = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1]) > 0.0
    price = float(slope[free].max()) if free.any() else 0.0
    none: tuple[int, ...] = ()
    proof = Certificate(Status.OPTIMAL, value, value, 0.0, slope, price, none, none, np.zeros_like(spend))
    return Allocation(spend, spend.copy(), value, proof)


def _step(problem: Problem, start: float, plan: Allocation) -> Rung | None:
    """From one plan to the best of another budget; None where the rules allow none."""
    up = problem.budget > start
    try:
        free = solve_at(problem, problem.budget)
    except InfeasibleError:
        return None
    kept = _in_place(problem, plan.spend, up)
    best, before = free, plan.certificate
    worth = kept.certificate.value if kept is not None else np.nan
    if kept is not None and worth >= free.certificate.value - ALIKE * abs(free.certificate.value):
        best = _with_spend(problem, free, kept.spend)
    after = best.certificate
    change = best.spend - plan.spend
    against = -change if up else change
    return Rung(
        start=start,
        end=problem.budget,
        change=change,
        gain=after.value - before.value,
        proven=(after.value - before.bound, after.bound - before.value),
        marginal=after.price,
        rearranged=float(np.where(against > ALIKE * start, against, 0.0).sum()),
        gain_in_place=worth - before.value,
        allocation=best,
    )


def _in_place(problem: Problem, spend: Floats, up: bool) -> Allocation | None:
    """The best plan that only adds to a plan, or only takes from it."""
    lower = np.maximum(problem.bounds.lower, problem.curves.knots[:, 0])
    upper = np.minimum(problem.bounds.upper, problem.curves.knots[:, -1])
    bounds = Bounds(np.maximum(spend, lower), upper) if up else Bounds(lower, np.minimum(spend, upper))
    try:
        return solve_at(replace(problem, bounds=bounds, baseline=spend), problem.budget)
    except InfeasibleError:
        return None


def _no_worse(problem: Problem, one: Allocation, smaller: Allocation) -> Allocation:
    """The plan, or a better one that climbs from the plan of a smaller budget filled up where money earns most."""
    bounds = check(problem)
    filled = _in_place(replace(problem, seconds=0.0), smaller.spend, up=True)
    start = filled.spend if filled is not None else fit_to_bounds(smaller.spend, problem.budget, bounds)
    stretches = Stretches.of(AnyResponse.of(problem.curves, bounds))
    spend, _ = climb(stretches, problem.budget, start, one.certificate.price)
    value = float(problem.curves.value(spend).sum())
    if value <= one.certificate.value + ROUNDING * abs(value):
        return one
    return _with_spend(problem, one, spend)


def _with_spend(problem: Problem, one: Allocation, spend: Floats) -> Allocation:
    """Another plan for a solved problem, held against the bound that was proven for it."""
    if problem.budget <= 0.0 or not plain(problem):
        return one
    proof = certify(problem, check(problem), spend)
    bound = max(min(one.certificate.bound, proof.bound), proof.value)
    return replace(one, spend=spend, certificate=with_bound(proof, bound, problem.tolerance))


def _share_bounds(found: list[Allocation], tolerance: float) -> None:
    """What a larger budget cannot bring, a smaller one cannot either."""
    for place in range(len(found) - 2, -1, -1):
        own, next_ = found[place].certificate, found[place + 1].certificate
        if next_.bound < own.bound:
            found[place] = replace(found[place], certificate=with_bound(own, max(next_.bound, own.value), tolerance))


def with_bound(certificate: Certificate, bound: float, tolerance: float) -> Certificate:
    """The certificate with another bound that was proven for it."""
    gap = max(bound - certificate.value, 0.0) / max(abs(bound), TINY)
    gap = gap if gap > LEAST_GAP else 0.0
    status = Status.OPTIMAL if gap <= tolerance else Status.FEASIBLE
    return replace(certificate, bound=bound, gap=gap, status=status)
