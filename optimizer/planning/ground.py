"""Ground: one planning question with room around its budget, which frontiers, ladders and reverse questions work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.allocation.frontier import budget_range, solve_at
from optimizer.allocation.problem import Allocation, Bounds, Problem
from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, say
from optimizer.planning.boxes import BOXES, ends_of
from optimizer.planning.change import NO_CHANGE, Change, check_change, shift_of
from optimizer.planning.memory import Recall
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.problem import curve_ends, goal_curves, goal_weekly, problem_of
from optimizer.planning.question import Question, settle
from optimizer.planning.request import CAREFUL
from optimizer.planning.wording import PROFIT
from optimizer.response.weekly import TAIL_WEEKS, WeeklyResponse

if TYPE_CHECKING:
    from optimizer.allocation.rules import Rule
    from optimizer.planning.fit import Response
    from optimizer.planning.request import PlanRequest
    from optimizer.planning.studio import Studio
    from optimizer.response.curves import Curves

CHUNK = 400_000  # numbers held at once while splits are drawn


@dataclass(frozen=True, eq=False)
class Ground:
    """A question whose curves and bounds reach past the budget that was asked for.

    Attributes
    ----------
    problem : Problem
        At the asked weekly budget; value in goal units over the plan's weeks and the 8 after.
    weekly : WeeklyResponse
        The same per draw; its mean is the curves of the problem.
    idle : float array, shape (S,)
        Expected goal of the plan's weeks, organic included, if nothing were spent in them.
    goal, currency : str
    margin : float or None
        Contribution margin of the settings, over what one unit of media costs with an agency's share.
    responsive : bool
        Whether the history shows any response to spend; where it does not, plans keep today's split.
    careful : bool
        Whether the plan that was asked for is a careful one; this ground is by the mean in any case.
    """

    problem: Problem
    weekly: WeeklyResponse
    idle: Floats
    goal: str
    currency: str
    margin: float | None = None
    responsive: bool = True
    careful: bool = False

    @property
    def weeks(self) -> int:
        """Weeks of the plan."""
        return self.weekly.weeks

    @property
    def budget(self) -> float:
        """The budget that was asked for, over all weeks."""
        return self.problem.budget * self.weeks

    @cached_property
    def room(self) -> tuple[float, float]:
        """Smallest and largest budget over all weeks that bounds allow and the curves know; rules may allow less."""
        least, most = budget_range(self.problem)
        return least * self.weeks, most * self.weeks

    @property
    def note(self) -> Message | str:
        """What stands against every figure; "" where nothing does."""
        if not self.responsive:
            return say(
                "The history shows no response to spend that stands out from noise: these figures rest on averages, "
                "and the plan keeps today's split."
            )
        if self.careful:
            return say("The plan is a careful one; these figures are of plans for the mean of all cases.")
        return ""

    def draws(self, splits: Floats) -> tuple[Floats, Floats]:
        """Goal per draw of constant weekly spend.

        Parameters
        ----------
        splits : float array, shape (N, C)

        Returns
        -------
        total, value : float array, shape (N, S)
            Expected total of the plan's weeks, organic included; and what spend adds in them and in the 8 after. What
            the split itself costs comes off neither.
        """
        draws, cells = self.weekly.parts[0].half.shape
        per = max(1, CHUNK // (draws * cells))
        drawn = [_drawn(self.weekly, splits[begin : begin + per]) for begin in range(0, len(splits), per)]
        within, after = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
        return self.idle + within, within + after

    def net(self, total: Floats, spend: Floats, value: float) -> Floats:
        """(S,) totals of the plan's weeks as plans show them: for profit, what a split costs comes off.

        Parameters
        ----------
        total : float array, shape (S,)
            Of `draws`.
        spend : float array, shape (C,)
            Money per week.
        value : float
            Of that split, less the cost of money and fixed costs, as its certificate says.
        """
        if self.goal != PROFIT:
            return total
        return np.asarray(total - (float(self.problem.curves.value(spend).sum()) - value))


def _drawn(weekly: WeeklyResponse, splits: Floats) -> tuple[Floats, Floats]:
    """(N, S) what constant splits (N, C) add per draw: within the plan's weeks, and in those after."""
    relative, later = (splits / weekly.reference).T, (weekly.today / weekly.reference)[:, None]
    within = np.zeros((len(splits), weekly.draws))
    after = np.zeros_like(within)
    for part in weekly.parts:
        decay = part.decay[..., None]
        idle = part.carry_in[..., None]
        state = np.broadcast_to(idle, (*part.decay.shape, len(splits)))
        for week in range(weekly.weeks + TAIL_WEEKS):
            planned = week < weekly.weeks
            state = (1.0 - decay) * (relative if planned else later) + decay * state
            idle = (1.0 - decay) * (0.0 if planned else later) + decay * idle
            gained = part.height(state)[0] - part.height(idle)[0]
            brought = np.einsum("sc,scn->ns", part.worth * part.demand[:, week, None], gained)
            within, after = (within + brought, after) if planned else (within, after + brought)
    return within, after


