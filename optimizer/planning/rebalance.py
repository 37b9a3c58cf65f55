"""Rebalance: from today's weekly budgets and the data so far to next week's budgets, with as few moves as are worth it.

The split is judged by what it brings if it is kept for some weeks, carry-over after them included: the best split of
that kind is where the moves lead, and each week goes as far towards it as changes are allowed to go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.problem import Bounds, Problem
from optimizer.allocation.solve import solve
from optimizer.errors import InputError
from optimizer.history.panel import Floats
from optimizer.language.message import figure, say
from optimizer.planning.explore import Room, Trial, choose_trials, with_trials
from optimizer.planning.goal import choose_goal
from optimizer.planning.ground import pose
from optimizer.planning.network_rules import NetworkRules, read_network_rules
from optimizer.planning.outlook import interval
from optimizer.planning.plain_values import amount_of
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.plan_rules import plan_rules
from optimizer.planning.problem import goal_curves, goal_weekly, within_reach
from optimizer.planning.rebalance_amounts import booked, stepped
from optimizer.planning.rebalance_choice import choose_moves, worth_of
from optimizer.planning.rebalance_limits import Limits, check_floors, check_reach, limits_of, widened
from optimizer.planning.request import PlanRequest
from optimizer.planning.studio import open_studio
from optimizer.planning.wording import PROFIT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from optimizer.history.history import History
    from optimizer.planning.assemble import Progress
    from optimizer.planning.fit import Response
    from optimizer.planning.question import Question
    from optimizer.planning.settings import Settings
    from optimizer.planning.studio import Studio
    from optimizer.response.curves import Curves
    from optimizer.response.weekly import WeeklyResponse

KEPT = 8  # weeks a split is judged over, as if it were kept for so long
MOST_CHANGE = 10.0
MOST_EXPLORED = 0.5
SECONDS = 10.0  # for closing gaps; far more than is needed, so that no result depends on the speed of the machine


@dataclass(frozen=True)
class RebalanceRequest:
    """What is asked of next week's budgets.

    Attributes
    ----------
    budget : float
        Money for the week, account currency, above 0; spent in full.
    current : path, float array (C,) or None
        What is set now, weekly money per cell; None for the mean of the last 12 complete weeks.
    max_change : float
        Largest change of a cell within a week, as a share of what it gets now, 0 to 10.
    explore : float
        Share of the budget, 0 to 0.5, that may go where knowing more is worth most.
    bounds, rules, settings, goal, seed, draws, by_audience, earlier, today
        As for `optimizer.planning.request.PlanRequest`; the goal may not be profit.
    network_rules : path or None
        What networks ask for, see `optimizer.planning.network_rules`.
    touch_learning : bool
        Whether cells may be changed that learn or wait by those rules.

    Raises
    ------
    InputError
        A value is outside what is allowed.

    Examples
    --------
    >>> RebalanceRequest(budget=9000, max_change=-0.3)
    Traceback (most recent call last):
        ...
    optimizer.errors.InputError: largest change is -0.3; it must be a number from 0 to 10.
    """

    budget: float
    current: str | Path | Floats | None = None
    max_change: float = 0.3
    explore: float = 0.0
    bounds: str | Path | Bounds | None = None
    rules: str | Path | None = None
    settings: str | Path | Settings | None = None
    network_rules: str | Path | None = None
    goal: str | None = None
    seed: int = 0
    draws: int = 200
    by_audience: bool = False
    earlier: Sequence[str | Path | History] = ()
    touch_learning: bool = False
    today: dt.date | None = None

    def __post_init__(self) -> None:
        if not 0.0 < self.budget < np.inf:
            fix = say("it must be above 0: the money for one week")
            raise InputError.at(say("budget is {budget}", budget=figure(self.budget, "g")), fix=fix)
        amount_of(self.max_change, say("largest change"), 0.0, MOST_CHANGE)
        amount_of(self.explore, say("share to explore with"), 0.0, MOST_EXPLORED)

    def of_week(self) -> PlanRequest:
        """The same as a question about one week."""
        return PlanRequest(
            budget=self.budget,
            weeks=1,
            goal=self.goal,
            bounds=self.bounds,
            current=self.current,
            seed=self.seed,
            draws=self.draws,
            by_audience=self.by_audience,
            settings=self.settings,
            rules=self.rules,
            earlier=self.earlier,
            today=self.today,
        )


@dataclass(frozen=True, eq=False)
class Rebalance:
    """Next week's budgets, and why.

    Attributes
    ----------
    plan : Plan
        Of the one week; its baseline is today's split, scaled to the budget and made to keep the rules. Its moves hold
        the reason of every cell, moved or not. The certificate's value is that of keeping the split for `kept` weeks.
    current : float array, shape (C,)
        What is set now, weekly money.
    kinds : tuple of str
        Per cell "moved", "test", "funds" where it pays for tests or takes what they free, "budget" where it takes or
        gives what the budget changes, "rules" where bounds and rules alone change it, or why it stays: "locked",
        "learning", "waiting", "unused", "smallest budget", "no response", "noise", "evidence", "limit", "small",
        "alone" or "balanced".
    odds : float array, shape (C,)
        Share of draws in which the cell's move pays; for one that stays, of the move it would have made; 0.5 where
        none was weighed.
    aim : float array, shape (C,)
        Weekly money in the best split without a largest change: where the moves lead.
    worth : Interval
        Gain of the moves in the goal if they are kept for `kept` weeks, over today's split; carry-over included.
    chance : float
        Share of draws in which they gain anything.
    trials : tuple of Trial
        What is tested on purpose.
    explored : bool
        Whether tests were asked for.
    kept : int
        Weeks a split is judged over.
    step : float
        Smallest amount that is written.
    look_again : date
        The Monday on which to rebalance next.
    """

    plan: Plan
    current: Floats
    kinds: tuple[str, ...]
    odds: Floats
    aim: Floats
    worth: Interval
    chance: float
    trials: tuple[Trial, ...]
    explored: bool
    kept: int
    step: float
    look_again: dt.date

    @property
    def changed(self) -> tuple[int, ...]:
        """Cells whose budget is to be changed, cuts first, largest first."""
        change = self.change
        cells = np.flatnonzero(np.abs(change) > 0.5 * self.step).tolist()
        return tuple(sorted(cells, key=lambda c: (change[c] > 0, -abs(change[c]))))

    @property
    def change(self) -> Floats:
        """(C,) weekly money added to what is set now, or taken when negative."""
        return np.asarray(self.plan.spend[:, 0] - self.current)

    @property
    def churn(self) -> float:
        """Share of the budget that changes its cell, beyond what the budget itself changes."""
        moved, more = float(np.abs(self.change).sum()), abs(float(self.change.sum()))
        return 0.5 * (moved - more) / self.plan.budget

    @property
    def explore_cost(self) -> float:
        """Expected goal that the tests give up over their weeks."""
        return sum(trial.costs for trial in self.trials)


@dataclass(frozen=True, eq=False)
class Posture:
    """A rebalancing question settled: all that choosing and telling work on."""

    studio: Studio
    request: PlanRequest
    question: Question  # of one week
    far: Question  # as if the split were kept
    responses: Sequence[Response]
    network: NetworkRules
    limits: Limits
    problem: Problem
    weekly: WeeklyResponse
    curves: Curves
    max_change: float
    settings: Mapping[str, object] = field(default_factory=dict)


def rebalance(history: History, request: RebalanceRequest, progress: Progress | None = None) -> Rebalance:
    """Plan next week's budgets.

    Parameters
    ----------
    history : History
    request : RebalanceRequest
    progress : callable (str, float) -> None, optional
        Told what is being done and the share done.

    Returns
    -------
    Rebalance

    Raises
    ------
    InputError
        A file cannot be used, or it does not fit the history.
    InfeasibleError
        Next week cannot hold the budget under bounds, rules and changes allowed.
    """
    week = request.of_week()
    return rebalance_in(open_studio(history, week, progress), request, progress)


def rebalance_in(studio: Studio, request: RebalanceRequest, progress: Progress | None = None) -> Rebalance:
    """The same on a history that is fitted already (`optimizer.planning.studio.open_studio` of `request.of_week()`)."""
    from optimizer.planning.rebalance_plan import told

    tell = progress or (lambda _what, _share: None)
    posture = settle_week(studio, request)
    tell(say("Finding the moves that are worth it"), 0.7)
    first, question = posture.responses[0], posture.question
    relearning = posture.limits.relearning * _weekly_worth(posture)
    chosen = choose_moves(posture.problem, posture.weekly, relearning, first.responsive)
    chosen = stepped(posture.problem, chosen, posture.limits.step)
    aim, price = _aim(posture, first.responsive)
    trials: tuple[Trial, ...] = ()
    if request.explore > 0.0:
        tell(say("Weighing what is worth knowing"), 0.8)
        room = Room(
            chosen.spend, chosen.start, posture.problem.bounds, within_reach(posture.far), price, request.explore
        )
        trials = choose_trials(first, question.goal, posture.weekly, room)
        slopes = posture.curves.slope(_known(posture.curves, chosen.spend))
        explored = with_trials(room, trials, slopes)
        trials = tuple(replace(one, spend=float(explored[one.cell])) for one in trials)
        chosen = replace(chosen, spend=explored, untested=chosen.spend)
    chosen = booked(question, posture.problem, chosen)
    chosen = replace(chosen, worth=worth_of(posture.weekly, chosen.reference, chosen.spend))
    gain = chosen.worth.total
    tell(say("Explaining"), 0.9)
    plan, kinds, odds = told(posture, chosen, trials, aim)
    return Rebalance(
        plan=plan,
        current=question.today,
        kinds=kinds,
        odds=odds,
        aim=aim,
        worth=interval(float(gain.mean()), gain),
        chance=float((gain > 0.0).mean()),
        trials=trials,
        explored=request.explore > 0.0,
        kept=KEPT,
        step=10.0**-question.decimals,
        look_again=(plan.weeks[0] + np.timedelta64(7, "D")).astype(object),
    )


def settle_week(studio: Studio, request: RebalanceRequest) -> Posture:
    """Fill in what the request leaves open, and refuse what no week can hold.

    Raises
    ------
    InputError, InfeasibleError
    """
    week = request.of_week()
    week = replace(week, settings=week.read_settings())
    panel = studio.panel
    if choose_goal(panel, week.goal, week.read_settings()) == PROFIT:
        fix = say("a week's budget is spent in full, so choose revenue or another outcome")
        raise InputError.at(say("goal is {goal}", goal=PROFIT), fix=fix)
    question, responses = pose(studio, week)
    network = NetworkRules.none(len(panel.cells))
    if request.network_rules is not None:
        network = read_network_rules(request.network_rules, panel.cells, panel.currency)
        check_floors(question, network, panel, _maximums(request, studio))
        question = replace(question, bounds=_floored(question, network, request.bounds is None))
    limits = limits_of(panel, question, network, request.max_change, request.touch_learning)
    check_reach(question, limits, request.max_change, panel.currency)
    far = replace(question, weeks=KEPT, budget=question.budget * KEPT)
    bounds = widened(limits, question.budget)
    ends = np.maximum(np.maximum(within_reach(far).upper, bounds.upper), question.today)
    ends = np.where(ends > 0.0, ends, 0.01 * question.weekly / len(ends))
    first = responses[0]
    curves = goal_curves(first, far, ends)
    rules = plan_rules(replace(week, budget=far.budget, weeks=KEPT), far, responses, ends)
    problem = Problem(curves, question.weekly, bounds, question.today, seconds=SECONDS, rules=(*rules, *limits.rules))
    settings = {"max_change": request.max_change, "explore": request.explore, "kept": KEPT}
    return Posture(
        studio=studio,
        request=week,
        question=question,
        far=far,
        responses=responses,
        network=network,
        limits=limits,
        problem=problem,
        weekly=goal_weekly(first, far),
        curves=curves,
        max_change=request.max_change,
        settings=settings,
    )


def run_id(posture: Posture, settings: Mapping[str, object]) -> str:
    """12 hexadecimal digits that follow from data, version, seed and settings."""
    from optimizer import __version__

    origin = [posture.studio.panel.source_sha256, __version__, posture.request.seed, settings]
    text = json.dumps(origin, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _known(curves: Curves, spend: Floats) -> Floats:
    return np.clip(spend, curves.knots[:, 0], curves.knots[:, -1])


def _weekly_worth(posture: Posture) -> Floats:
    """(C,) what each cell brings in a week at today's spend."""
    return np.asarray(posture.curves.value(_known(posture.curves, posture.question.today)) / KEPT)


