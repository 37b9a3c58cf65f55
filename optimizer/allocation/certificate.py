"""The proof that comes with every allocation, checked on the curves themselves and by no solver.

Weak duality: for any price p and any split x of the budget B within the bounds,
``sum f(x) = sum (f(x) - p x) + p B <= sum max (f - p x) + p B``. The right side is a bound that anybody can recompute.
Where it is not tight, because curves are not concave, the range of a cell is cut in two, and in two again; every part
gets a price of its own, and the largest of their bounds holds for all. `Proof` is the list of these cuts and prices.
Cells with the same curve can change places, so of twins only plans that fall from the first to the last count.

Under rules beyond bounds the rows of the rules get prices too (`ruled.dual_bound`); where on/off decisions are needed
the bound is that of a programme that lies above the curves. Whether each rule is kept is measured here in any case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.envelope import AnyResponse, halves, twins
from optimizer.allocation.improve import Improved
from optimizer.allocation.keeping import KEPT, missed
from optimizer.allocation.problem import Bounds, Certificate, Problem, RuleState, Status
from optimizer.allocation.ruled import Found, closed, relative_gap
from optimizer.allocation.rules import FixedCost
from optimizer.allocation.setting import Setting
from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, say
from optimizer.language.message import place as named

SPENT = 1e-9  # relative: a split that misses the budget or a bound by more is wrong
NEAR = 1e-12  # of the budget: a spend this near a bound or a corner of its curve is on it
TINY = 1e-300
ROUNDING = 4e-16  # added to a bound per unit of what was summed up in it


@dataclass(frozen=True)
class Part:
    """One part of the plans, proven worse than its bound by a price, or cut in two.

    Attributes
    ----------
    price : float
        Price of money that proves the bound, where the part is not cut.
    cell : int
        The cell whose range is cut; -1 where the part is not cut.
    at : float
        Weekly spend at which it is cut: one part keeps to at most this, the other to at least this.
    children : tuple of int
        Where the two parts stand in the proof.
    """

    price: float
    cell: int = -1
    at: float = 0.0
    children: tuple[int, int] = (-1, -1)


@dataclass(frozen=True)
class Proof:
    """Parts that together hold every plan; the first is the whole."""

    parts: tuple[Part, ...]


def certify(problem: Problem, bounds: Bounds, spend: Floats, proof: Proof | None = None) -> Certificate:
    """Check a split and state what is proven about it.

    Parameters
    ----------
    problem : Problem
    bounds : Bounds
        The problem's, narrowed to the range of the curves (`feasibility.check`).
    spend : float array, shape (C,)
        Weekly spend.
    proof : Proof, optional
        Prices and cuts; without it the split's own marginal value serves as the price, which proves concave problems.

    Returns
    -------
    Certificate

    Raises
    ------
    InternalError
        The split breaks the budget or a bound, or is worth more than the bound.
    """
    check_split(problem, bounds, spend)
    curves = problem.curves
    near = NEAR * problem.budget
    room_up, room_down = bounds.upper - spend > near, spend - bounds.lower > near
    # One-sided slopes a hair away, so that a split a rounding error off a corner is judged as being on it.
    right = curves.slope(np.minimum(spend + near, bounds.upper))
    left = curves.slope_left(np.maximum(spend - near, bounds.lower))
    price = _price(right, left, room_up, room_down)
    value = float(curves.value(spend).sum())
    bound, noise = _bound(problem, bounds, proof or Proof((Part(price),)))
    paid = problem.cost_of_money * problem.budget
    value, bound = value - paid, bound - paid
    if value > bound + noise + SPENT * abs(value):
        raise _above_bound(value, bound)
    # Less than the rounding of the sums is no gap; the bound holds that rounding, so it stays on the safe side.
    gap = (bound - value) / max(abs(bound), TINY) if bound - value > 4.0 * noise else 0.0
    at_lower = ~room_down & (right < price) & (bounds.lower > curves.knots[:, 0])
    at_upper = ~room_up & (left > price) & room_down
    prices = np.where(at_lower, price - right, np.where(at_upper, left - price, 0.0))
    return Certificate(
        status=Status.OPTIMAL if gap <= problem.tolerance else Status.FEASIBLE,
        value=value,
        bound=max(bound, value),
        gap=gap,
        marginal=np.where(room_up, right, left) - problem.cost_of_money,
        price=price - problem.cost_of_money,
        at_lower=tuple(int(c) for c in np.flatnonzero(at_lower)),
        at_upper=tuple(int(c) for c in np.flatnonzero(at_upper)),
        bound_prices=prices,
    )


def certify_ruled(
    problem: Problem, setting: Setting, bounds: Bounds, found: Found, states: tuple[RuleState, ...]
) -> Certificate:
    """Check a split under rules and state what is proven about it.

    Parameters
    ----------
    problem : Problem
    setting : Setting
        The problem in the solver's units.
    bounds : Bounds
        Narrowed to the range of the curves.
    found : Found
    states : tuple of RuleState

    Returns
    -------
    Certificate

    Raises
    ------
    InternalError
        The split breaks the budget, a bound or a rule, or is worth more than the bound.
    """
    best, rate = found.best, setting.worth / setting.money
    spend = np.clip(best.spend * setting.money, bounds.lower, bounds.upper)
    check_split(problem, bounds, spend)
    for place, rule in enumerate(setting.rules):
        miss = missed(setting, spend / setting.money, place)
        if miss > 2.0 * KEPT:
            missing = figure(miss, ".3g")
            raise InternalError(
                say("a split misses the rule '{rule}' by {share} of the budget.", rule=rule.label, share=missing)
            )
    value = worth_of(problem, spend)
    bound = found.bound * setting.worth
    if value > bound + SPENT * max(abs(value), setting.worth):
        raise _above_bound(value, bound)
    gap = relative_gap(value, bound)
    proven = closed(value / setting.worth, bound / setting.worth, problem.tolerance)
    near = NEAR * problem.budget
    right = problem.curves.slope(np.minimum(spend + near, bounds.upper)) - problem.cost_of_money
    left = problem.curves.slope_left(np.maximum(spend - near, bounds.lower)) - problem.cost_of_money
    room_up, room_down = bounds.upper - spend > near, spend - bounds.lower > near
    own = _prices_of_cells(best, len(spend)) * rate
    at_lower = ~room_down & (right < own) & (bounds.lower > problem.curves.knots[:, 0])
    at_upper = ~room_up & (left > own) & room_down
    return Certificate(
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        value=value,
        bound=max(bound, value),
        gap=gap,
        marginal=np.where(room_up, right, left),
        price=best.prices.get(-1, 0.0) * rate,
        at_lower=tuple(int(c) for c in np.flatnonzero(at_lower)),
        at_upper=tuple(int(c) for c in np.flatnonzero(at_upper)),
        bound_prices=np.where(at_lower, own - right, np.where(at_upper, left - own, 0.0)),
        rules=states,
        timed_out=found.timed_out and not proven,
        proof=found.proof,
    )


def worth_of(problem: Problem, spend: Floats) -> float:
    """Value of weekly spend (C,) on the curves, less the cost of money and the fixed costs it causes."""
    value = float(problem.curves.value(spend).sum()) - problem.cost_of_money * float(spend.sum())
    return value - sum(
        rule.cost for rule in problem.rules if isinstance(rule, FixedCost) and (spend[list(rule.cells)] > 0.0).any()
    )


def _above_bound(value: float, bound: float) -> InternalError:
    """The error for a result that its own proof excludes."""
    return InternalError(
        say("a split worth {value} stands above its proven bound {bound}.", value=figure(value), bound=figure(bound))
    )


def _prices_of_cells(best: Improved, count: int) -> Floats:
    """What each cell's money takes from the rows that bind, cost of money aside; infinite nowhere."""
    return best.cell_price if best.cell_price is not None else np.full(count, best.prices.get(-1, 0.0))


