"""What other budgets would bring: the best plan of each, with its band, its proof and today's split beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.allocation.frontier import frontier, plain
from optimizer.allocation.problem import Allocation
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, join, say
from optimizer.planning.ground import Ground, boxed, plan_at
from optimizer.planning.outlook import INTERVAL
from optimizer.planning.wording import money

LOWEST, HIGHEST = 0.4, 2.0  # times the asked budget
POINTS = 25
POINTS_UNDER_RULES = 13  # each may take a programme of its own
TOLERANCE = 1e-3  # proven gap asked of each point
SECONDS = 1.0  # for all points together
SAME = 1e-9  # of the asked budget: budgets nearer than this are one


@dataclass(frozen=True, eq=False)
class FrontierView:
    """Value against budget; N budgets over all weeks of the plan, ascending.

    Values are what spend adds over the plan's weeks and the 8 after, which is what plans are chosen by; totals are of
    the plan's weeks alone, organic included, as a plan shows them. Bands are 90 % intervals of what is expected, on the
    draws that all plans share: the noise of single weeks is not in them.

    Attributes
    ----------
    budgets : float array, shape (N,)
        Money over all weeks.
    asked : int
        Which of them was asked for.
    value, low, high : float array, shape (N,)
        Goal units that the best plan of each budget adds, and the ends of its band.
    today : float array, shape (N,)
        The same for today's split, scaled to each budget and moved to the nearest that bounds and rules allow.
    bound : float array, shape (N,)
        Proven: no plan of that budget adds more.
    total, total_low, total_high, today_total : float array, shape (N,)
        Goal of the plan's weeks.
    spend, today_spend : float array, shape (N, C)
        Money per week and cell.
    marginal : float array, shape (N,)
        Goal units that one more unit of money would add.
    notes : tuple of Message
        Why the range ends where it does, if it ends early; and what stands against the figures, if anything does.
    """

    budgets: Floats
    asked: int
    value: Floats
    low: Floats
    high: Floats
    today: Floats
    bound: Floats
    total: Floats
    total_low: Floats
    total_high: Floats
    today_total: Floats
    spend: Floats
    today_spend: Floats
    marginal: Floats
    notes: tuple[Message | str, ...]


def draw_frontier(ground: Ground) -> FrontierView:
    """Plan for budgets from 40 % to 200 % of the asked one, as far as bounds and rules allow.

    Parameters
    ----------
    ground : Ground

    Returns
    -------
    FrontierView

    Raises
    ------
    InfeasibleError
        Not even the asked budget can be spent within bounds and rules.
    """
    budgets, notes = _budgets(ground)
    problem = replace(ground.problem, tolerance=TOLERANCE, seconds=SECONDS, price_rules=False)
    weekly = [float(budget) / ground.weeks for budget in budgets]
    if plain(problem):
        found = list(frontier(problem, weekly).allocations)
    else:
        ground = replace(ground, problem=replace(problem, seconds=SECONDS / len(budgets)))
        budgets, found, ends = _under_rules(ground, budgets)
        notes = (*notes, *ends)
    return _view(ground, budgets, found, (*notes, *([ground.note] if ground.note else [])))


def _budgets(ground: Ground) -> tuple[Floats, tuple[Message | str, ...]]:
    """Budgets to plan for, the asked one among them, and where bounds end the range."""
    asked, (least, most) = ground.budget, ground.room
    low, high = max(LOWEST * _spent(ground), least), min(HIGHEST * asked, most)
    notes = []
    if least > LOWEST * asked * (1.0 + SAME):
        amount = money(least, ground.currency)
        notes.append(say("Below {amount} the minimums cannot be kept, so the range begins there.", amount=amount))
    if most < HIGHEST * asked * (1.0 - SAME):
        amount = money(most, ground.currency)
        notes.append(say("Above {amount} the maximums leave no room, so the range ends there.", amount=amount))
    count = POINTS if boxed(ground.problem) or not ground.problem.rules else POINTS_UNDER_RULES
    points = np.linspace(low, high, count) if high > low else np.array([asked])
    points[np.argmin(np.abs(points - asked))] = asked
    return np.unique(points), tuple(notes)


def _spent(ground: Ground) -> float:
    """What is spent of the asked budget, over all weeks: less than all of it where money need not be spent."""
    if ground.problem.spend_all:
        return ground.budget
    return float(plan_at(ground.problem, ground.problem.budget).spend.sum()) * ground.weeks


def _under_rules(ground: Ground, budgets: Floats) -> tuple[Floats, list[Allocation], list[Message]]:
    """Plans outwards from the asked budget, each way until rules allow none; and which rules those are."""
    start = int(np.argmin(np.abs(budgets - ground.budget)))
    found = {start: plan_at(ground.problem, ground.problem.budget)}
    notes: list[Message] = []
    for way, end in ((-1, -1), (1, len(budgets))):
        for place in range(start + way, end, way):
            try:
                found[place] = plan_at(ground.problem, float(budgets[place]) / ground.weeks)
            except InfeasibleError as clash:
                notes.append(_ends(ground, float(budgets[place]), way, clash))
                break
    kept = sorted(found)
    return budgets[kept], [found[place] for place in kept], notes


def _ends(ground: Ground, budget: float, way: int, clash: InfeasibleError) -> Message:
    amount = money(budget, ground.currency)
    if way < 0:
        said = say("The range begins above {amount}, which the rules do not allow:", amount=amount)
    else:
        said = say("The range ends below {amount}, which the rules do not allow:", amount=amount)
    return join(" ", [said, clash.message])


def _view(ground: Ground, budgets: Floats, found: list[Allocation], notes: tuple[Message | str, ...]) -> FrontierView:
    """What is shown of the plans."""
    spend, today = np.array([one.spend for one in found]), np.array([one.baseline for one in found])
    value, before = np.array([one.certificate.value for one in found]), np.array([one.baseline_value for one in found])
    expected, drawn = ground.draws(np.concatenate([spend, today]))
    pairs = zip(expected, (*spend, *today), (*value, *before), strict=True)
    totals, today_totals = np.split(np.array([ground.net(*pair) for pair in pairs]), 2)
    # Curves are splines through the mean of the draws, so the band is laid around them.
    around = drawn[: len(found)] - drawn[: len(found)].mean(axis=1, keepdims=True)
    low, high = np.percentile(around, INTERVAL, axis=1) + value
    total_low, total_high = np.percentile(totals, INTERVAL, axis=1)
    total = totals.mean(axis=1)
    return FrontierView(
        budgets=budgets,
        asked=int(np.argmin(np.abs(budgets - ground.budget))),
        value=value,
        low=np.minimum(low, value),
        high=np.maximum(high, value),
        today=before,
        bound=np.array([one.certificate.bound for one in found]),
        total=total,
        total_low=np.minimum(total_low, total),
        total_high=np.maximum(total_high, total),
        today_total=today_totals.mean(axis=1),
        spend=spend,
        today_spend=today,
        marginal=np.array([one.certificate.price for one in found]) / ground.weeks,
        notes=notes,
    )
