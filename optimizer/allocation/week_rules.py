"""What may be asked of a weekly plan, checked and put into the solver's form; what clashes, and the smallest repair."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from optimizer.allocation.feasibility import fit_to_bounds, wrong_seconds, wrong_tolerance
from optimizer.allocation.paths import Paths
from optimizer.allocation.polytope import ChangeRows, Polytope
from optimizer.allocation.problem import Bounds
from optimizer.allocation.week_words import check_table, clash, too_little, too_much, weeks_named
from optimizer.errors import InfeasibleError, InputError
from optimizer.history.panel import Floats
from optimizer.language.message import Message, figure, number, place, say
from optimizer.response.weekly import WeeklyResponse

KEPT = 1e-8  # of a cell's mean weekly money: a rule missed by less is kept
ROUNDING = 1e-9
SHAKE = 0.5  # log size of the random moves of a restart
DROPPED, SHARE_LEFT = 0.15, 0.05  # so many cells fall to this share of their money
TINY = 1e-300


@dataclass(frozen=True, eq=False)
class WeekBudgets:
    """How the money of H weeks is bound: each total is spent in full in the weeks of its period.

    Attributes
    ----------
    period : int array, shape (H,)
        Period of each week, 0 to M - 1.
    totals : float array, shape (M,)
        Money of each period, > 0.

    Examples
    --------
    >>> WeekBudgets.free(900.0, 3).totals, WeekBudgets.fixed([300.0, 300.0, 300.0]).period
    (array([900.]), array([0, 1, 2]))
    """

    period: NDArray[np.intp]
    totals: Floats

    @classmethod
    def fixed(cls, budgets: object) -> WeekBudgets:
        """A budget for each week."""
        totals = np.atleast_1d(np.asarray(budgets, dtype=np.float64))
        return cls(np.arange(len(totals), dtype=np.intp), totals)

    @classmethod
    def periods(cls, period: object, totals: object) -> WeekBudgets:
        """A budget for each period, such as a month; `period` says for each week which one it belongs to."""
        return cls(np.asarray(period, dtype=np.intp), np.atleast_1d(np.asarray(totals, dtype=np.float64)))

    @classmethod
    def free(cls, total: float, weeks: int) -> WeekBudgets:
        """One budget for all weeks."""
        return cls(np.zeros(weeks, dtype=np.intp), np.array([total], dtype=np.float64))


@dataclass(frozen=True, eq=False)
class ChangeLimits:
    """How far a cell's spend may move from one week to the next.

    Attributes
    ----------
    share : float array, shape (C,)
        Largest change as a share of the week before, both ways (0.2 is 20 %); infinite for no limit. A cell at 0 stays
        there.
    money : float array, shape (C,)
        Largest change in money; infinite for no limit. Where both are given both hold.
    before : float array, shape (C,), optional
        Spend in the last week before the plan; without it the first week is free.
    """

    share: Floats
    money: Floats
    before: Floats | None = None


@dataclass(frozen=True, eq=False)
class WeeklyProblem:
    """Split money over cells and weeks for the largest mean value over the draws.

    Attributes
    ----------
    response : WeeklyResponse
        C cells, H weeks.
    budgets : WeekBudgets
    lower, upper : float array, shape (C, H)
        Smallest and largest spend per cell and week; upper may be infinite.
    baseline : float array, shape (C, H)
        Today's split; scaled to the budgets and moved as little as the rules ask. No result is worth less.
    limits : ChangeLimits, optional
    constant : bool
        Every week gets the same split.
    tolerance : float
        Relative gap at which a result counts as proven best.
    seconds : float
        Longest time for closing the gap; what is then left is stated.
    """

    response: WeeklyResponse
    budgets: WeekBudgets
    lower: Floats
    upper: Floats
    baseline: Floats
    limits: ChangeLimits | None = None
    constant: bool = False
    tolerance: float = 1e-3
    seconds: float = 10.0


@dataclass(frozen=True, eq=False)
class WeekSetting:
    """A checked problem in the solver's units: money in means of a cell's week.

    Attributes
    ----------
    problem : WeeklyProblem
    money : float
        Account currency per unit.
    asked : Polytope
        The rules as given.
    rules : Polytope
        The same with narrowed bounds.
    changes : ChangeRows
    paths : Paths
    baseline : float array, shape (C, K)
        Today's split, made to keep the rules.
    """

    problem: WeeklyProblem
    money: float
    asked: Polytope
    rules: Polytope
    changes: ChangeRows
    paths: Paths
    baseline: Floats

    @cached_property
    def concave(self) -> bool:
        """Whether each draw's value is concave within the rules."""
        return self.paths.concave_within(self.rules.lower, self.rules.upper)

    @cached_property
    def relaxed(self) -> Paths:
        """The paths themselves where concave, else their concave envelopes."""
        return self.paths if self.concave else self.paths.enveloped(self.rules.lower, self.rules.upper)

    @cached_property
    def even(self) -> Floats:
        """(S,) weights of the plain mean."""
        draws = self.problem.response.draws
        return np.full(draws, 1.0 / draws)

    def tidy(self, spend: Floats) -> Floats:
        """Put what lies all but on a bound there, as far as the rules still hold, and the totals right."""
        near = 1e-6
        snapped = np.where(spend - self.rules.lower < near, self.rules.lower, spend)
        snapped = np.where(self.rules.upper - spend < near, self.rules.upper, snapped)
        for tried in (self.rules.settled(snapped), self.rules.settled(spend)):
            if self.rules.violation(tried) <= KEPT:
                return tried
        return spend

    def levelled(self, spend: Floats) -> Floats:
        """A path that keeps the rules and splits each week's money alike, as nearly as they allow."""
        weekly = spend.sum(axis=0, keepdims=True)
        return self._kept(spend.sum(axis=1, keepdims=True) * weekly / max(float(weekly.sum()), TINY))

    def shaken(self, spend: Floats, rng: np.random.Generator) -> Floats:
        """A path that keeps the rules, some cells away from a given one."""
        size = (len(spend), 1)
        rate = np.exp(SHAKE * rng.standard_normal(size)) * np.where(rng.random(size) < DROPPED, SHARE_LEFT, 1.0)
        return self._kept(spend * rate)

    def _kept(self, spend: Floats) -> Floats:
        """The nearest path that keeps the rules; today's split where rounding hides that there is one."""
        moved = self.rules.nearest(np.clip(spend, self.rules.lower, self.rules.upper))
        return self.baseline if moved is None else self.rules.settled(moved)

    def money_of(self, spend: Floats) -> Floats:
        """(C, H) account currency of a path (C, K)."""
        return np.asarray(self.paths.full(spend) * self.money)