def check_split(problem: Problem, bounds: Bounds, spend: Floats) -> None:
    """Raise InternalError unless a split spends the budget within the bounds."""
    slack = SPENT * problem.budget
    missing = problem.budget - float(spend.sum())
    if not np.isfinite(spend).all() or missing < -slack or (problem.spend_all and missing > slack):
        total, budget = figure(float(spend.sum())), figure(problem.budget)
        raise InternalError(say("a split spends {spend} of the budget {budget}.", spend=total, budget=budget))
    outside = np.maximum(bounds.lower - spend, spend - bounds.upper)
    if (outside > 0.0).any():
        c = int(np.argmax(outside))
        cell, amount = named(problem.curves.cells[c]), figure(float(spend[c]))
        raise InternalError(say("a split gives {cell} {amount}, outside of its bounds.", cell=cell, amount=amount))


def _price(right: Floats, left: Floats, room_up: NDArray[np.bool_], room_down: NDArray[np.bool_]) -> float:
    """What one more unit of money would bring: the best marginal value among cells with room."""
    if room_up.any():
        return float(right[room_up].max())
    return float(left[room_down].min()) if room_down.any() else 0.0


def _bound(problem: Problem, bounds: Bounds, proof: Proof) -> tuple[float, float]:
    """Largest bound of the proof's parts, each recomputed from the curves, and the rounding that it holds."""
    if len(proof.parts) == 1:
        return _part_bound(AnyResponse.whole(problem.curves), problem.budget, bounds, proof.parts[0].price, 0.0)
    floor = float(problem.curves.value(bounds.lower).sum())
    cut = AnyResponse.of(problem.curves, bounds)
    groups = twins(cut)
    best = (-np.inf, 0.0)
    todo = [(0, bounds)]
    while todo:
        index, own = todo.pop()
        part = proof.parts[index]
        if part.cell >= 0:
            at = min(max(part.at, float(own.lower[part.cell])), float(own.upper[part.cell]))
            todo += zip(part.children, halves(own, part.cell, at, groups), strict=True)
        else:
            best = max(best, _part_bound(cut, problem.budget, own, part.price, floor))
    return best


def _part_bound(curves: AnyResponse, budget: float, bounds: Bounds, price: float, floor: float) -> tuple[float, float]:
    """Weak duality within the bounds of one part; `floor` is what the curves' values are counted from, in all."""
    spent = SPENT * budget
    if float(bounds.lower.sum()) > budget + spent or float(bounds.upper.sum()) < budget - spent:
        return -np.inf, 0.0
    spend, surplus = curves.at(price)
    # Where the best spend lies within the bounds these change nothing; else the curve is cut to them.
    rows = np.flatnonzero((spend < bounds.lower) | (spend > bounds.upper))
    if len(rows):
        some, lower = curves.take(rows), bounds.lower[rows]
        surplus[rows] = some.cut(lower, bounds.upper[rows]).at(price)[1] + some.value_at(lower)
    total = float(surplus.sum()) + price * budget + floor
    noise = ROUNDING * (float(np.abs(surplus).sum()) + price * budget + abs(floor))
    return total + noise, noise
