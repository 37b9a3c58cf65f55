"""Rules that say no more than how much each cell may get: largest shares, largest steps and locks.

Such a rule is a smallest and a largest amount per cell, so a plan under nothing else is found as without rules, by the
exact search, and what a rule costs is a plan without it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.feasibility import check
from optimizer.allocation.problem import Allocation, Bounds, Problem, RuleState
from optimizer.allocation.rules import ChangeLimit, Diversification, Lock, Rule
from optimizer.allocation.setting import Setting
from optimizer.allocation.solve import solve
from optimizer.history.panel import Floats
from optimizer.language.message import say

if TYPE_CHECKING:
    from optimizer.planning.question import Question
    from optimizer.planning.request import PlanRequest

BOXES = (Lock, Diversification, ChangeLimit)
AT_END = 1e-6  # of the budget: a spend nearer to an end of its box stands at it
NO_COST = 1e-9  # relative; less is rounding


def box_rules(request: PlanRequest, question: Question) -> tuple[Rule, ...]:
    """Largest share and largest step of a request, over all cells that bounds do not lock.

    A lock stands above both. A cell that gets nothing today may start with as much as the step of a usual cell.
    """
    bounds, today = question.bounds, question.today
    free = tuple(int(c) for c in np.flatnonzero(bounds.lower < bounds.upper))
    found: list[Rule] = []
    if free and request.largest_share is not None:
        found.append(Diversification(free, request.largest_share, say("largest share of a cell")))
    if free and request.largest_step is not None:
        usual = float(np.median(today[today > 0])) * question.weekly / float(today.sum())
        start, name = request.largest_step * usual, say("largest step of a cell")
        found.append(ChangeLimit(free, request.largest_step, always=start, label=name))
    return tuple(found)


def ends_of(problem: Problem, without: int | None = None) -> Bounds | None:
    """What bounds and box rules together allow each cell; None where they clash.

    Parameters
    ----------
    problem : Problem
        Its rules are box rules.
    without : int, optional
        A rule that is left out.
    """
    setting = Setting.of(problem, check(problem))
    active = frozenset(range(len(problem.rules))) - ({without} if without is not None else set())
    domains = setting.domains(active)
    if not all(domains):
        return None
    lower = np.array([own[0].low for own in domains]) * setting.money
    upper = np.array([own[-1].high for own in domains]) * setting.money
    known = check(replace(problem, rules=()))
    lower = np.clip(lower, known.lower, known.upper)
    return Bounds(lower, np.clip(upper, lower, known.upper))


def only_boxes(problem: Problem, rules: Sequence[Rule]) -> bool:
    """Whether the problem's rules are all among the given ones, and each is a box."""
    return bool(problem.rules) and problem.spend_all and all(rule in rules for rule in problem.rules)


def solve_boxed(problem: Problem) -> tuple[Problem, Allocation]:
    """Solve a problem whose rules are boxes: the problem with bounds instead, and its solution with how rules stand.

    Raises
    ------
    InfeasibleError
        Bounds and rules cannot hold the budget; the message names the smallest set that clashes.
    """
    ends = ends_of(problem)
    if ends is None or not ends.lower.sum() <= problem.budget <= ends.upper.sum():
        return problem, solve(problem)  # tells what clashes
    folded = replace(problem, bounds=ends, rules=())
    solved = solve(folded)
    lean = solved.certificate.marginal - solved.certificate.price
    states = tuple(_priced(problem, solved, lean, place) for place in range(len(problem.rules)))
    return folded, replace(solved, certificate=replace(solved.certificate, rules=states))


def box_states(problem: Problem, spend: Floats, lean: Floats) -> tuple[RuleState, ...]:
    """How box rules stand at a split, without what they cost.

    Parameters
    ----------
    problem : Problem
    spend : float array, shape (C,)
    lean : float array, shape (C,)
        Marginal value less the price of money.
    """
    states = (_held(problem, spend, lean, place) for place in range(len(problem.rules)))
    return tuple(
        RuleState(rule.label, place, price > 0.0, price)
        for place, (rule, price) in enumerate(zip(problem.rules, states, strict=True))
    )


def _held(problem: Problem, spend: Floats, lean: Floats, place: int) -> float:
    """Value per unit of weekly money by which a rule's ends could move: the most that a cell at one of them asks."""
    setting = Setting.of(problem, check(problem))
    near, most = AT_END * problem.budget, 0.0
    for cell, low, high in setting.box(setting.rules[place]):
        at = float(spend[cell])
        pulled = abs(at - low * setting.money) <= near and low > 0.0 and lean[cell] < 0.0
        pushed = abs(at - high * setting.money) <= near and lean[cell] > 0.0
        most = max(most, abs(float(lean[cell]))) if pulled or pushed else most
    return most


def _priced(problem: Problem, solved: Allocation, lean: Floats, place: int) -> RuleState:
    """How a rule stands: its price, and what the best plan without it is worth more."""
    label, proven = problem.rules[place].label, solved.certificate
    price = _held(problem, solved.spend, lean, place)
    ends = ends_of(problem, without=place)
    if ends is None:  # the other rules clash among themselves, but then all of them would
        return RuleState(label, place, price > 0.0, price)
    other = solve(replace(problem, bounds=ends, rules=())).certificate
    cost = max(other.value - proven.value, 0.0)
    binds = cost > NO_COST * abs(proven.value)
    return RuleState(label, place, binds, price if binds else 0.0, cost, max(other.bound - proven.value, cost))