def _aim(posture: Posture, responsive: bool) -> tuple[Floats, float]:
    """The best split without a largest change, and what money is worth there."""
    rules = tuple(rule for rule in posture.problem.rules if rule not in posture.limits.rules)
    problem = replace(posture.problem, bounds=within_reach(posture.far), rules=rules, price_rules=False)
    best = solve(problem)
    return (best.spend if responsive else best.baseline), float(best.certificate.price)


def _floored(question: Question, network: NetworkRules, usual: bool) -> Bounds:
    """Bounds that let a cell in at its smallest budget where nobody but the program set its maximum."""
    bounds = question.bounds
    if not usual:
        return bounds
    return Bounds(bounds.lower, np.where(bounds.upper > 0.0, np.maximum(bounds.upper, network.floor), bounds.upper))


def _maximums(request: RebalanceRequest, studio: Studio) -> list[tuple[str, int, str]]:
    """File, row and column of each cell's maximum; an empty file where none was given."""
    cells = studio.panel.cells
    if not isinstance(request.bounds, str | Path):
        return [("", 0, "")] * len(cells)
    from optimizer.planning.cell_table import read_cell_table

    table = read_cell_table(request.bounds, cells, ("min_spend", "max_spend"))
    given = (table.rows > 0) & np.isfinite(table.values[1])
    return [
        (table.file if here else "", int(row), table.headers[1]) for here, row in zip(given, table.rows, strict=True)
    ]