def prepare(problem: WeeklyProblem) -> WeekSetting:
    """Check a problem and put it into the solver's form.

    Raises
    ------
    InputError
        Numbers that are missing, negative or do not fit each other.
    InfeasibleError
        No plan keeps the rules; the message names what clashes and the smallest repair.
    """
    _check(problem)
    response, totals = problem.response, problem.budgets.totals
    cells, weeks = len(response.cells), response.weeks
    money = float(totals.sum()) / (cells * weeks)
    lower, upper = problem.lower / money, problem.upper / money
    sums = np.zeros((weeks, len(totals)))
    sums[np.arange(weeks), problem.budgets.period] = 1.0
    scaled = totals / money
    upper = np.minimum(upper, np.maximum((sums * scaled).sum(axis=1), lower))
    limits = problem.limits or ChangeLimits(np.full(cells, np.inf), np.full(cells, np.inf))
    before = None if limits.before is None else limits.before / money
    changes = ChangeRows.of(limits.share, limits.money / money, before, weeks)
    rules = Polytope(lower, upper, sums, scaled, changes.rows, changes.most)
    if problem.constant:
        rules = _same_every_week(problem, rules)
    crossed = rules.lower > rules.upper * (1.0 + ROUNDING)
    if crossed.any():
        c = int(np.argwhere(crossed)[0][0])
        raise InfeasibleError(
            say(
                "{cell} cannot get the same in every week: its largest minimum is {lower} and its smallest maximum "
                "{upper}.",
                cell=place(response.cells[c]),
                lower=number(rules.lower[c, 0] * money, 2),
                upper=number(rules.upper[c, 0] * money, 2),
            )
        )
    _check_sums(problem, rules, money)
    weights = problem.baseline.mean(axis=1, keepdims=True) if problem.constant else problem.baseline
    baseline = _nearest(problem, rules, weights, money)
    paths = Paths.of(response, constant=problem.constant, money=money)
    return WeekSetting(problem, money, rules, rules.narrowed(), changes, paths, baseline)


def _same_every_week(problem: WeeklyProblem, rules: Polytope) -> Polytope:
    """One variable per cell: the tightest bounds of its weeks, and only the first week's change."""
    weeks, cells = problem.response.weeks, len(problem.response.cells)
    per_week = rules.totals / rules.sums.sum(axis=0)
    if np.ptp(per_week) > ROUNDING * float(per_week.max()):
        raise InfeasibleError(
            say(
                "every week is to get the same split, but the budgets differ between weeks: give one total, or budgets "
                "that come to the same per week."
            )
        )
    first = (rules.rows[:, :, 1:] == 0.0).all(axis=(0, 2)) if rules.rows.shape[1] else np.zeros(0, dtype=np.bool_)
    return Polytope(
        rules.lower.max(axis=1, keepdims=True),
        rules.upper.min(axis=1, keepdims=True),
        np.full((1, 1), float(weeks)),
        np.array([float(rules.totals.sum())]),
        rules.rows[:, first, :1].reshape(cells, -1, 1),
        rules.most[:, first],
    )


