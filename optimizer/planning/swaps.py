"""Swaps: money that would move between one cell of a plan and another, with what it brings and which rules it breaks.

They are judged as plans are: by the curves, the fixed costs and every rule, at amounts that people speak of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.allocation.rules import FixedCost, Rule, Steps
from optimizer.errors import InputError
from optimizer.history.panel import Cell, Floats
from optimizer.language.message import number, place, say
from optimizer.planning.money import money_decimals
from optimizer.planning.plan import Plan
from optimizer.planning.request import CAREFUL
from optimizer.planning.wording import PROFIT, Wording

if TYPE_CHECKING:
    from optimizer.allocation.problem import RuleState
    from optimizer.allocation.setting import Setting

AT_BOUND = 1e-3  # of a bound: a spend this near stands at it
BREAKS = 1e-3  # of the money moved: a rule missed by more is broken
TOO_SMALL = 1e-2  # of the amount spoken of: less room than this is none


@dataclass(frozen=True)
class Swap:
    """Weekly money that would move from one cell to another.

    Attributes
    ----------
    giver, taker : int
        Cells by index.
    size : float
        Money per week.
    brings, loses : float
        Goal units per unit of money, where it goes and where it comes from.
    costs : float
        Fixed costs that the move causes, less those it saves, per unit of money.
    """

    giver: int
    taker: int
    size: float
    brings: float
    loses: float
    costs: float

    @property
    def gain(self) -> float:
        """Value per unit of money moved."""
        return self.brings - self.loses - self.costs

    def alike(self, share: float) -> bool:
        """Whether the money brings about as much in one place as in the other, fixed costs aside."""
        return self.costs == 0.0 and abs(self.brings - self.loses) <= share * max(abs(self.brings), abs(self.loses))


class Choices(NamedTuple):
    """The moves that gain most or lose least.

    Attributes
    ----------
    allowed : Swap or None
        Among those that keep every rule.
    stopped : Swap or None
        One that would do better still, and that rules stand against.
    """

    allowed: Swap | None
    stopped: Swap | None


@dataclass(frozen=True, eq=False)
class Swaps:
    """A plan as one of its cells sees it.

    Attributes
    ----------
    plan : Plan
    cell : int
    rules : tuple of Rule
    weekly, lower, upper : float array, shape (C,)
        Weekly spend and its bounds, as far as the curves are known.
    step : float
        Smallest amount that is written.
    words : Wording
        With the amount that the cell's reason speaks of.
    """

    plan: Plan
    cell: int
    rules: tuple[Rule, ...]
    weekly: Floats
    lower: Floats
    upper: Floats
    step: float
    words: Wording

    @classmethod
    def of(cls, plan: Plan, cell: Cell, rules: Sequence[Rule] | None) -> Swaps:
        """Look at a plan from one of its cells; without its rules (None) only what money brings can be asked.

        Raises
        ------
        InputError
            The plan has no such cell, or was made under another number of rules.
        """
        if cell not in plan.cells:
            fix = say("choose one of the {count} cells of the plan", count=number(len(plan.cells)))
            raise InputError.at(say("{cell} is not in the plan", cell=place(cell)), fix=fix)
        kept = plan.allocation.certificate.rules
        if rules is not None and len(rules) != len(kept):
            problem = say("{given} rules are given, but the plan keeps {kept}", given=len(rules), kept=len(kept))
            raise InputError.at(problem, fix=say("give the rules that the plan was made under"))
        c, knots = plan.cells.index(cell), plan.curves.knots
        weekly = np.clip(plan.spend.mean(axis=1), knots[:, 0], knots[:, -1])
        upper = np.maximum(np.minimum(plan.bounds.upper, knots[:, -1]), weekly)
        lower = np.minimum(np.maximum(plan.bounds.lower, knots[:, 0]), weekly)
        step = 10.0 ** -money_decimals(plan.budget, len(plan.weeks), len(plan.cells), plan.currency)
        words = Wording(plan.goal, plan.currency, plan.moves[c].unit, step, plan.responsive)
        return cls(plan, c, tuple(rules or ()), weekly, lower, upper, step, words)

    # Room -----------------------------------------------------------------------------------------------------------

    def near(self, bound: float) -> float:
        """Less room than this to a bound is none."""
        return max(AT_BOUND * bound, 0.6 * self.step)

    def full(self, c: int) -> bool:
        """Whether a cell stands at its maximum."""
        return float(self.upper[c] - self.weekly[c]) <= self.near(float(self.upper[c]))

    def bare(self, c: int) -> bool:
        """Whether a cell stands at its minimum."""
        return float(self.weekly[c] - self.lower[c]) <= self.near(float(self.lower[c]))

    @property
    def others(self) -> list[int]:
        """The other cells."""
        return [c for c in range(len(self.weekly)) if c != self.cell]

    @property
    def paid(self) -> float:
        """What comes off the goal for each unit of money spent."""
        return 1.0 if self.plan.goal == PROFIT else 0.0

    @property
    def unspent(self) -> bool:
        """Whether money of the budget is left, since nothing would bring it back."""
        return self.plan.unspent > 2.0 * self.step * len(self.plan.weeks)

    # What money brings ----------------------------------------------------------------------------------------------

    def per_unit(self, weekly: float) -> float:
        """Goal units per unit of money, from goal units per unit of weekly money, which is spent in every week."""
        return weekly / len(self.plan.weeks)

    def between(self, c: int, low: float, high: float) -> float:
        """Goal units per unit of money that a cell's weekly money between two amounts brings on average.

        For profit the money itself comes off. A careful plan is judged by its worst cases, of which the proof knows
        what the next money brings, and no more.
        """
        if self.plan.risk == CAREFUL:
            return self.per_unit(float(self.plan.allocation.certificate.marginal[c]))
        ends = np.repeat(self.weekly[:, None], 2, axis=1)
        ends[c] = np.clip([low, high], self.plan.curves.knots[c, 0], self.plan.curves.knots[c, -1])
        below, above = self.plan.curves.value(ends)[c]
        width = float(ends[c, 1] - ends[c, 0])
        return self.per_unit(float(above - below) / width) - self.paid if width > 0 else 0.0

    @property
    def small(self) -> float:
        """Weekly money that makes up the amount spoken of over the plan's weeks."""
        return self.words.unit / len(self.plan.weeks)

    def last(self, c: int) -> float:
        """Goal units per unit of money that the last small amount of a cell brings."""
        return self.between(c, float(self.weekly[c]) - self.small, float(self.weekly[c]))

    def next(self, c: int) -> float:
        """Goal units per unit of money that the next small amount in a cell would bring.

        Where the curve ends there, it is taken to bend on as it did before.
        """
        at = float(self.weekly[c])
        if at + self.small <= self.plan.curves.knots[c, -1]:
            return self.between(c, at, at + self.small)
        here = self.per_unit(float(self.plan.curves.slope_left(self.weekly)[c])) - self.paid
        return max(2.0 * here - self.last(c), -self.paid) if self.plan.risk != CAREFUL else self.last(c)

    def between_next(self) -> float:
        """Goal units per unit of money that the next amount spoken of would bring in the cell."""
        at = float(self.weekly[self.cell])
        return self.between(self.cell, at, at + self.words.unit)

    def cheapest_elsewhere(self) -> float | None:
        """What money that a higher maximum draws here would lose, per unit; None where the proof does not tell.

        Under rules that is what the price of the maximum leaves; under bounds alone, the least that the last money of
        a cell with room to give brings.
        """
        proven, c = self.plan.allocation.certificate, self.cell
        if proven.rules:
            held = c in proven.at_upper
            return self.next(c) - self.per_unit(float(proven.bound_prices[c])) if held else None
        if self.unspent:
            return 0.0
        return min((self.last(d) for d in self.others if not self.bare(d)), default=None)

    def dearest_elsewhere(self) -> float | None:
        """What money that a lower minimum sets free would bring, per unit; None where the proof does not tell."""
        proven, c = self.plan.allocation.certificate, self.cell
        if proven.rules:
            held = c in proven.at_lower
            return self.last(c) + self.per_unit(float(proven.bound_prices[c])) if held else None
        brings = [self.next(r) for r in self.others if not self.full(r)]
        return max([*brings, 0.0] if self.paid else brings, default=None)

    # Moves ----------------------------------------------------------------------------------------------------------

    def sources(self) -> Choices:
        """The best moves to the cell."""
        return self._choices([self.swap(d, self.cell) for d in self.others if not self.bare(d)])

    def targets(self) -> Choices:
        """The best moves away from the cell."""
        return self._choices([self.swap(self.cell, r) for r in self.others if not self.full(r)])

    def _choices(self, moves: Sequence[Swap | None]) -> Choices:
        """Of moves of the amount spoken of, or of smaller ones where no place has room for it."""
        found = [move for move in moves if move is not None]
        found = [move for move in found if move.size >= self.words.unit - self.step] or found
        found.sort(key=lambda move: -move.gain)
        stopped: Swap | None = None
        for move in found:
            if not self.broken_by(move):
                return Choices(move, stopped if stopped is not None and stopped.gain > move.gain else None)
            stopped = stopped or move
        return Choices(None, stopped)

    def swap(self, giver: int, taker: int) -> Swap | None:
        """The move from one cell to another; None where bounds leave no room for it."""
        size = self._size(giver, taker)
        room = min(float(self.weekly[giver] - self.lower[giver]), float(self.upper[taker] - self.weekly[taker]))
        if size > room + self.step or size <= max(TOO_SMALL * self.words.unit, 2.0 * self.step):
            return None
        at, to = float(self.weekly[giver]), float(self.weekly[taker])
        costs = self._new_costs(self.after(giver, taker, size)) / (size * len(self.plan.weeks))
        return Swap(giver, taker, size, self.between(taker, to, to + size), self.between(giver, at - size, at), costs)

    def after(self, giver: int, taker: int, size: float) -> Floats:
        """(C,) weekly spend after a move."""
        spend = self.weekly.copy()
        spend[giver] = max(spend[giver] - size, 0.0)
        spend[taker] += size
        return spend

    def _size(self, giver: int, taker: int) -> float:
        """Weekly money to think of as moving: what the reason speaks of, in whole steps where a rule asks for them."""
        steps = [r.step for r in self.rules if isinstance(r, Steps) and {giver, taker} & set(r.cells)]
        if steps:
            return float(np.ceil(self.words.unit / max(steps) - 1e-9) * max(steps))
        room = min(float(self.weekly[giver] - self.lower[giver]), float(self.upper[taker] - self.weekly[taker]))
        return min(self.words.unit, room)

    def _new_costs(self, after: Floats) -> float:
        """Fixed costs that a split causes beyond those of the plan."""

        def arises(rule: FixedCost, spend: Floats) -> bool:
            return bool((spend[list(rule.cells)] > 0.0).any())

        costs = [rule for rule in self.rules if isinstance(rule, FixedCost)]
        return sum(rule.cost * (arises(rule, after) - arises(rule, self.weekly)) for rule in costs)

    # Rules ----------------------------------------------------------------------------------------------------------

    @cached_property
    def _setting(self) -> Setting:
        """The plan's problem in the units that rules are measured in."""
        from optimizer.allocation.feasibility import check
        from optimizer.allocation.problem import Bounds, Problem
        from optimizer.allocation.setting import Setting

        bounds = Bounds(self.lower, self.upper)
        today = self.plan.allocation.baseline
        budget = float(self.weekly.sum()) + self.plan.unspent / len(self.plan.weeks)
        all_of_it = self.plan.goal != PROFIT
        problem = Problem(self.plan.curves, budget, bounds, today, rules=self.rules, spend_all=all_of_it)
        return Setting.of(problem, check(problem))

    def broken_by(self, move: Swap) -> list[RuleState]:
        """The rules that a move would break, and those whose fixed cost eats up what it brings."""
        from optimizer.allocation.keeping import missed

        if not self.rules:
            return []
        money, states = self._setting.money, self.plan.allocation.certificate.rules
        before, after = self.weekly / money, self.after(move.giver, move.taker, move.size) / money
        eaten_up = move.brings - move.loses > 0.0 >= move.gain
        found = []
        for k, rule in enumerate(self.rules):
            if isinstance(rule, FixedCost):
                own = list(rule.cells)
                broken = eaten_up and bool((after[own] > 0.0).any() > (before[own] > 0.0).any())
            else:
                grown = missed(self._setting, after, k) - missed(self._setting, before, k)
                broken = grown > BREAKS * move.size / money
            if broken:
                found.append(states[k])
        return found
