"""The proof that comes with every allocation, checked on the curves themselves and by no solver.

Weak duality: for any price p and any split x of the budget B within the bounds,
``sum f(x) = sum (f(x) - p x) + p B <= sum max (f - p x) + p B``. The right side is a bound that anybody can recompute.
Where it is not tight, because curves are not concave, the range of a cell is cut in two, and in two again; every part
gets a price of its own, and the largest of their bounds holds for all. `Proof` is the list of these cuts and prices.
Cells with the same curve can change places, so of twins only plans that fall from the first to the last count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.envelope import AnyResponse, halves, twins
from optimizer.allocation.problem import Bounds, Certificate, Problem, Status
from optimizer.errors import InternalError
from optimizer.history.panel import Floats

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
    if value > bound + noise + SPENT * abs(value):
        raise InternalError(f"a split worth {value!r} stands above its proven bound {bound!r}.")
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
        marginal=np.where(room_up, right, left),
        price=price,
        at_lower=tuple(int(c) for c in np.flatnonzero(at_lower)),
        at_upper=tuple(int(c) for c in np.flatnonzero(at_upper)),
        bound_prices=prices,
    )


def check_split(problem: Problem, bounds: Bounds, spend: Floats) -> None:
    """Raise InternalError unless a split spends the budget within the bounds."""
    slack = SPENT * problem.budget
    if not np.isfinite(spend).all() or abs(float(spend.sum()) - problem.budget) > slack:
        raise InternalError(f"a split spends {float(spend.sum())!r} of the budget {problem.budget!r}.")
    outside = np.maximum(bounds.lower - spend, spend - bounds.upper)
    if (outside > 0.0).any():
        c = int(np.argmax(outside))
        label = problem.curves.cells[c].label
        raise InternalError(f"a split gives {label} {float(spend[c])!r}, outside of its bounds.")


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
