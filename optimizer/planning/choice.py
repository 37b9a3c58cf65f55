"""The split that is chosen, in amounts as they are written, with its proof: the best by the mean, or by the tail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from optimizer.allocation.problem import Allocation, Problem
from optimizer.allocation.rules import FixedCost
from optimizer.history.panel import Floats
from optimizer.planning.request import CAREFUL
from optimizer.planning.written import certify_written, written_amounts

if TYPE_CHECKING:
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.planning.request import PlanRequest
    from optimizer.response.curves import Curves


class Proven(Protocol):
    """What can prove amounts as they are written."""

    def certified(self, spend: Floats, baseline: Floats, step: float) -> Allocation:
        """The proof of a spend (C, H) beside today's split; `step` is the smallest amount that is written."""


@dataclass(frozen=True, eq=False)
class ByMean:
    """The exact solution by the mean of the draws."""

    problem: Problem
    solved: Allocation

    def certified(self, spend: Floats, baseline: Floats, step: float) -> Allocation:
        """See `certify_written`."""
        return certify_written(self.problem, self.solved, spend, baseline, step)


@dataclass(frozen=True, eq=False)
class Choice:
    """A split and what it is chosen by.

    Attributes
    ----------
    spend, baseline : float array, shape (C, H)
        In amounts as they are written.
    problem : Problem
        Its bounds hold what rules say of each cell, where they say no more than that.
    compared : Curves
        What reasons compare: by these the split is the best.
    proven : Proven
    """

    spend: Floats
    baseline: Floats
    problem: Problem
    compared: Curves
    proven: Proven

    @property
    def saved(self) -> float:
        """Fixed costs that today's split has and the chosen one has not, goal units."""
        return self._fixed(self.baseline) - self._fixed(self.spend)

    def _fixed(self, spend: Floats) -> float:
        costs = (rule for rule in self.problem.rules if isinstance(rule, FixedCost))
        return sum((rule.cost for rule in costs if (spend[list(rule.cells)] > 0.0).any()), 0.0)

    def kept(self) -> Choice:
        """Today's split instead."""
        return replace(self, spend=self.baseline.copy())

    def certified(self, step: float) -> Allocation:
        """The proof of the split; `step` is the smallest amount that is written."""
        return self.proven.certified(self.spend, self.baseline, step)


def choose(request: PlanRequest, question: Question, problem: Problem, fitted: Response) -> Choice:
    """Find the best split.

    Parameters
    ----------
    request : PlanRequest
    question : Question
    problem : Problem
        By the mean of the draws.
    fitted : FittedResponse or GoalResponse
        The one that tells the goal.

    Raises
    ------
    InputError
        The rules or the goal cannot be held by a careful plan.
    InfeasibleError
        Bounds and rules cannot hold the budget.
    """
    if request.risk == CAREFUL:
        from optimizer.planning.careful import choose_careful

        return choose_careful(question, problem, fitted)
    from optimizer.allocation.solve import solve
    from optimizer.planning.boxes import box_rules, only_boxes, solve_boxed

    if only_boxes(problem, box_rules(request, question)):
        problem, solved = solve_boxed(problem)
    else:
        solved = solve(problem)
    spend, baseline = written_amounts(question, problem, solved, fitted.responsive)
    return Choice(spend, baseline, problem, problem.curves, ByMean(problem, solved))