def boxed(problem: Problem) -> bool:
    """Whether rules, if there are any, say no more than how much each cell may get."""
    return problem.spend_all and all(isinstance(rule, BOXES) for rule in problem.rules)


def plan_at(problem: Problem, budget: float) -> Allocation:
    """The best plan of a weekly budget; rules that say no more than how much each cell may get become bounds.

    Raises
    ------
    InfeasibleError
        Bounds and rules cannot hold the budget.
    """
    at = replace(problem, budget=budget, price_rules=False)
    if budget > 0.0 and problem.rules and boxed(problem):
        ends = ends_of(at)
        if ends is not None and ends.lower.sum() <= budget <= ends.upper.sum():
            return solve(replace(at, bounds=ends, rules=()))
    return solve_at(at, budget)  # which tells what clashes, if anything does


# From a studio ------------------------------------------------------------------------------------------------------


class Posed(NamedTuple):
    """A request settled, and the response that it asks, under a change."""

    question: Question
    responses: Sequence[Response]


def pose(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE) -> Posed:
    """Settle a request and shift the response, as `studio.answer` does."""
    check_change(change, studio.panel, studio.added, request.weeks)
    question = settle(studio.panel, request, change, studio.added)
    responses: Sequence[Response] = studio.responses(question.goal, question.worths)
    shift = shift_of(change, studio.panel.cells)
    if shift is not None:
        from optimizer.response.adjust import shifted

        responses = [shifted(one, shift) for one in responses]
    return Posed(question, [one.with_today(question.today) for one in responses])


def ground_of(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE, reach: float = 2.0) -> Ground:
    """A question with curves and bounds that reach past its budget.

    Parameters
    ----------
    studio : Studio
    request : PlanRequest
    change : Change
    reach : float
        Times the asked budget, 1 or more.

    Raises
    ------
    InputError, InfeasibleError
        As for a plan of the asked budget.
    """
    request = replace(request, settings=request.read_settings())
    question, responses = pose(studio, request, change)
    bounds = far_bounds(studio, request, change, question, reach)
    fallback = np.maximum(question.today, 0.01 * question.weekly / len(bounds.upper))
    ends = np.where(bounds.upper > 0, bounds.upper, fallback)
    curves = curves_of(studio, Posed(question, responses), change, ends)
    rules = plan_rules(request, question, responses, ends)
    problem = replace(problem_of(question, curves, rules, bounds), price_rules=False)
    return replace(on_problem(problem, Posed(question, responses)), careful=request.risk == CAREFUL)


def curves_of(studio: Studio, posed: Posed, change: Change, ends: Floats) -> Curves:
    """Curves of the goal up to a largest weekly spend per cell (C,); what the studio knows is not worked out again."""
    recall = Recall(studio.memory, change.shift_key, posed.question.today)
    return goal_curves(posed.responses[0], posed.question, ends, recall)


def on_problem(problem: Problem, posed: Posed, idle: Floats | None = None) -> Ground:
    """The ground of a problem that was made for a question; `idle` where it is known."""
    question, first, economics = posed.question, posed.responses[0], posed.question.economics
    return Ground(
        problem=problem,
        weekly=goal_weekly(first, question),
        idle=_idle(first, question) if idle is None else idle,
        goal=question.goal,
        currency=first.panel.currency,
        margin=None if economics.margin is None else economics.margin / economics.media_rate,
        responsive=first.responsive,
    )


def _idle(first: Response, question: Question) -> Floats:
    """(S,) goal of the plan's weeks without any spend; of profit the team comes off, which is paid anyway."""
    nothing = np.zeros((len(first.panel.cells), question.weeks))
    of_profit = question.goal == PROFIT
    drawn = first.forecast(nothing)["revenue" if of_profit else question.goal].expected.sum(axis=(1, 2))
    return np.asarray(question.margin * drawn - question.economics.team if of_profit else drawn)


def rules_of(studio: Studio, request: PlanRequest, change: Change = NO_CHANGE) -> tuple[Rule, ...]:
    """The rules that a plan keeps, in the order of its certificate's: those asked for and what production costs.

    Raises
    ------
    InputError, InfeasibleError
        As for the plan.
    """
    question, responses = pose(studio, replace(request, settings=request.read_settings()), change)
    return plan_rules(request, question, responses, curve_ends(question))


def far_bounds(studio: Studio, request: PlanRequest, change: Change, question: Question, reach: float) -> Bounds:
    """The bounds as they hold up to a larger budget; what has no limit gets as much as that budget."""
    far = question.weekly * reach
    try:
        bounds = settle(studio.panel, replace(request, budget=request.budget * reach), change, studio.added).bounds
    except InfeasibleError:  # the maximums allow less, so all of them are limits and hold as they are
        bounds = question.bounds
    upper = np.minimum(bounds.upper, far)
    return Bounds(np.minimum(bounds.lower, upper), upper)
