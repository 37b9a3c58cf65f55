"""Rebalance: from today's weekly budgets and the data so far to next week's budgets, with as few moves as are worth it.

The split is judged by what it brings if it is kept for some weeks, carry-over after them included: the best split of
that kind is where the moves lead, and each week goes as far towards it as changes are allowed to go.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.allocation.solve import solve
from optimizer.errors import InfeasibleError
from optimizer.history.findings import Finding, Severity
from optimizer.history.panel import Floats
from optimizer.language.message import say
from optimizer.planning.outlook import interval
from optimizer.planning.plan import Interval, Plan
from optimizer.planning.problem import within_reach
from optimizer.planning.rebalance.amounts import booked, stepped
from optimizer.planning.rebalance.choice import STILL, Chosen, choose_moves, worth_of
from optimizer.planning.rebalance.explore import Room, Trial, choose_trials, effect_draws, with_trials
from optimizer.planning.rebalance.holds import resting
from optimizer.planning.rebalance.request import MOST_CHANGE, MOST_EXPLORED, RebalanceRequest
from optimizer.planning.rebalance.week import KEPT, Posture, known_spend, run_id, settle_week
from optimizer.planning.studio import open_studio
from optimizer.planning.wording import named

if TYPE_CHECKING:
    import datetime as dt

    from optimizer.history.history import History
    from optimizer.planning.assemble import Progress
    from optimizer.planning.rebalance.week_memory import RunningTest
    from optimizer.planning.studio import Studio
    from optimizer.response.weekly import WeeklyResponse

__all__ = [
    "KEPT",
    "MOST_CHANGE",
    "MOST_EXPLORED",
    "KeptValue",
    "Learned",
    "Posture",
    "Rebalance",
    "RebalanceRequest",
    "rebalance",
    "rebalance_in",
    "run_id",
    "settle_week",
]


@dataclass(frozen=True, eq=False)
class KeptValue:
    """Goal that spend brings if it is kept for some weeks, carry-over included, on draws common to all of a studio.

    Attributes
    ----------
    split, now : float array, shape (S, C)
        Of the chosen budgets, and of what is set now.
    reference : float array, shape (S, C)
        Of today's split, scaled to the budget and made to keep the rules.
    """

    split: Floats
    now: Floats
    reference: Floats

    @classmethod
    def of(cls, weekly: WeeklyResponse, split: Floats, now: Floats, reference: Floats) -> KeptValue:
        """Ask the draws."""
        value = weekly.constant_draws(np.stack([split, now, reference], axis=1))[0]
        return cls(value[..., 0], value[..., 1], value[..., 2])


@dataclass(frozen=True)
class Learned:
    """A test that is over, and the change of its cell's goal per week as it is known now; None if it cannot be told."""

    test: RunningTest
    cell: int
    effect: Interval | None


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
        gives what the budget changes, "around" where it does so for what a person fixed or a test keeps, "rules" where
        bounds and rules alone change it, "fixed" where a person set its amount, "testing" where an earlier test goes
        on, or why it stays: "turned down" where a person left it as it was before, "locked", "learning", "waiting",
        "unused", "smallest budget", "no response", "noise", "evidence", "limit", "small", "alone" or "balanced".
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
    learned : tuple of Learned
        Tests of earlier weeks that are over, and what is known now.
    running : tuple of RunningTest
        Those that go on.
    value : KeptValue
        What the split brings if it is kept, draw by draw, beside what is set now and today's split.
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
    learned: tuple[Learned, ...]
    running: tuple[RunningTest, ...]
    value: KeptValue = field(repr=False)

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
    from optimizer.planning.rebalance.plan import told

    tell = progress or (lambda _what, _share: None)
    posture = settle_week(studio, request)
    tell(say("Finding the moves that are worth it"), 0.7)
    posture, chosen = _moves(posture)
    first, question = posture.responses[0], posture.question
    chosen = stepped(posture.problem, chosen, posture.limits.step)
    aim, price = _aim(posture, first.responsive)
    trials: tuple[Trial, ...] = ()
    if request.explore > 0.0:
        tell(say("Weighing what is worth knowing"), 0.8)
        share = max(request.explore - posture.standing.tested / question.budget, 0.0)
        room = Room(chosen.spend, chosen.start, posture.problem.bounds, within_reach(posture.far), price, share)
        trials = choose_trials(first, question.goal, posture.weekly, room)
        slopes = posture.curves.slope(known_spend(posture.curves, chosen.spend))
        explored = with_trials(room, trials, slopes)
        trials = tuple(replace(one, spend=float(explored[one.cell])) for one in trials)
        chosen = replace(chosen, spend=explored, untested=chosen.spend)
    chosen = booked(replace(question, today=posture.standing.now), posture.problem, chosen)
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
        learned=_learned(posture, chosen.spend),
        running=tuple(posture.standing.tests.values()),
        value=KeptValue.of(posture.weekly, chosen.spend, question.today, chosen.reference),
    )


def _moves(posture: Posture) -> tuple[Posture, Chosen]:
    """The moves worth making; those that were turned down are left out, unless they have become much surer.

    Where next week cannot hold the budget without them they are made all the same, and a finding says so.
    """
    relearning = posture.limits.relearning * _weekly_worth(posture)
    responsive = posture.responses[0].responsive
    chosen = choose_moves(posture.problem, posture.weekly, relearning, responsive)
    small = STILL * posture.question.budget
    standing = posture.standing.sorted_out(chosen.spend, chosen.odds, small)
    posture = replace(posture, standing=standing)
    if not standing.rests:
        return posture, chosen
    problem = replace(posture.problem, bounds=resting(posture.problem.bounds, standing))
    try:
        without = choose_moves(problem, posture.weekly, relearning, responsive)
    except InfeasibleError:
        cells = [posture.studio.panel.cells[c] for c in standing.rests]
        problem_told = say("next week cannot hold the budget without moves of {cells} that you turned down",
                           cells=named(cells))  # fmt: skip
        note = Finding("turned-down-needed", Severity.WARNING, problem_told, say("they are proposed all the same"))
        return replace(posture, standing=replace(standing, rests={}), notes=(note,)), chosen
    return replace(posture, problem=problem), without


def _learned(posture: Posture, spend: Floats) -> tuple[Learned, ...]:
    """What is known now of the tests that are over."""
    goal, first = posture.question.goal, posture.responses[0]
    found = []
    for c, test in posture.standing.over.items():
        same = test.goal == goal
        drawn = effect_draws(first, goal, spend, (c, test.without, test.spend)) if same else None
        found.append(Learned(test, c, None if drawn is None else interval(float(drawn.mean()), drawn)))
    return tuple(found)


def _weekly_worth(posture: Posture) -> Floats:
    """(C,) what each cell brings in a week at today's spend."""
    return np.asarray(posture.curves.value(known_spend(posture.curves, posture.question.today)) / KEPT)


def _aim(posture: Posture, responsive: bool) -> tuple[Floats, float]:
    """The best split without a largest change, and what money is worth there."""
    rules = tuple(rule for rule in posture.problem.rules if rule not in posture.limits.rules)
    problem = replace(posture.problem, bounds=within_reach(posture.far), rules=rules, price_rules=False)
    best = solve(problem)
    return (best.spend if responsive else best.baseline), float(best.certificate.price)
