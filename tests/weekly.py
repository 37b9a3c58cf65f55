"""Small weekly responses and problems of every kind, and the brute force that judges them."""

from __future__ import annotations

import itertools

import numpy as np

from optimizer.allocation.weeks import ChangeLimits, WeekBudgets, WeeklyProblem
from optimizer.history.panel import Cell, Floats
from optimizer.response.weekly import TAIL_WEEKS, WeeklyPart, WeeklyResponse

SLOPES = {"concave": (0.5, 1.0), "mixed": (0.7, 1.6), "s_shaped": (1.5, 5.0)}


def response_of(
    rng: np.random.Generator, size: tuple[int, int, int], shape: str = "mixed", money: float = 100.0
) -> WeeklyResponse:
    """Cells, weeks and draws; outcomes of one part."""
    cells, weeks, draws = size
    reference = money * rng.lognormal(0.0, 0.5, cells)
    part = WeeklyPart(
        half=rng.normal(0.3, 0.5, (draws, cells)),
        slope=rng.uniform(*SLOPES[shape], (draws, cells)),
        decay=rng.uniform(0.05, 0.7, (draws, cells)),
        carry_in=rng.uniform(0.2, 1.2, (draws, cells)),
        worth=rng.lognormal(0.0, 0.6, (draws, cells)) * rng.lognormal(0.0, 0.6, cells),
        demand=rng.uniform(0.6, 1.8, (draws, weeks + TAIL_WEEKS)),
    )
    names = tuple(Cell("network", f"type{c}") for c in range(cells))
    return WeeklyResponse(names, weeks, reference, reference * rng.uniform(0.5, 1.5, cells), (part,))


def problem_of(seed: int, size: tuple[int, int, int] = (2, 3, 4), shape: str | None = None) -> WeeklyProblem:
    """A random problem: fixed, grouped or free weeks; loose or tight bounds; with and without change limits."""
    rng = np.random.default_rng(seed)
    shape = shape or list(SLOPES)[seed % len(SLOPES)]
    money = 10.0 ** rng.uniform(-2, 7)
    response = response_of(rng, size, shape, money)
    cells, weeks, _ = size
    today = np.repeat(response.today[:, None], weeks, axis=1)
    total = float(today.sum()) * rng.uniform(0.7, 1.3)
    kind = int(rng.integers(3))
    if kind == 0:
        budgets = WeekBudgets.fixed(total / weeks * rng.uniform(0.95, 1.05, weeks))
    elif kind == 1:
        budgets = WeekBudgets.periods(np.minimum(np.arange(weeks), 1), np.array([1.0, weeks - 1.0]) * total / weeks)
    else:
        budgets = WeekBudgets.free(total, weeks)
    limits = None
    if rng.random() < 0.5:
        share = np.where(rng.random(cells) < 0.7, rng.uniform(0.4, 0.8, cells), np.inf)
        change = np.where(rng.random(cells) < 0.3, 0.7 * response.today, np.inf)
        limits = ChangeLimits(share, change, response.today if rng.random() < 0.5 else None)
    lower = today * np.where(rng.random((cells, 1)) < 0.3, 0.3, 0.0)
    upper = today * rng.uniform(1.8, 4.0, (cells, 1)) if rng.random() < 0.7 else np.full_like(today, np.inf)
    return WeeklyProblem(response, budgets, lower, upper, today, limits, seconds=20.0)


def keeps(problem: WeeklyProblem, spend: Floats, slack: float = 1e-7) -> bool:
    """Whether a plan (C, H) keeps every rule but for rounding; written apart from the solver."""
    near = slack * float(problem.budgets.totals.sum()) / spend.size
    if (spend < problem.lower - near).any() or (spend > problem.upper + near).any():
        return False
    for m, total in enumerate(problem.budgets.totals):
        if abs(float(spend[:, problem.budgets.period == m].sum()) - total) > near:
            return False
    limits = problem.limits
    if limits is None:
        return True
    path = spend if limits.before is None else np.concatenate([limits.before[:, None], spend], axis=1)
    before, after = path[:, :-1], path[:, 1:]
    relative = np.where(np.isfinite(limits.share), limits.share, 0.0)[:, None] * before
    by_share = np.where(np.isfinite(limits.share)[:, None], relative, np.inf)
    return bool((np.abs(after - before) <= np.minimum(by_share, limits.money[:, None]) + near).all())


def every_plan(problem: WeeklyProblem, steps: int) -> Floats:
    """(N, C, H) all plans of two cells on a grid that keep the rules."""
    weeks, period = problem.response.weeks, problem.budgets.period
    ways = []
    for m, total in enumerate(problem.budgets.totals):
        slots = 2 * int((period == m).sum())
        cuts = itertools.combinations(range(steps + slots - 1), slots - 1)
        ends = np.array([(-1, *cut, steps + slots - 1) for cut in cuts])
        ways.append((np.diff(ends, axis=1) - 1) * total / steps)
    plans = []
    for parts in itertools.product(*ways):
        plan = np.zeros((2, weeks))
        for m, part in enumerate(parts):
            plan[:, period == m] = part.reshape(2, -1)
        if keeps(problem, plan):
            plans.append(plan)
    return np.array(plans).reshape(-1, 2, weeks)


def values_of(problem: WeeklyProblem, plans: Floats) -> Floats:
    """(N, S) value per draw of many plans, by plain loops over weeks."""
    response = problem.response
    out = np.zeros((len(plans), response.draws))
    for part in response.parts:
        state = np.broadcast_to(part.carry_in, (len(plans), *part.carry_in.shape))
        idle = state
        for week in range(response.weeks + TAIL_WEEKS):
            planned = week < response.weeks
            spent = plans[:, None, :, week] if planned else response.today
            none = 0.0 * spent if planned else spent
            state = (1 - part.decay) * spent / response.reference + part.decay * state
            idle = (1 - part.decay) * none / response.reference + part.decay * idle
            worth = part.worth * part.demand[:, week, None]
            out += (worth * (_height(part, state) - _height(part, idle))).sum(axis=2)
    return out


def _height(part: WeeklyPart, state: Floats) -> Floats:
    half, slope = np.exp(part.half), part.slope
    return state**slope / (state**slope + half**slope) * (1.0 + half**slope)
