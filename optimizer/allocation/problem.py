"""What is asked of the allocation and what comes back; small frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from optimizer.history.panel import Floats
from optimizer.response.curves import Curves


class Status(Enum):
    """How a result stands to the best possible one."""

    OPTIMAL = "optimal"  # gap within the tolerance, proven
    FEASIBLE = "feasible"  # keeps every rule; the gap that is left is stated


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest weekly spend per cell, each (C,), account currency."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Problem:
    """Split one week's budget over the cells of `curves` for the largest total value.

    Attributes
    ----------
    curves : Curves
        Value of constant weekly spend, C cells.
    budget : float
        Money per week, spent in full.
    bounds : Bounds
    baseline : float array, shape (C,)
        Today's split as recent spend; the solver scales it to the budget and moves it to the nearest feasible
        plan (design: proportional, clipped to the bounds), and never returns less than it is worth.
    tolerance : float
        Relative gap at which a result counts as proven best.
    seconds : float
        Longest time for closing the gap where curves are not concave; what is then left is stated.
    """

    curves: Curves
    budget: float
    bounds: Bounds
    baseline: Floats
    tolerance: float = 1e-4
    seconds: float = 5.0


@dataclass(frozen=True)
class Certificate:
    """What is known about a result, checked on the curves themselves and not taken from a solver.

    Attributes
    ----------
    status : Status
    value : float
        Value of the result on the curves, in the unit of the goal per horizon.
    bound : float
        No split that keeps the rules is worth more; proven by the dual (weak duality on concave envelopes).
    gap : float
        (bound - value) / max(|bound|, tiny), >= 0.
    marginal : float array, shape (C,)
        Marginal value per cell at the result.
    price : float
        Shadow price of the budget: value of one more unit of weekly money.
    at_lower, at_upper : tuple of int
        Cells held by their minimum or maximum; a minimum where the curve begins (0) holds nobody.
    bound_prices : float array, shape (C,)
        Value per unit by which the cell's binding bound could move; 0 where none binds.
    """

    status: Status
    value: float
    bound: float
    gap: float
    marginal: Floats
    price: float
    at_lower: tuple[int, ...]
    at_upper: tuple[int, ...]
    bound_prices: Floats


@dataclass(frozen=True)
class Allocation:
    """A split with its proof: weekly spend (C,), today's split made feasible (C,) and its value, the certificate."""

    spend: Floats
    baseline: Floats
    baseline_value: float
    certificate: Certificate
