"""Decisions: a plan around what a person has fixed, held against today's split as it is, and what the fixing costs.

A plan made under locks is compared with today's split moved to keep those locks, by which its gain says nothing of what
the locks themselves do. Here both plans, with and without the locks, are held against one and the same split of today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.errors import InternalError
from optimizer.history.panel import Floats
from optimizer.planning.change import NO_CHANGE, Change
from optimizer.planning.explain import Returns, Split, explain_moves, move_returns
from optimizer.planning.ground import Posed, pose
from optimizer.planning.outlook import Totals, interval, look_ahead, sum_up
from optimizer.planning.plan import Interval, Move, Plan
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.problem import curve_ends, within_reach
from optimizer.planning.reasons import told_by
from optimizer.planning.wording import Wording, money_unit

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio

MOVED_BASELINE = "today-moved"  # the finding that today's split was moved to keep the bounds


@dataclass(frozen=True, eq=False)
class Decision:
    """A plan with what a person fixed in it.

    Attributes
    ----------
    plan : Plan
        The best plan that keeps what is fixed. Its baseline, gain, moves and reasons are held against today's split
        scaled to the budget, whether that split keeps what is fixed or not.
    free : Plan or None
        The best plan with nothing fixed; None where there is none.
    brings : tuple of Interval, one per cell
        Expected goal of the plan's weeks that the cell's change of spend adds or gives up, against today's split. They
        add up to the plan's gain; for profit before production and team, which no cell bears alone.
    cost : Interval or None
        Expected goal of the plan's weeks that fixing costs: `free` less `plan`, draw by draw. None where there is no
        `free`.
    cost_in_all : float
        The same with the 8 weeks after, by the measure that plans are chosen by; never below 0 but by rounding, or
        where a rule does not hold for what is fixed. NaN where there is no `free`.
    rules : tuple of Rule
        What the plan was made under, in the order of its certificate's.
    """

    plan: Plan
    free: Plan | None
    brings: tuple[Interval, ...]
    cost: Interval | None
    cost_in_all: float
    rules: tuple[Rule, ...]


def decide(
    studio: Studio, request: PlanRequest, plan: Plan, free: Plan | None = None, change: Change = NO_CHANGE
) -> Decision:
    """Hold a plan against the one that nothing is fixed in, and both against today's split.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
        What the plan answers.
    plan : Plan
        Of `optimizer.planning.studio.answer`.
    free : Plan, optional
        The answer to the same request with nothing fixed; `plan` itself where nothing is.
    change : Change

    Raises
    ------
    InternalError
        The two plans are not of the same weeks, cells and goal.
    """
    posed = pose(studio, replace(request, settings=request.read_settings()), change)
    rules = plan_rules(request, posed.question, posed.responses, curve_ends(posed.question))
    today = plan if free is None else free
    if (plan.cells, plan.goal) != (today.cells, today.goal) or not np.array_equal(plan.weeks, today.weeks):
        raise InternalError("two plans of different weeks, cells or goals cannot be held against each other")
    outlook = look_ahead(posed.responses, plan.spend, today.baseline, posed.question.economics)
    added = (outlook.plan[plan.goal].expected - outlook.baseline[plan.goal].expected).sum(axis=2)
    brings = tuple(interval(float(of_cell.mean()), of_cell) for of_cell in added.T)
    if free is None:
        return Decision(plan, None, brings, None, float("nan"), rules)
    lost = free.draws[plan.goal].plan - plan.draws[plan.goal].plan
    cost = interval(float(lost.mean()), lost)
    in_all = free.allocation.certificate.value - plan.allocation.certificate.value
    if not np.array_equal(plan.baseline, free.baseline):
        plan = _held(plan, free, posed, sum_up(outlook))
    return Decision(plan, free, brings, cost, float(in_all), rules)


def _held(plan: Plan, free: Plan, posed: Posed, totals: Totals) -> Plan:
    """The plan held against the baseline of `free`, which keeps today's split as it is."""
    known = {finding.rule for finding in free.findings}
    return replace(
        plan,
        baseline=free.baseline,
        baseline_total=totals.baseline,
        gain=totals.gain,
        carry_after=totals.after,
        draws=totals.draws,
        moves=_moves(plan, free, posed),
        allocation=replace(
            plan.allocation, baseline=free.allocation.baseline, baseline_value=free.allocation.baseline_value
        ),
        findings=tuple(one for one in plan.findings if one.rule != MOVED_BASELINE or one.rule in known),
    )


def _moves(plan: Plan, free: Plan, posed: Posed) -> tuple[Move, ...]:
    """Moves from today's split as it is, with their reasons.

    What money brings at today's spend is what the plan without locks says of it; at the plan, what the plan says.
    """
    question, fitted = posed.question, posed.responses[0]
    split = Split(free.baseline.mean(axis=1), plan.spend.mean(axis=1), within_reach(question))
    returns = Returns(
        today=_each(free.moves, "marginal_today"),
        plan=_each(plan.moves, "marginal"),
        next_unit=_each(free.moves, "next_unit"),
        last_unit=_each(free.moves, "last_unit"),
        move=move_returns(split.today, split.plan, _gained(plan, free, split, question.cost_of_money)),
    )
    unit = money_unit(question.weekly, len(plan.cells))
    wording = Wording(plan.goal, plan.currency, unit, 10.0**-question.decimals, plan.responsive)
    moves = explain_moves(plan.cells, split, returns, fitted.evidence, wording)
    return tuple(told_by(move, plan.risk, wording) for move in moves)


def _each(moves: Sequence[Move], name: str) -> Floats:
    return np.array([getattr(move, name) for move in moves], dtype=np.float64)


def _gained(plan: Plan, free: Plan, split: Split, cost_of_money: float) -> Floats:
    """(C,) value of each cell's move, goal units per unit of weekly money that is spent in every week.

    A curve is known up to the largest spend its own question allows, which for a locked cell is the lock; of the two
    the one that reaches further is asked.
    """
    gained = np.zeros(len(plan.cells))
    reach = np.array([one.curves.knots[:, -1] for one in (plan, free)])
    for which, one in enumerate((plan, free)):
        first, last = one.curves.knots[:, 0], one.curves.knots[:, -1]
        ends = [one.curves.value(np.clip(spend, first, last)) for spend in (split.plan, split.today)]
        gained = np.where(reach.argmax(axis=0) == which, ends[0] - ends[1], gained)
    weeks = len(plan.weeks)
    return np.asarray((gained - cost_of_money * (split.plan - split.today)) / weeks)
