"""Setting: a problem with rules in the units of the solver, and what its rules allow each cell by itself.

Money counts in budgets and value in what the curves could bring at most, so that no result depends on the currency.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizer.allocation.pieces import Function, Interval
from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.rules import (
    ChangeLimit,
    CountLimit,
    Diversification,
    FixedCost,
    Lock,
    NothingOrAtLeast,
    RatioFloor,
    Rule,
    Steps,
    in_units,
)
from optimizer.history.panel import Floats

SAME = 1e-11  # of the budget: amounts nearer to each other are one
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class Setting:
    """A problem in the units of the solver: the budget is 1.

    Attributes
    ----------
    rules : tuple of Rule
    lower, upper : float array, shape (C,)
        The bounds; nobody needs more than the budget.
    reference : float array, shape (C,)
        Today's split, scaled to the budget.
    functions : tuple of Function
        The goal, then the outcome of each ratio rule in the order of the rules.
    spend_all : bool
    cost : float
        Value lost per budget spent.
    money, worth : float
        What one unit of money and of value are in the problem.
    """

    rules: tuple[Rule, ...]
    lower: Floats
    upper: Floats
    reference: Floats
    functions: tuple[Function, ...]
    spend_all: bool
    cost: float
    money: float
    worth: float

    @classmethod
    def of(cls, problem: Problem, bounds: Bounds) -> Setting:
        """Scale a problem whose numbers were checked; `bounds` are narrowed to the range of the curves."""
        money = problem.budget
        upper = np.minimum(bounds.upper, np.maximum(money, bounds.lower))
        ends = problem.curves.value(np.stack([bounds.lower, upper], axis=1))
        costs = [rule.cost for rule in problem.rules if isinstance(rule, FixedCost)]
        worth = max(float((ends[:, 1] - ends[:, 0]).sum()), problem.cost_of_money * money, *costs)
        if worth <= TINY:  # every cell is fixed, or nothing brings anything: any scale that divides will do
            worth = max(float((problem.curves.knot_values[:, -1]).sum()), 1.0)
        rules = tuple(in_units(rule, money, worth) for rule in problem.rules)
        today = float(problem.baseline.sum())
        return cls(
            rules,
            bounds.lower / money,
            upper / money,
            problem.baseline / (today if today > 0.0 else 1.0),
            (
                Function(problem.curves.scaled(1.0 / money, 1.0 / worth)),
                *(Function(rule.curves) for rule in rules if isinstance(rule, RatioFloor)),
            ),
            problem.spend_all,
            problem.cost_of_money * money / worth,
            money,
            worth,
        )

    def without(self, rule: int) -> Setting:
        """The same without one of its rules."""
        place = self.ratio_function.get(rule)
        return replace(
            self,
            rules=self.rules[:rule] + self.rules[rule + 1 :],
            functions=tuple(f for k, f in enumerate(self.functions) if k != place),
        )

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.lower)

    @cached_property
    def ratio_function(self) -> dict[int, int]:
        """Place of a ratio rule's outcome among the functions, by the rule's place."""
        ratios = [k for k, rule in enumerate(self.rules) if isinstance(rule, RatioFloor)]
        return {rule: place for place, rule in enumerate(ratios, start=1)}

    @cached_property
    def switches(self) -> frozenset[int]:
        """Cells for which it matters whether anything is spent."""
        result: set[int] = set()
        for rule in self.rules:
            if isinstance(rule, FixedCost):
                result.update(rule.cells)
            if isinstance(rule, CountLimit) and rule.at_most is not None:
                result.update(c for member in rule.members for c in member)
        return frozenset(result)

    def box(self, rule: Rule) -> list[tuple[int, float, float]]:
        """Cells with the least and most that a rule allows each by itself; empty for rules of another kind."""
        if isinstance(rule, Lock):
            return [(rule.cell, rule.amount, rule.amount)]
        if isinstance(rule, ChangeLimit):
            return [(c, *self._near(rule, place, c)) for place, c in enumerate(rule.cells)]
        if isinstance(rule, Diversification) and self.spend_all:
            return [(c, 0.0, rule.share) for c in rule.cells]
        return []

    def _near(self, rule: ChangeLimit, place: int, cell: int) -> tuple[float, float]:
        at = float(self.reference[cell]) if rule.reference is None else rule.reference[place]
        reach = np.inf if rule.share is None else max(rule.share * at, rule.always)
        if rule.money is not None:
            reach = min(reach, max(rule.money, rule.always))
        return max(at - reach, 0.0), at + reach

    def domains(
        self, active: frozenset[int] | None = None, loose: int | None = None, *, fixed_budget: bool = True
    ) -> list[list[Interval]]:
        """Per cell the allowed intervals, ascending; an empty list where the rules leave nothing.

        Parameters
        ----------
        active : frozenset of int, optional
            The rules that count; all by default.
        loose : int, optional
            A rule whose box is left to rows.
        fixed_budget : bool
            Without it no share of the budget is a box.
        """
        rules = [r for k, r in enumerate(self.rules) if (active is None or k in active) and k != loose]
        intervals = [[Interval(low, high)] for low, high in zip(self.lower.tolist(), self.upper.tolist(), strict=True)]
        for rule in rules:
            by_share = isinstance(rule, Diversification) and not fixed_budget
            for cell, low, high in [] if by_share else self.box(rule):
                intervals[cell] = _meet(intervals[cell], [Interval(low, high)])
            if isinstance(rule, NothingOrAtLeast):
                for place, cell in enumerate(rule.cells):
                    points = {0.0} if rule.stay is None else {0.0, rule.stay[place]}
                    allowed = [Interval(p, p) for p in sorted(points) if p < rule.amount]
                    intervals[cell] = _meet(intervals[cell], [*allowed, Interval(rule.amount, np.inf)])
        for rule in rules:
            if isinstance(rule, Steps):
                for cell in rule.cells:
                    intervals[cell] = _stepped(intervals[cell], rule.step)
        for cell in self.switches:
            intervals[cell] = _switched(intervals[cell])
        return intervals


def _meet(mine: list[Interval], other: list[Interval]) -> list[Interval]:
    """What two ascending lists of intervals have in common."""
    result = []
    for a in mine:
        for b in other:
            low, high = max(a.low, b.low), min(a.high, b.high)
            if low <= high + SAME:
                result.append(Interval(min(low, high), high))
    return sorted(set(result))


def _stepped(mine: list[Interval], step: float) -> list[Interval]:
    """The same intervals with ends moved inwards to multiples of a step."""
    result = []
    for low, high, _ in mine:
        first, last = np.ceil((low - SAME) / step), np.floor((high + SAME) / step)
        if first <= last:
            result.append(Interval(float(first * step), float(last * step)))
    return result


def _switched(mine: list[Interval]) -> list[Interval]:
    """The same intervals with nothing spent as one of its own."""
    if not mine or mine[0].low > 0.0:
        return mine
    rest = mine[1:] if mine[0].high <= 0.0 else mine
    return [Interval(0.0, 0.0, True), *rest]
