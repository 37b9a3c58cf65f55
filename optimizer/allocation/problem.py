"""What is asked of the allocation and what comes back; small frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from optimizer.allocation.rules import Rule
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
        Longest time for closing the gap where curves are not concave or rules ask for decisions; what is then left
        is stated. A first plan that keeps the rules, and the price of each rule, are sought whatever it takes.
    rules : tuple of Rule
        What else must hold (`optimizer.allocation.rules`).
    spend_all : bool
        Whether the budget is spent in full; otherwise it is the most that may be spent.
    cost_of_money : float
        Value lost per unit of weekly money spent, >= 0. With curves that say margin x revenue over W weeks and a cost
        of W, value is profit: margin x revenue - spend.
    price_rules : bool
        Find out what each rule costs by solving again without it; off where only the split is wanted.
    """

    curves: Curves
    budget: float
    bounds: Bounds
    baseline: Floats
    tolerance: float = 1e-4
    seconds: float = 5.0
    rules: tuple[Rule, ...] = ()
    spend_all: bool = True
    cost_of_money: float = 0.0
    price_rules: bool = True


@dataclass(frozen=True)
class RuleState:
    """How a rule stands in a plan.

    Attributes
    ----------
    label : str
    rule : int
        Its place in `Problem.rules`.
    binds : bool
        Whether the plan would be worth more without it, or stands at its limit with a price above 0.
    price : float or None
        Value per unit of weekly money by which its limit could move; None for rules without such a limit (counts,
        steps, fixed costs) and where integer decisions leave none.
    cost : float or None
        Value that a plan without the rule would add: the best one found, less this one's. None if not looked for.
    cost_most : float or None
        No more than this: the proven bound without the rule, less this plan's value.
    """

    label: str
    rule: int
    binds: bool
    price: float | None = None
    cost: float | None = None
    cost_most: float | None = None


@dataclass(frozen=True)
class Certificate:
    """What is known about a result, checked on the curves themselves and not taken from a solver.

    Attributes
    ----------
    status : Status
    value : float
        Value of the result on the curves, in the unit of the goal per horizon; less the cost of money and fixed costs.
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
    rules : tuple of RuleState
        One per rule of the problem, in its order.
    timed_out : bool
        The time ended before the gap was closed to the tolerance.
    proof : str
        "dual": the bound is recomputed from the curves and prices alone; "programme": it is the bound of a
        mixed-integer programme that nowhere lies below the curves, as its solver states it, rounded up.
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
    rules: tuple[RuleState, ...] = ()
    timed_out: bool = False
    proof: str = "dual"


@dataclass(frozen=True)
class Allocation:
    """A split with its proof.

    Attributes
    ----------
    spend : float array, shape (C,)
        Weekly spend.
    baseline : float array, shape (C,)
        Today's split, scaled to the budget and moved to the nearest split that keeps every rule.
    baseline_value : float
    certificate : Certificate
    unspent : float
        Weekly money of the budget left unspent; above 0 only where `Problem.spend_all` is False.
    """

    spend: Floats
    baseline: Floats
    baseline_value: float
    certificate: Certificate
    unspent: float = 0.0