def _nearest(problem: WeeklyProblem, rules: Polytope, weights: Floats, money: float) -> Floats:
    """Today's split in proportion to the budgets, moved as little as the rules ask."""
    start = np.zeros_like(weights)
    for m, total in enumerate(rules.totals):
        used = rules.sums[:, m] > 0.0
        times = float(rules.sums[used, m][0])
        bounds = Bounds(rules.lower[:, used].ravel(), rules.upper[:, used].ravel())
        start[:, used] = fit_to_bounds(weights[:, used].ravel(), total / times, bounds).reshape(len(weights), -1)
    if rules.violation(start) <= ROUNDING:
        return start
    moved = rules.nearest(start)
    if moved is None:
        change, wider = rules.repairs()
        moves = [] if change is None else [(m, -d * money) for m, d in enumerate(-change) if abs(d) > 1e-6]
        named = [(_period(problem, m), amount) for m, amount in moves]
        raise clash(None if change is None else named, None if wider is None else wider * money)
    return rules.settled(moved)


def _check_sums(problem: WeeklyProblem, rules: Polytope, money: float) -> None:
    """Raise InfeasibleError where the bounds, with the change limits, leave too little or too much for a budget."""
    reach = rules.narrowed(by_totals=False)
    crossed = reach.lower > reach.upper * (1.0 + ROUNDING) + ROUNDING
    if crossed.any():
        c, k = (int(i) for i in np.argwhere(crossed)[0])
        raise InfeasibleError(
            say(
                "{cell} cannot keep its change limit in week {week}: its minimum there asks for {lower} and its other "
                "weeks allow {upper}.",
                cell=place(problem.response.cells[c]),
                week=number(k + 1),
                lower=number(reach.lower[c, k] * money, 2),
                upper=number(reach.upper[c, k] * money, 2),
            )
        )
    for m, total in enumerate(rules.totals):
        low = float((reach.lower @ rules.sums[:, m]).sum())
        high = float((reach.upper @ rules.sums[:, m]).sum())
        period = _period(problem, m)
        if low > total * (1.0 + ROUNDING):
            raise too_little(period, total * money, low * money, limited=rules.limited)
        if high < total * (1.0 - ROUNDING):
            raise too_much(period, total * money, high * money, limited=rules.limited)


def _period(problem: WeeklyProblem, index: int) -> Message:
    weeks = np.flatnonzero(problem.budgets.period == index) + 1
    if problem.constant or len(weeks) == problem.response.weeks:
        return weeks_named()
    return weeks_named(int(weeks[0]), int(weeks[-1]))


def _check(problem: WeeklyProblem) -> None:
    cells, weeks = len(problem.response.cells), problem.response.weeks
    names = [place(cell) for cell in problem.response.cells]
    budgets, limits = problem.budgets, problem.limits
    if budgets.period.shape != (weeks,) or set(budgets.period.tolist()) != set(range(len(budgets.totals))):
        raise InputError.at(
            say(
                "the budgets speak of {weeks} weeks in {periods} periods",
                weeks=number(len(budgets.period)),
                periods=number(len(budgets.totals)),
            ),
            fix=say("each of {weeks} weeks needs its period, and each period a week", weeks=number(weeks)),
        )
    if not (np.isfinite(budgets.totals) & (budgets.totals > 0.0)).all():
        worst = budgets.totals[~(np.isfinite(budgets.totals) & (budgets.totals > 0.0))][0]
        said = say("a budget is {budget}", budget=figure(worst, ",.2f"))
        raise InputError.at(said, fix=say("it must be a finite number above 0"))
    for what, amounts, infinite in (
        (say("the minimum"), problem.lower, False),
        (say("the maximum"), problem.upper, True),
        (say("today's spend"), problem.baseline, False),
    ):
        check_table(what, amounts, (cells, weeks), names, infinite)
    crossed = problem.lower > problem.upper
    if crossed.any():
        c, k = (int(i) for i in np.argwhere(crossed)[0])
        raise InputError.at(
            say(
                "the minimum of {cell} in week {week} is {lower} and its maximum {upper}",
                cell=names[c],
                week=number(k + 1),
                lower=number(problem.lower[c, k], 2),
                upper=number(problem.upper[c, k], 2),
            ),
            fix=say("the minimum must not be above the maximum"),
        )
    if limits is not None:
        check_table(say("the largest change, as a share,"), limits.share[:, None], (cells, 1), names, True)
        check_table(say("the largest change"), limits.money[:, None], (cells, 1), names, True)
        if limits.before is not None:
            check_table(say("the spend before the plan"), limits.before[:, None], (cells, 1), names, False)
    if not 0.0 <= problem.tolerance < 1.0:
        raise wrong_tolerance(problem.tolerance)
    if not problem.seconds >= 0.0:
        raise wrong_seconds(problem.seconds)
