"""Solve under rules: today's split made to keep them, the best split, and what each rule costs."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from optimizer.allocation.certificate import certify_ruled, worth_of
from optimizer.allocation.clash import explain, nearest
from optimizer.allocation.feasibility import fit_to_bounds
from optimizer.allocation.improve import Improved
from optimizer.allocation.keeping import keeps, limits, value_of
from optimizer.allocation.problem import Allocation, Bounds, Problem, RuleState
from optimizer.allocation.ruled import Found, Search
from optimizer.allocation.rules import Steps
from optimizer.allocation.setting import Setting
from optimizer.history.panel import Floats

BASELINE_SHARE, BASELINE_LEAST = 0.3, 0.5  # of the time, and seconds, for the split nearest to today's
NO_GAIN = 1e-12  # relative
AT_LIMIT = 1e-7  # of the budget: a plan nearer to a limit stands at it
NO_PRICE = 1e-9  # of the price of the budget, or of the value: less is rounding


def solve_ruled(problem: Problem, bounds: Bounds) -> Allocation:
    """Best split under rules, with proof.

    Parameters
    ----------
    problem : Problem
        Checked (`feasibility.check`).
    bounds : Bounds
        As that check returned them.

    Raises
    ------
    InfeasibleError
        The rules clash; the message names the smallest set that does, and the smallest repairs.
    """
    began = time.monotonic()
    setting = Setting.of(problem, bounds)
    baseline = kept_baseline(problem, setting, bounds)
    found = Search(setting, problem.tolerance, problem.seconds - (time.monotonic() - began)).run([baseline])
    worth = value_of(setting, baseline)
    if found.best.value <= worth + NO_GAIN * abs(worth):  # where nothing is to be gained nothing moves
        best = found.best
        found = replace(found, best=Improved(baseline, worth, best.prices, best.cell_price))
    left = problem.seconds - (time.monotonic() - began)
    states = rule_states(problem, setting, found, left if problem.price_rules else -1.0)
    money = np.clip(found.best.spend * setting.money, bounds.lower, bounds.upper)
    today = np.clip(baseline * setting.money, bounds.lower, bounds.upper)
    certificate = certify_ruled(problem, setting, bounds, found, states)
    unspent = 0.0 if problem.spend_all else max(problem.budget - float(money.sum()), 0.0)
    return Allocation(money, today, worth_of(problem, today), certificate, unspent)


def kept_baseline(problem: Problem, setting: Setting, bounds: Bounds) -> Floats:
    """Today's split, scaled to the budget, moved as little as possible to keep every rule; in budgets."""
    money = min(problem.budget, float(bounds.upper.sum()))
    scaled = fit_to_bounds(problem.baseline, money, bounds, problem.curves.cells) / setting.money
    scaled = np.clip(scaled, setting.lower, setting.upper)
    domains = setting.domains()
    if all(domains) and keeps(setting, scaled):
        return scaled
    found = nearest(setting, scaled, max(BASELINE_SHARE * problem.seconds, BASELINE_LEAST))
    if found is None:
        raise explain(setting, problem.curves.cells)
    return found


def rule_states(problem: Problem, setting: Setting, found: Found, seconds: float) -> tuple[RuleState, ...]:
    """How each rule stands, and what it costs: the best plan without it, less this one.

    A rule whose row has no price costs nothing where the proof stands on prices alone. All others are dropped one at a
    time and the problem is solved again, from this plan, as long as there are `seconds` left (none below 0).
    """
    deadline = time.monotonic() + seconds
    return tuple(_state(problem, setting, found, k, deadline) for k in range(len(setting.rules)))


def _state(problem: Problem, setting: Setting, found: Found, rule: int, deadline: float) -> RuleState:
    best, label = found.best, setting.rules[rule].label
    price = _price(setting, found, rule)
    room = limits(setting, best.spend, rule)
    idle = room is not None and room > AT_LIMIT
    if found.proof == "dual" and idle:
        return RuleState(label, rule, binds=False, price=0.0, cost=0.0, cost_most=_cost_most(setting, found))
    shown = None if price is None else price * setting.worth / setting.money
    left = deadline - time.monotonic()
    tiny = NO_PRICE * max(abs(best.prices.get(-1, 0.0)), NO_PRICE)
    if left <= 0.0:
        return RuleState(label, rule, binds=price is not None and price > tiny, price=shown)
    other = Search(setting.without(rule), problem.tolerance, left).run([best.spend])
    cost, most = other.best.value - best.value, other.bound - best.value
    binds = cost > NO_PRICE * abs(best.value) or (price is not None and price > tiny)
    return RuleState(label, rule, binds, shown, max(cost, 0.0) * setting.worth, max(most, cost, 0.0) * setting.worth)


def _cost_most(setting: Setting, found: Found) -> float:
    """A rule without a price has no part in the bound, so that without it no more than the gap is to be won."""
    return max(found.bound - found.best.value, 0.0) * setting.worth


def _price(setting: Setting, found: Found, rule: int) -> float | None:
    """Value per budget by which the limit of a rule could move, in the setting's units."""
    record, best = setting.rules[rule], found.best
    room = limits(setting, best.spend, rule)
    if room is None or best.cell_price is None or any(isinstance(r, Steps) for r in setting.rules):
        return None
    if room > AT_LIMIT:
        return 0.0
    box = setting.box(record)
    if not box:
        return abs(best.prices.get(rule, 0.0))
    function, worst = setting.functions[0], 0.0
    for cell, low, high in box:
        at = float(best.spend[cell])
        lean = function.slope(cell, at) - setting.cost - float(best.cell_price[cell])
        if (abs(at - low) <= AT_LIMIT and low > 0.0 and lean < 0.0) or (abs(at - high) <= AT_LIMIT and lean > 0.0):
            worst = max(worst, abs(lean))
    return worst
