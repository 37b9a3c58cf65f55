"""Week-by-week plans: how much for each cell in each week, with carry-over in and out of the horizon, and proof."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.ascent import Climbed, Look, Mean, Objective, climb, solve_model
from optimizer.allocation.problem import Status
from optimizer.allocation.week_rules import ChangeLimits, WeekBudgets, WeeklyProblem, WeekSetting, prepare
from optimizer.history.panel import Floats
from optimizer.response.weekly import WeeklyResponse

__all__ = [
    "ChangeLimits",
    "WeekBudgets",
    "WeeklyAllocation",
    "WeeklyCertificate",
    "WeeklyProblem",
    "carry_in_by_week",
    "solve_weeks",
]

NO_GAIN = 1e-12  # relative
SHARP = 0.05  # of the tolerance: what a climb may leave open
BLENDS = (0.25, 0.5, 0.75)  # from the envelopes to the heights themselves, step by step
RESTARTS = 12  # in a row that find nothing better end the search
TINY = 1e-300
ON = 1e-6  # of a cell's mean weekly money: so near a limit is on it


@dataclass(frozen=True, eq=False)
class WeeklyCertificate:
    """What is known about a weekly plan, worked out from all draws.

    Attributes
    ----------
    status : Status
    value : float
        Mean over the draws, in the unit of the goal, over spending nothing; the 8 weeks after included.
    bound : float
        No plan that keeps the rules is worth more.
    gap : float
        (bound - value) / max(|bound|, tiny), >= 0.
    marginal : float array, shape (C, H)
        Value of one more unit of money in a cell and week.
    week_prices : float array, shape (H,)
        Shadow price of the budget that a week draws on: value of one more unit of money in it.
    at_lower, at_upper : bool array, shape (C, H)
        Held by a minimum above 0, or by the maximum.
    at_rise, at_fall : bool array, shape (C, H)
        Held by the change limit from the week before, upwards or downwards.
    bound_prices : float array, shape (C, H)
        Value per unit of money by which the minimum or maximum that binds could move; >= 0.
    change_prices : float array, shape (C, H)
        Value per unit of money by which the change limit that binds could be wider; >= 0.
    """

    status: Status
    value: float
    bound: float
    gap: float
    marginal: Floats
    week_prices: Floats
    at_lower: NDArray[np.bool_]
    at_upper: NDArray[np.bool_]
    at_rise: NDArray[np.bool_]
    at_fall: NDArray[np.bool_]
    bound_prices: Floats
    change_prices: Floats


@dataclass(frozen=True, eq=False)
class WeeklyAllocation:
    """A weekly plan with its proof.

    Attributes
    ----------
    spend : float array, shape (C, H)
    baseline : float array, shape (C, H)
        Today's split, scaled to the budgets and made to keep the rules.
    baseline_value : float
    horizon_value : float
        Part of the value that comes in within the plan's weeks.
    after_value : float
        Part of the value that comes in within the 8 weeks after; the two add up to the value.
    carry_in_value : float
        What past spend still brings within the plan's weeks, whatever is planned; not part of the value.
    certificate : WeeklyCertificate
    """

    spend: Floats
    baseline: Floats
    baseline_value: float
    horizon_value: float
    after_value: float
    carry_in_value: float
    certificate: WeeklyCertificate


@dataclass(frozen=True, eq=False)
class Blend:
    """Part of the way from one objective to another."""

    near: Objective
    far: Objective
    share: float

    def value(self, spend: Floats) -> float:
        """Value of a path (C, K)."""
        return (1.0 - self.share) * self.near.value(spend) + self.share * self.far.value(spend)

    def look(self, spend: Floats) -> Look:
        """Value, slopes and curvature of a path, without couplings."""
        a, b, s = self.near.look(spend), self.far.look(spend), self.share
        return Look(
            (1.0 - s) * a.value + s * b.value,
            (1.0 - s) * a.tangent + s * b.tangent,
            (1.0 - s) * a.gradient + s * b.gradient,
            (1.0 - s) * a.curvature + s * b.curvature,
        )


def solve_weeks(problem: WeeklyProblem) -> WeeklyAllocation:
    """Split money over cells and weeks for the largest mean value, with proof.

    Where every draw's value is concave the plan is found by interior steps on a quadratic model, and its tangent
    bounds all others. Elsewhere the concave envelopes of the draws' heights give the bound, and the best of several
    climbs on the heights themselves the plan.

    Parameters
    ----------
    problem : WeeklyProblem

    Returns
    -------
    WeeklyAllocation
        Spends the budgets, keeps the rules, and is worth at least today's split.

    Raises
    ------
    InputError
        Numbers that are missing, negative or do not fit each other.
    InfeasibleError
        No plan keeps the rules; the message names the smallest repair.
    """
    began = time.monotonic()
    setting = prepare(problem)
    deadline = began + problem.seconds
    upper, best = _best_path(setting, deadline)
    return _certified(setting, upper, best)


def _best_path(setting: WeekSetting, deadline: float) -> tuple[Climbed, Climbed]:
    """The climb that proves the bound, and the one that found the plan."""
    rules, enough = setting.rules, SHARP * setting.problem.tolerance
    relaxed = Mean(setting.relaxed, setting.even)
    upper = climb(relaxed, rules, setting.baseline, enough=enough, deadline=deadline)
    if setting.concave:
        return upper, upper
    true = Mean(setting.paths, setting.even)
    best = climb(true, rules, upper.spend, enough=enough, deadline=deadline)

    def try_from(start: Floats) -> bool:
        nonlocal best
        found = climb(true, rules, start, enough=enough, deadline=deadline)
        better = found.value > best.value
        best = found if better else best
        return upper.bound - best.value <= setting.problem.tolerance * abs(upper.bound)

    if try_from(setting.baseline) or try_from(setting.levelled(upper.spend)):
        return upper, best
    path = upper.spend
    for share in BLENDS:
        path = climb(Blend(relaxed, true, share), rules, path, enough=enough, deadline=deadline).spend
    if try_from(path):
        return upper, best
    rng, idle = np.random.default_rng(0), 0
    while idle < RESTARTS and time.monotonic() < deadline:
        before = best.value
        if try_from(setting.shaken(best.spend, rng)):
            break
        idle = 0 if best.value > before + NO_GAIN * abs(before) else idle + 1
    return upper, best


def _certified(setting: WeekSetting, upper: Climbed, best: Climbed) -> WeeklyAllocation:
    problem, response = setting.problem, setting.problem.response
    baseline = setting.money_of(setting.baseline)
    baseline_value = float(_mean_by_week(response, baseline).sum())
    path = setting.tidy(best.spend)
    spend = setting.money_of(path)
    by_week = _mean_by_week(response, spend)
    if float(by_week.sum()) <= baseline_value + NO_GAIN * abs(baseline_value):
        path, spend = setting.baseline, baseline  # where nothing is to be gained nothing moves
        by_week = _mean_by_week(response, spend)
    value = float(by_week.sum())
    bound = max(upper.bound, value)
    gap = (bound - value) / max(abs(bound), TINY)
    status = Status.OPTIMAL if gap <= problem.tolerance else Status.FEASIBLE
    weeks = response.weeks
    return WeeklyAllocation(
        spend,
        baseline,
        baseline_value,
        float(by_week[:weeks].sum()),
        float(by_week[weeks:].sum()),
        float(carry_in_by_week(response).sum(axis=(1, 2)).mean()),
        _certificate(setting, path, (status, value, bound, gap)),
    )


def _certificate(setting: WeekSetting, path: Floats, known: tuple[Status, float, float, float]) -> WeeklyCertificate:
    """Add to status, value, bound and gap the marginal values, prices in money, and what binds."""
    problem, rules, weeks = setting.problem, setting.asked, setting.problem.response.weeks
    money, look = setting.money, Mean(setting.paths, setting.even).look(path)
    solved = solve_model(look, rules, path)  # narrowed bounds would take over part of the prices
    spend = setting.money_of(path)
    near = ON * money
    at_lower = (spend <= problem.lower + near) & (problem.lower > 0.0)
    at_upper = spend >= problem.upper - near
    rise, fall = np.zeros(spend.shape, dtype=np.bool_), np.zeros(spend.shape, dtype=np.bool_)
    change_prices = np.zeros(spend.shape)
    tight = np.isfinite(rules.most) & (rules.change(path) >= rules.most - ON)
    for r in range(rules.most.shape[1]):
        week, up = int(setting.changes.week[r]), setting.changes.sign[r] > 0.0
        (rise if up else fall)[:, week] |= tight[:, r]
        change_prices[:, week] += np.where(tight[:, r], solved.row_prices[:, r], 0.0) / money
    left = look.gradient - rules.sums @ solved.prices
    left = left - np.einsum("crk,cr->ck", rules.rows, solved.row_prices)
    left = np.broadcast_to(left / (weeks if problem.constant else 1), spend.shape) / money
    bound_prices = np.where(at_upper, np.maximum(left, 0.0), np.where(at_lower, np.maximum(-left, 0.0), 0.0))
    prices = np.broadcast_to(solved.prices, problem.budgets.totals.shape)[problem.budgets.period] / money
    return WeeklyCertificate(
        *known,
        problem.response.gradient(spend),
        np.asarray(prices),
        at_lower,
        at_upper,
        rise,
        fall,
        bound_prices,
        change_prices,
    )


def _mean_by_week(response: WeeklyResponse, spend: Floats) -> Floats:
    return np.asarray(response.value_by_week(spend).sum(axis=1).mean(axis=0))


def carry_in_by_week(response: WeeklyResponse) -> Floats:
    """(S, C, H) what spend before the plan still brings in each of its weeks when nothing more is spent."""
    out = np.zeros((response.draws, len(response.cells), response.weeks))
    for part in response.parts:
        state = part.carry_in
        nothing = part.height(np.zeros_like(state))[0]
        for week in range(response.weeks):
            state = part.decay * state
            out[..., week] += part.worth * part.demand[:, week, None] * (part.height(state)[0] - nothing)
    return out
