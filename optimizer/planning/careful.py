"""Careful plans: the split with the best mean over the worst fifth of the draws, the same in every week.

That mean (CVaR) is what `optimizer.allocation.risk` maximises and bounds. It keeps smallest and largest amounts per
cell, so of the rules those can be kept that say no more than that; others are refused.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.feasibility import check
from optimizer.allocation.problem import Allocation, Bounds, Certificate, Problem, Status
from optimizer.allocation.risk import Kind, Risk, RiskAllocation, solve_risk
from optimizer.allocation.solve import solve
from optimizer.allocation.week_rules import WeekBudgets, WeeklyProblem
from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.planning.boxes import BOXES, box_states, solve_boxed
from optimizer.planning.choice import Choice
from optimizer.planning.money import weekly_amounts
from optimizer.planning.problem import goal_weekly
from optimizer.response.curves import Curves

if TYPE_CHECKING:
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.response.weekly import WeeklyResponse

TAIL = 0.2
"""Share of the draws whose mean a careful plan maximises: the worst of them."""
SECONDS = 3.0  # longest time for closing the gap
TOLERANCE = 1e-3  # relative gap at which a plan counts as proven best
NEAR = 1e-6  # of the budget: a spend this near to an end stands at it
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class ByTail:
    """The solution by the mean of the worst draws.

    Attributes
    ----------
    problem : Problem
        The same question by the mean.
    response : WeeklyResponse
    ends : Bounds
        What bounds and rules together allow each cell.
    solved : RiskAllocation
    timed_out : bool
        Whether the time ended before the gap was closed.
    """

    problem: Problem
    response: WeeklyResponse
    ends: Bounds
    solved: RiskAllocation
    timed_out: bool = False

    def measure(self, spend: Floats) -> float:
        """Mean of the worst draws of a spend (C, H)."""
        return Risk(Kind.CVAR, TAIL).of(self.response.value(spend).sum(axis=1))

    def worst(self, spend: Floats) -> NDArray[np.intp]:
        """Which draws are the worst under a spend (C, H)."""
        count = max(round(TAIL * self.response.draws), 1)
        return np.argsort(self.response.value(spend).sum(axis=1), kind="stable")[:count]

    def certified(self, spend: Floats, baseline: Floats, step: float) -> Allocation:
        """The proof of amounts as they are written: the bound holds for any split, so only the rest is taken anew."""
        value, today = self.measure(spend), self.measure(baseline)
        bound = max(self.solved.certificate.bound, value)
        gap = (bound - value) / max(abs(bound), TINY)
        weights = np.zeros(self.response.draws)
        worst = self.worst(spend)
        weights[worst] = 1.0 / len(worst)
        marginal = self.response.gradient(spend, weights).sum(axis=1)
        weekly, near = spend.mean(axis=1), NEAR * self.problem.budget + step
        high = weekly >= self.ends.upper - near
        price = float(marginal[~high].max()) if (~high).any() else float(marginal.min())
        lean = marginal - price
        bounds = self.problem.bounds
        at_lower = (weekly <= bounds.lower + near) & (lean < 0.0)
        at_upper = (weekly >= bounds.upper - near) & (lean > 0.0)
        certificate = Certificate(
            status=Status.OPTIMAL if gap <= TOLERANCE else Status.FEASIBLE,
            value=value,
            bound=bound,
            gap=gap,
            marginal=marginal,
            price=price,
            at_lower=tuple(int(c) for c in np.flatnonzero(at_lower)),
            at_upper=tuple(int(c) for c in np.flatnonzero(at_upper)),
            bound_prices=np.where(at_lower | at_upper, np.abs(lean), 0.0),
            rules=box_states(self.problem, weekly, lean),
            timed_out=self.timed_out and gap > TOLERANCE,
        )
        return Allocation(weekly, baseline.mean(axis=1), today, certificate)

    def curves(self, spend: Floats) -> Curves:
        """Curves of the worst draws under a spend, which the reasons of a careful plan compare."""
        worst, known = self.worst(spend), self.problem.curves
        parts = tuple(
            replace(
                part,
                half=part.half[worst],
                slope=part.slope[worst],
                decay=part.decay[worst],
                carry_in=part.carry_in[worst],
                worth=part.worth[worst],
                demand=part.demand[worst],
            )
            for part in self.response.parts
        )
        knots = known.knots[:, ::2]  # those between were placed to fit the curve
        value, slope = replace(self.response, parts=parts).constant(knots)
        level = np.maximum.accumulate(value, axis=1)
        return Curves.from_values(known.cells, knots, level, np.where(value >= level, np.maximum(slope, 0.0), 0.0))


def choose_careful(question: Question, problem: Problem, fitted: Response) -> Choice:
    """Find the split whose mean over the worst draws is the largest.

    Raises
    ------
    InputError
        The goal is profit, or a rule says more than how much each cell may get.
    InfeasibleError
        Bounds and rules cannot hold the budget.
    """
    _check(question, problem)
    folded, first = solve_boxed(problem) if problem.rules else (problem, solve(problem))  # tells what clashes
    ends = check(folded)
    response, weeks = goal_weekly(fitted, question), question.weeks

    def each_week(split: Floats) -> Floats:
        return np.repeat(split[:, None], weeks, axis=1)

    began = time.monotonic()
    found = solve_risk(
        WeeklyProblem(
            response,
            WeekBudgets.free(question.weekly * weeks, weeks),
            each_week(ends.lower),
            each_week(ends.upper),
            each_week(first.baseline),
            constant=True,
            tolerance=TOLERANCE,
            seconds=SECONDS,
        ),
        Risk(Kind.CVAR, TAIL),
    )
    spend, baseline = (
        weekly_amounts(split, question.budget, weeks, ends, question.decimals)
        for split in (found.spend.mean(axis=1), first.baseline)
    )
    proven = ByTail(problem, response, ends, found, time.monotonic() - began > SECONDS)
    if not fitted.responsive or proven.measure(spend) <= proven.measure(baseline):
        spend = baseline.copy()
    return Choice(spend, baseline, replace(problem, bounds=ends), proven.curves(spend), proven)


def _check(question: Question, problem: Problem) -> None:
    """Refuse what a careful plan cannot hold."""
    if not question.spend_all:
        said = say("a careful plan spends its budget in full, and a plan for profit may leave money")
        raise InputError.at(said, fix=say("plan for revenue or value, or by the mean (risk mean)"))
    for rule in problem.rules:
        if not isinstance(rule, BOXES):
            said = say("a careful plan cannot keep the rule {rule}", rule=rule.label)
            fix = say("it keeps locks, largest shares and change limits; leave the rule out, or plan by the mean")
            raise InputError.at(said, fix=fix)
